"""What every backend keeps to: nothing is lost, nothing is published twice, whatever dies.

The fits are stubs; processes, clusters and stores are real, and so is what is done to them.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, chdir, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import sweep
import sweep.coordinator.execute
from sweep.artifacts.artifact import read_done
from sweep.artifacts.manifest import place
from sweep.backends import open_backend
from sweep.backends.events import Done, Event
from sweep.coordinator.execute import begin, carry_on, store_of
from sweep.journal.entries import Entry
from sweep.journal.events import read_events
from sweep.journal.runs import cancel_run, forget_cancel, read_plan
from sweep.store import Store
from tests.client.test_resume import HANGS, stubs
from tests.forking import start_sweep
from tests.project import Project, Swept, plant_modules, project_in
from tests.support.sites import Site, batch_site, every_worker, kill_a_worker, ray_site

MANY = 24

pytestmark = pytest.mark.filterwarnings("default")  # Ray's own; ours are errors elsewhere


BACKENDS: dict[str, Callable[[], AbstractContextManager[Site]]] = {
    "local": lambda: nullcontext(Site()),
    "batch": partial(batch_site, forks=True),
    "ray": ray_site,
}
SLOW = [
    pytest.param("batch", marks=pytest.mark.slow),
    pytest.param("ray", marks=[pytest.mark.slow, pytest.mark.alone]),
]


@pytest.fixture(scope="module", params=["local", *SLOW])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with BACKENDS[request.param]() as made:
        yield made


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what a quiet local run of the sweep publishes."""
    project = project_in(tmp_path_factory.mktemp("expected") / "project")
    return published(project.sweep(stubs(project, MANY, workers=1)))


def published(swept: Swept) -> dict[str, Any]:
    """Return the digests of every outcome's estimates."""
    return {
        entry.name: read_done(swept.store, "estimates", entry.key).payload
        for entry in read_plan(swept.store, swept.run).entries
    }


def ended_well(store: Store, run: str, expected: dict[str, Any]) -> None:
    """Check that nothing is lost, nothing is done twice, and every byte is as expected."""
    opened = sweep.Run(store, run)
    assert {"ok": MANY} == {k: v for k, v in opened.counts().items() if v}
    assert expected == published(Swept(store, None, run, []))  # type: ignore[arg-type]
    done = Counter(e["outcome"] for e in read_events(store, run) if e["event"] == "done")
    assert {1} == set(done.values())
    end = time.monotonic() + 10
    while every_worker() and time.monotonic() < end:
        time.sleep(0.05)
    assert [] == every_worker()


def test_a_sweep_gives_the_bytes_of_a_local_one(
    site: Site, project: Project, expected: dict[str, Any]
) -> None:
    config = stubs(project, MANY, **site.fresh())
    swept = project.sweep(config)
    ended_well(swept.store, swept.run, expected)
    assert [] == project.plan(config)[1].to_do()


def test_files_beside_the_config_that_are_named_like_modules_are_not_imported(
    site: Site, project: Project, expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = plant_modules(project.directory)
    monkeypatch.chdir(project.directory)
    monkeypatch.setenv("PYTHONPATH", f"{os.environ.get('PYTHONPATH', '')}{os.pathsep}")
    swept = project.sweep(stubs(project, MANY, **site.fresh()))
    ended_well(swept.store, swept.run, expected)
    assert not told.exists(), told.read_text()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["kill", "term"])
def test_a_killed_worker_costs_an_attempt_and_nothing_else(
    site: Site, project: Project, expected: dict[str, Any], number: int
) -> None:
    with ThreadPoolExecutor(1) as aside:
        killed = aside.submit(kill_a_worker, number)
        swept = project.sweep(stubs(project, MANY, **site.fresh()))
        assert killed.result() > 0
    ended_well(swept.store, swept.run, expected)


def test_a_lost_host_costs_no_outcome(
    site: Site, project: Project, expected: dict[str, Any]
) -> None:
    with site.host_lost():
        swept = project.sweep(stubs(project, MANY, **site.fresh(), retries=0))
    ended_well(swept.store, swept.run, expected)


