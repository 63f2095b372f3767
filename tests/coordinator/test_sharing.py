"""Coordinators on one store share the work: nothing is done twice, and each ends complete.

The fits are stubs; coordinators are processes of their own, ended for real.
"""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict
from typing import Any

import pytest

import sweep
import sweep.coordinator.execute
from sweep.artifacts.records import write_record
from sweep.backends.events import Done, Event, Failure, Note, Started
from sweep.coordinator.execute import begin, carry_on
from sweep.journal.entries import Entry, EntryId
from sweep.journal.events import read_events
from sweep.journal.failures import PastFailure, remember_failure
from sweep.store import Store, open_store
from sweep.worker.claims import Claim, claim_place, let_go
from sweep.worker.memory import Memory
from sweep.worker.serve import serve, work
from tests.client.test_resume import stubs
from tests.faults.proxy import faulty
from tests.forking import Command, start_sweep
from tests.project import Project

MANY = 200
FEW = 80
NAMED = [
    {f"{sex} {region}": f"sex == '{sex}' and region == '{region}'"}
    for sex in ("Male", "Female")
    for region in ("West", "East", "South", "North")
]
FAR = Claim("far", "elsewhere", "another machine", 1, 1, 0.2)


def started(project: Project, *, count: int = MANY, **execution: Any) -> Command:
    """Start `sweep run` of so many stubs; every call writes the same config.

    There are eight groups, whose order is to be kept.
    """
    study = {**stubs(project, count).study.model_dump(mode="json"), "groups": [[], *NAMED]}
    config = project.directory / "sweep.yaml"
    config.write_text(project.text(study, execution))
    return start_sweep("run", config)


def fitted(store: Store, run: str) -> list[str]:
    """Return the outcomes that a run's own workers have done."""
    events = read_events(store, run)
    return [e["outcome"] for e in events if e["event"] == "done" and "taken" not in e]


def reports(store: Store, run: str) -> set[str]:
    return {e["report"] for e in read_events(store, run) if e["event"] == "report"}


def published(store: Store) -> int:
    return sum(name.endswith("done.json") for name in store.list("estimates/"))


def both_complete(store: Store, ends: list[Command]) -> None:
    """Check two coordinators' ends and reports, and that next to nothing was done twice."""
    for process in ends:
        assert 0 == process.wait(), process.said()
    runs = list(sweep.runs(store.url)["run"])
    assert len(runs) == len(ends)
    assert all(MANY == sweep.open(run, store.url).counts()["ok"] for run in runs)
    assert 1 == len(set.union(*(reports(store, run) for run in runs)))
    assert MANY == published(store)
    assert [] == list(store.list("claims/"))
    parts = [fitted(store, run) for run in runs]
    assert all(parts), "one has done it all: they did not run at the same time"
    few_twice([name for part in parts for name in part], MANY)


def few_twice(done: list[str], count: int) -> None:
    """Check that every outcome was done, and at most 5 % of them twice."""
    assert count == len(set(done))
    assert len(done) <= count + count // 20


def test_two_coordinators_of_one_config_share_its_tasks(project: Project) -> None:
    ends = [started(project, workers=1) for _ in range(2)]
    both_complete(open_store(project.directory / ".sweep"), ends)


@pytest.mark.slow
def test_a_coordinator_that_is_killed_leaves_the_rest_to_the_other(project: Project) -> None:
    ends = [started(project, count=FEW, workers=1) for _ in range(2)]
    store = open_store(project.directory / ".sweep")
    while published(store) < FEW // 4 or len(list(store.list("runs/"))) < 4:
        assert [None, None] == [process.poll() for process in ends]
        time.sleep(0.05)
    ends[0].kill()
    ends[0].wait()
    assert 0 == ends[1].wait(), ends[1].said()
    runs = list(sweep.runs(store.url)["run"])
    assert FEW == published(store)
    done = [name for run in runs for name in fitted(store, run)]
    assert len(done) <= FEW + FEW // 20  # and what the killed one could not write down
    assert [FEW, FEW] == [sweep.open(run, store.url).counts()["ok"] for run in runs]
    assert [] == list(store.list("claims/"))


@pytest.mark.slow
def test_two_coordinators_share_a_bucket(project: Project, bucket: str) -> None:
    ends = [started(project, workers=1, store=bucket) for _ in range(2)]
    both_complete(open_store(bucket), ends)


