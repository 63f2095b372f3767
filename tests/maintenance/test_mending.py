"""A damaged store: mended by the command that can, told by the one that cannot, never served."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import sweep
from sweep.artifacts.blobs import blob_place
from sweep.artifacts.tasks import task_place
from sweep.backends.events import Done, Event, Note
from sweep.errors import CorruptArtifact, StoreError
from sweep.journal.entries import Entry
from sweep.journal.events import read_events
from sweep.journal.failures import PastFailure, failure_place, remember_failure
from sweep.journal.runs import RunPlan, plan_of, plan_place
from sweep.maintenance.verify import Tally, verify
from sweep.store import Store
from tests.client.test_resume import stubs
from tests.project import Project
from tests.support.here import payload_of, swept_here


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def cut(path: Path) -> None:
    """Cut a file short."""
    os.truncate(path, path.stat().st_size // 3)


def payload(store: Store, unit: str, start: str = "") -> Path:
    """Return the first payload file of an artifact."""
    names = store.list(f"{unit}/{start}")
    return next(Path(store.url) / n for n in names if not n.endswith("done.json"))


def done(store: Store, unit: str) -> Path:
    """Return an artifact's done.json."""
    return Path(store.url) / unit / "done.json"


def one_of_each(store: Store, plan: RunPlan) -> dict[str, Path]:
    """Return a file of every kind, such that a run of the same config needs each."""
    root, (a, b, c) = Path(store.url), plan.entries
    remember_failure(store, a.fit_key, PastFailure("model", "m", "q00"))
    (report,) = {name.split("/")[1] for name in store.list("reports/")}
    return {
        "design": payload(store, f"designs/{plan.design}", "respondents"),
        "frame": payload(store, f"designs/{plan.design}", "frame"),
        "counts": payload(store, f"counts/{a.counts}"),
        "counts' done": done(store, f"counts/{b.counts}"),
        "estimates' done": done(store, f"estimates/{a.key}"),
        "failure": root / failure_place(a.fit_key),
        "fit": payload(store, f"fits/{b.fit_key}"),
        "estimates": payload(store, f"estimates/{b.key}"),
        "task": root / task_place(c.key),
        "blob": root / blob_place(plan.model_blob),
        "report": payload(store, f"reports/{report}", "report"),
    }


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "harm", [flip, pytest.param(cut, marks=SLOW), pytest.param(Path.unlink, marks=SLOW)]
)
def test_a_store_damaged_everywhere_gives_the_same_bytes_again(
    project: Project, harm: Callable[[Path], None]
) -> None:
    config = stubs(project, 3)
    store, first = swept_here(project, config)
    golden = payload_of(store)
    struck = one_of_each(store, plan_of(store, first))
    for path in struck.values():
        harm(path)
    heard: list[str] = []

    def hear(event: Event, _: Entry | None) -> None:
        if isinstance(event, Note):
            heard.append(event.message)

    swept = project.sweep(config, watch=hear)
    assert 3 == sweep.Run(store, swept.run).counts()["ok"]
    assert ["q00", "q01"] == sorted(swept.happened("done"))
    assert golden == payload_of(store)
    assert [] == [f for f in verify(store, Tally()) if f.state != "stray"]
    if harm is not Path.unlink:  # what is gone altogether is simply not there
        noted = [e["message"] for e in swept.events if e["event"] == "note"]
        assert noted == heard
        for kind, path in struck.items():
            assert any(path.parent.name in message for message in noted), kind
        assert all(list(store.list(f"quarantine/{f}/")) for f in ("fits", "tasks", "blobs"))


def test_a_resumed_run_makes_its_damaged_estimates_and_fits_anew(project: Project) -> None:
    store, run = swept_here(project, stubs(project, 2))
    golden = payload_of(store)
    first, second = plan_of(store, run).entries
    flip(payload(store, f"estimates/{first.key}"))
    flip(payload(store, f"estimates/{second.key}"))
    payload(store, f"fits/{second.fit_key}").unlink()
    opened = sweep.Run(store, run)
    for name in store.list("reports/"):  # whose table would be served
        store.delete(name)
    with pytest.raises(CorruptArtifact, match=f"estimates/{first.key}.*sweep resume RUN"):
        opened.estimates()
    assert [] == list(store.list("quarantine/"))  # who only reads moves nothing
    assert 2 == opened.resume(progress=False).counts()["ok"]
    assert golden == payload_of(store)
    notes = [e["message"] for e in read_events(store, run) if e["event"] == "note"]
    assert 3 == len(notes)


def test_damaged_draws_are_told_and_a_retry_samples_them_anew(project: Project) -> None:
    store, run = swept_here(project, stubs(project, 2))
    golden = payload_of(store)
    flip(payload(store, f"fits/{plan_of(store, run).entries[1].fit_key}"))
    opened = sweep.Run(store, run)
    with pytest.raises(CorruptArtifact, match="sweep retry RUN --select OUTCOME"):
        opened.draws("q01")
    after = opened.retry("q01", progress=False)
    assert golden == payload_of(store)
    assert len(after.draws("q01"))
    made = [e["outcome"] for e in read_events(store, run) if e["event"] == "done"]
    assert ["q00", "q01", "q01"] == made


@pytest.mark.parametrize("kind", ["design", "task"])
def test_what_a_resumed_run_cannot_make_anew_it_says_before_it_starts(
    project: Project, kind: str
) -> None:
    store, run = swept_here(project, stubs(project, 2))
    plan = plan_of(store, run)
    store.delete(f"estimates/{plan.entries[0].key}/done.json")
    before = read_events(store, run)
    if kind == "design":
        flip(payload(store, f"designs/{plan.design}", "frame"))
    else:
        flip(Path(store.url) / task_place(plan.entries[0].key))
    with pytest.raises(CorruptArtifact, match="sweep run CONFIG"):
        sweep.Run(store, run).resume(progress=False)
    assert before == [e for e in read_events(store, run) if e["event"] != "resumed"]


def test_a_damaged_plan_hides_no_other_run(project: Project) -> None:
    store, first = swept_here(project, stubs(project, 2))
    _, second = swept_here(project, stubs(project, 1))
    flip(Path(store.url) / plan_place(first))
    with pytest.raises(CorruptArtifact, match="sweep verify --quarantine"):
        sweep.Run(store, first)
    table = sweep.runs(store.url)
    ended = dict(zip(table["run"], table["ended"], strict=True))
    assert {first: "its plan is damaged: see `sweep verify`", second: "complete"} == ended


@pytest.mark.slow
def test_a_store_that_spoils_every_write_ends_in_an_error_and_no_endless_loop(
    project: Project,
) -> None:
    """Each table is damaged as soon as it is there: it is made anew once, and no more."""
    config = stubs(project, 2)
    store, _ = project.plan(config)

    def spoil(event: Event, entry: Entry | None) -> None:
        if isinstance(event, Done) and entry is not None:
            flip(payload(store, f"estimates/{entry.key}"))

    with pytest.raises(StoreError, match=r"estimates-.*expected .* bytes of SHA-256"):
        project.sweep(config, watch=spoil)
    run = sweep.Run(store, "last")
    ends = Counter(e["outcome"] for e in read_events(store, run.id) if e["event"] == "done")
    assert {"q00": 2, "q01": 2} == ends