def test_a_killed_coordinator_is_carried_on_from_elsewhere(
    site: Site, project: Project, expected: dict[str, Any], tmp_path: Path
) -> None:
    config = project.directory / "sweep.yaml"
    execution = site.fresh()
    made = stubs(project, MANY, **execution)
    config.write_text(project.text(made.study.model_dump(mode="json"), execution))
    coordinator = start_sweep("run", config)
    store = store_of(made, project.directory)
    while not any(name.endswith("done.json") for name in store.list("estimates/")):
        assert coordinator.poll() is None
        time.sleep(0.02)
    coordinator.kill()
    coordinator.wait()
    (elsewhere := tmp_path / "elsewhere").mkdir()
    with chdir(elsewhere):
        ended = start_sweep("resume", "--store", store.url)
    assert 0 == ended.wait(), ended.said()
    ended_well(store, read_plan(store, "last").run, expected)


@pytest.mark.slow
def test_two_coordinators_on_one_store_both_end_complete(
    site: Site, project: Project, expected: dict[str, Any]
) -> None:
    """How often a task is done twice is counted in test_sharing.py."""
    config = project.directory / "sweep.yaml"
    execution = site.fresh()
    made = stubs(project, MANY, **execution)
    config.write_text(project.text(made.study.model_dump(mode="json"), execution))
    both = [start_sweep("run", config) for _ in range(2)]
    for process in both:
        assert 0 == process.wait(), process.said()
    store = store_of(made, project.directory)
    first, second = (read_plan(store, run) for run in sweep.runs(store.url)["run"])
    for plan in (first, second):
        ended_well(store, plan.run, expected)
    assert [] == list(store.list("claims/"))


def test_a_cancelled_run_stops_and_can_go_on(
    site: Site, project: Project, expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sweep.coordinator.execute, "ASKED", 0.0
    )  # stubs are over before it asks again
    config = stubs(project, MANY, **site.fresh())
    store, plan = project.plan(config)
    run = begin(store, plan)

    def watch(event: Event, _: Entry | None) -> None:
        if isinstance(event, Done):
            cancel_run(store, run)

    carry_on(store, run, config.execution, watch)
    counts = sweep.Run(store, run).counts()
    assert counts["cancelled"]
    assert MANY == counts["ok"] + counts["cancelled"]
    carry_on(store, run, config.execution)
    assert counts == sweep.Run(store, run).counts()  # until somebody wants it
    forget_cancel(store, run)
    carry_on(store, run, config.execution)
    ended_well(store, run, expected)


def test_a_task_that_is_done_twice_is_published_once(
    site: Site, project: Project, expected: dict[str, Any]
) -> None:
    config = stubs(project, MANY, **site.fresh())
    store, plan = project.plan(config)
    run = begin(store, plan)
    key = plan.to_do()[0]
    stored: list[bytes] = []
    for _ in range(2):
        (done,) = (
            e
            for e in open_backend(config.execution).run([key], store.url, lambda: False)
            if isinstance(e, Done)
        )
        assert done.failure is None
        stored.append(store.get(place("estimates", key)))
    assert stored[0] == stored[1]
    carry_on(store, run, config.execution)
    assert expected == published(Swept(store, plan, run, []))


POISON = HANGS.replace("time.sleep(1e6)", 'raise ValueError("no such thing")')


@pytest.mark.sampling
@pytest.mark.parametrize(
    ("source", "said", "kind"),
    [(HANGS, "no progress for 3 s", "timeout"), (POISON, "no such thing", "model")],
    ids=["hangs", "raises"],
)
def test_a_fit_that_hangs_or_raises_ends_with_its_reason(
    site: Site, project: Project, source: str, said: str, kind: str
) -> None:
    project.model("poison", source)
    rules = [{"name": "aware", "success": ["Yes"]}]
    study = {"model": "poison", "outcomes": rules}
    config = project.config(study, {**site.fresh(), "stall": 3})
    swept = project.sweep(config)
    run = sweep.Run(swept.store, swept.run)
    (reason,) = run.failures["reason"]
    assert said in reason
    assert [kind] == [e["kind"] for e in swept.events if e["event"] == "failed"]
    assert [] == project.plan(config)[1].to_do()
    assert ("no such thing" in run.logs("aware")) == (kind == "model")