@pytest.mark.slow
def test_a_claim_costs_a_task_two_small_writes(
    project: Project, bucket: str, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faulty(moto, seed=1) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", proxy.url)
        project.sweep(stubs(project, 10, store=bucket))
        asked = Counter(s.method for s in proxy.seen if "/claims/" in s.path)
    assert {"PUT": 10, "HEAD": 10, "DELETE": 10} == asked


@pytest.mark.slow
def test_a_run_and_its_resumption_share_it(project: Project) -> None:
    first = started(project, count=FEW, workers=1)
    store = open_store(project.directory / ".sweep")
    while published(store) == 0:
        assert first.poll() is None
        time.sleep(0.02)
    second = start_sweep("resume", "--store", store.url)
    assert (0, 0) == (first.wait(), second.wait()), first.said() + second.said()
    (run,) = sweep.runs(store.url)["run"]
    assert FEW == sweep.open(run, store.url).counts()["ok"]
    few_twice(fitted(store, run), FEW)


class Here:
    """A backend without processes: tasks are done on the spot, by the worker's own code."""

    def run(
        self, keys: Sequence[str], store_url: str, stop: Callable[[], bool]
    ) -> Generator[Event, None, None]:
        for key in keys:
            if stop():
                return
            yield Started(key, 0, 1)
            request = {"store": store_url, "key": key, "keep_draws": True, "holder": "here"}
            told: list[Any] = []
            serve([json.dumps(request)], told.append)
            failure = told[-1].get("failure")
            yield Done(key, 1, told[-1].get("result"), failure and Failure(**failure))


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do tasks on the spot."""
    monkeypatch.setattr(sweep.coordinator.execute, "open_backend", lambda _: Here())


def far_claim(store: Store, fit: str) -> None:
    """Claim a fit for somebody on another machine, of whom nothing else is heard."""
    assert write_record(store, claim_place(fit), asdict(FAR))


def shared(project: Project, act: Callable[[Store, Entry], None]) -> tuple[Store, str, list[Event]]:
    """Run three stubs, the first of them claimed; ``act`` when the run says that it waits."""
    config = stubs(project, 3)
    store, plan = project.plan(config)
    run, seen = begin(store, plan), list[Event]()
    first = plan.entries[0]
    far_claim(store, first.fit_key)

    def watch(event: Event, _: Entry | None) -> None:
        seen.append(event)
        if isinstance(event, Note):
            act(store, first)

    carry_on(store, run, config.execution, watch)
    return store, run, seen


@pytest.mark.usefixtures("here")
def test_a_holder_of_whom_nothing_is_heard_loses_its_claim(project: Project) -> None:
    store, run, seen = shared(project, lambda *_: None)
    (note,) = (e.message for e in seen if isinstance(e, Note))
    assert "waiting for 1 outcome that another run is fitting (process 1 on elsewhere)" in note
    assert ["q01", "q02", "q00"] == fitted(store, run)
    assert 3 == sweep.Run(store, run).counts()["ok"]


@pytest.mark.usefixtures("here")
def test_what_others_have_done_meanwhile_is_taken(project: Project) -> None:
    def do(store: Store, entry: Entry) -> None:
        work(store, entry.key, True, Memory())
        let_go(store, entry.fit_key)

    store, run, _ = shared(project, do)
    assert ["q01", "q02"] == fitted(store, run)
    assert 3 == sweep.Run(store, run).counts()["ok"]
    (row,) = sweep.runs(store.url).to_dict("records")
    assert (2, 1, "complete") == (row["fitted"], row["taken"], row["ended"])


@pytest.mark.usefixtures("here")
def test_how_others_have_failed_is_taken_as_well(project: Project) -> None:
    def fail(store: Store, entry: Entry) -> None:
        remember_failure(store, entry.fit_key, PastFailure("model", "it is no good"))
        let_go(store, entry.fit_key)

    store, run, _ = shared(project, fail)
    opened = sweep.Run(store, run)
    assert {"ok": 2, "failed": 1} == {k: v for k, v in opened.counts().items() if v}
    assert ["it is no good"] == list(opened.failures["reason"])


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("shorter", [False, True], ids=["earlier", "of a shorter deadline"])
def test_a_failure_that_is_no_answer_to_this_run_is_not_taken(
    project: Project, shorter: bool
) -> None:
    """One that was there before, when it is to be tried again, or that more time may mend."""
    config = stubs(project, 1)
    store, plan = project.plan(config)
    (entry,) = plan.entries
    deadline = config.execution.stall - 1
    slow = PastFailure("timeout", "no progress", limit="stall", deadline=deadline)
    if not shorter:
        remember_failure(store, entry.fit_key, PastFailure("model", "an old bug"))
        _, plan = project.plan(config, retry_failed=True)
    far_claim(store, entry.fit_key)
    run = begin(store, plan)

    def watch(event: Event, _: Entry | None) -> None:
        if isinstance(event, Note) and shorter:
            remember_failure(store, entry.fit_key, slow)
            let_go(store, entry.fit_key)

    carry_on(store, run, config.execution, watch, again=[EntryId("q00")])
    assert ["q00"] == fitted(store, run)


@pytest.mark.usefixtures("here")
def test_who_waits_stops_when_it_is_told_to(project: Project) -> None:
    config = stubs(project, 1)
    store, plan = project.plan(config)
    (entry,) = plan.entries
    write_record(store, claim_place(entry.fit_key), {**asdict(FAR), "pace": 60.0})
    run, waits = begin(store, plan), list[Event]()
    carry_on(store, run, config.execution, lambda e, _: waits.append(e), lambda: bool(waits))
    (row,) = sweep.runs(store.url).to_dict("records")
    assert ("stopped", 0) == (row["ended"], row["fitted"])
    assert 1 == sweep.Run(store, run).counts()["cancelled"]


@pytest.mark.slow
def test_a_coordinator_that_is_ended_frees_what_its_workers_were_at(project: Project) -> None:
    process = started(project, workers=1)
    store = open_store(project.directory / ".sweep")
    while published(store) == 0:
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGTERM)
    process.wait()
    assert 0 < published(store) < MANY
    assert [] == list(store.list("claims/"))
