"""Runs that are carried on: from the store alone, by another process, without doing anything twice.

The fits are stubs: what is tested here is around them.
"""

import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

import sweep
import sweep.coordinator.execute
from sweep.backends.events import Done, Event, Note, Started
from sweep.coordinator.execute import Watcher, begin, carry_on, take_all
from sweep.errors import UsageError
from sweep.journal.entries import Entry, EntryId
from sweep.journal.events import entry_of, read_events
from sweep.journal.failures import PastFailure, failure_of, remember_failure
from sweep.journal.logs import append_log, read_log
from sweep.journal.remaining import unfinished_entries
from sweep.journal.runs import RunPlan, cancel_run, new_run, read_plan, runs_in
from sweep.store import open_store
from tests.forking import start_sweep
from tests.project import Project
from tests.support.processes import gone, workers

MANY = 40


def stubs(project: Project, count: int = MANY, **execution: Any) -> Any:
    """Return the config of a sweep of so many stub fits."""
    rules = [
        {"name": f"q{k:02d}", "column": ("aware", "bought", "liked")[k % 3], "success": ["Yes"]}
        for k in range(count)
    ]
    return project.config({"model": "stub", "outcomes": rules}, {"workers": 1, **execution})


def once(kind: type[Event], act: Callable[[], None]) -> Watcher:
    """Return a watcher that acts on the first event of a kind."""
    seen: list[Event] = []

    def watch(event: Event, _: Entry | None) -> None:
        if isinstance(event, kind) and not seen:
            seen.append(event)
            act()

    return watch


def test_a_stub_sweep_says_so_and_gives_the_same_bytes_anywhere(project: Project) -> None:
    config = stubs(project, 3)
    swept = project.sweep(config)
    run = sweep.Run(swept.store, swept.run)
    assert 3 == run.counts()["ok"]
    assert {"eta"} == set(run.posterior("q00").posterior.data_vars)
    assert "STUB" in run.report(project.directory / "report.html").read_text()
    again = project.sweep(config.model_copy(
        update={"execution": config.execution.model_copy(update={"store": ".other", "workers": 2})}
    ))  # fmt: skip
    assert again.store.url != swept.store.url
    assert run.estimates().equals(sweep.Run(again.store, again.run).estimates())


def test_a_lost_worker_fails_its_outcome_and_a_retry_mends_it(project: Project) -> None:
    def kill() -> None:
        while not workers():  # it is forked, but not yet the worker's program
            time.sleep(0.01)
        os.kill(workers()[0], signal.SIGKILL)

    swept = project.sweep(stubs(project, 4, retries=0), watch=once(Started, kill))
    run = sweep.Run(swept.store, swept.run)
    assert {"ok": 3, "failed": 1} == {k: v for k, v in run.counts().items() if v}
    (name,) = run.failures["outcome"]
    assert "killed by SIGKILL" in run.failures["reason"].iloc[0]
    after = run.retry("status:failed", progress=False)
    assert 4 == after.counts()["ok"]
    done = [e["outcome"] for e in read_events(swept.store, swept.run) if e["event"] == "done"]
    assert name == done[-1]
    assert 4 == len(done)
    with pytest.raises(UsageError, match="has nothing to try again"):
        after.retry()


def test_a_cancelled_run_says_so_and_resumes_without_doing_anything_twice(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sweep.coordinator.execute, "ASKED", 0.0
    )  # stubs are over before it asks again
    config = stubs(project)
    store, _ = project.plan(config)

    def cancel() -> None:
        (run,) = {name.split("/")[1] for name in store.list("runs/")}
        cancel_run(store, run)

    swept = project.sweep(config, watch=once(Done, cancel))
    run = sweep.Run(swept.store, swept.run)
    counts = run.counts()
    assert 0 < counts["ok"] < MANY
    assert MANY == counts["ok"] + counts["cancelled"]
    assert "the run ended before its turn: cancelled" in set(run.failures["reason"])
    after = run.resume(progress=False)
    assert MANY == after.counts()["ok"]
    done = Counter(e["outcome"] for e in read_events(store, swept.run) if e["event"] == "done")
    assert {1} == set(done.values())
    assert gone()


def test_a_coordinator_that_was_killed_is_carried_on_from_elsewhere(
    project: Project, tmp_path: Path
) -> None:
    config = project.directory / "sweep.yaml"
    config.write_text(project.text(stubs(project).study.model_dump(mode="json")))
    coordinator = start_sweep("run", config)
    store = open_store(project.directory / ".sweep")
    while not any(name.endswith("done.json") for name in store.list("estimates/")):
        assert coordinator.poll() is None
        time.sleep(0.02)
    coordinator.kill()
    coordinator.wait()
    plan = read_plan(store, "last")
    left = unfinished_entries(store, plan)
    assert 0 < len(left) < MANY
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with contextlib.chdir(elsewhere):
        ended = start_sweep("resume", plan.run, "--store", store.url)
    assert 0 == ended.wait(), ended.said()
    done = Counter(entry_of(e) for e in read_events(store, plan.run) if e["event"] == "done")
    assert len(left) >= sum(done[entry] for entry in left)
    assert {1} == set(done.values())
    assert MANY == sweep.open("last", store.url).counts()["ok"]


def test_a_coordinator_that_is_told_to_end_closes_its_journal(project: Project) -> None:
    config = project.directory / "sweep.yaml"
    config.write_text(project.text(stubs(project, 400).study.model_dump(mode="json")))
    coordinator = start_sweep("run", config)
    store = open_store(project.directory / ".sweep")
    while not any(name.endswith("done.json") for name in store.list("estimates/")):
        assert coordinator.poll() is None
        time.sleep(0.02)
    coordinator.terminate()
    assert 128 + signal.SIGTERM == coordinator.wait(timeout=5)
    run = sweep.open("last", store.url)
    assert {"event": "ended", "reason": "interrupted"}.items() <= read_events(store, run.id)[
        -1
    ].items()
    assert 0 < run.counts()["cancelled"] == 400 - run.counts()["ok"]


HANGS = """
import time

import pymc as pm


def build(levels, counts, priors):
    time.sleep(1e6)


def probabilities(posterior, cells):
    return None
"""


@pytest.mark.sampling
def test_a_fit_that_hangs_is_ended_at_its_deadline_and_remembered(project: Project) -> None:
    project.model("hangs", HANGS)
    rules = [{"name": "aware", "success": ["Yes"]}]
    config = project.config({"model": "hangs", "outcomes": rules}, {"stall": 2})
    swept = project.sweep(config)
    (reason,) = sweep.Run(swept.store, swept.run).failures["reason"]
    assert "no progress for 2 s while it was at 'build' (execution.stall)" == reason
    assert gone()
    longer = project.config({"model": "hangs", "outcomes": rules}, {"stall": 3})
    for tried, action in ((config, "failed"), (longer, "fit")):
        (entry,) = project.plan(tried)[1].entries
        assert action == entry.action


def test_carrying_on_a_finished_run_does_nothing(project: Project) -> None:
    config = stubs(project, 2)
    swept = project.sweep(config)
    before = len(swept.events)
    carry_on(swept.store, swept.run, config.execution)
    new = read_events(swept.store, swept.run)[before:]
    assert ["begun", "ended"] == [e["event"] for e in new]


def test_a_retry_that_is_broken_off_forgets_no_failure(project: Project) -> None:
    config = stubs(project, 2)
    store, plan = project.plan(config)
    for entry in plan.entries:
        remember_failure(store, entry.fit_key, PastFailure("model", "m"))
    store, plan = project.plan(config, retry_failed=True)
    again = [entry.id for entry in plan.left()]
    run = begin(store, plan)
    carry_on(store, run, config.execution, stop=lambda: True, again=again)
    assert {"failed": 2} == {k: v for k, v in sweep.Run(store, run).counts().items() if v}
    carry_on(store, run, config.execution, again=again)
    assert {"ok": 2} == {k: v for k, v in sweep.Run(store, run).counts().items() if v}
    assert [None] * 2 == [failure_of(store, entry.fit_key) for entry in plan.entries]


def test_ids_sort_as_runs_began_also_within_a_second(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s")
    nothing = RunPlan("none", {}, "", None, design="", model_blob="", entries=())
    runs = [new_run(store, nothing) for _ in range(20)]
    assert runs[::-1] == runs_in(store)
    assert runs[-1] == read_plan(store, "last").run


def test_a_torn_line_in_the_journal_costs_that_line_only(project: Project) -> None:
    swept = project.sweep(stubs(project, 1))
    swept.store.append(f"runs/{swept.run}/events.jsonl", b'{"at": "2026-1')
    run = sweep.Run(swept.store, swept.run).resume(progress=False)
    after = read_events(swept.store, swept.run)
    assert swept.events == after[: len(swept.events)]
    assert ["resumed", "begun", "ended"] == [e["event"] for e in after[len(swept.events) :]]
    assert 1 == run.counts()["ok"]


def test_a_question_in_cyrillic_has_a_log(project: Project) -> None:
    name = "Насколько вы удовлетворены обслуживанием в нашем отделении " * 3
    entries = [EntryId(name), EntryId(name + "?")]
    for entry in entries:
        append_log(project.plan()[0], "r", entry, entry.outcome)
    assert [name, name + "?"] == [read_log(project.plan()[0], "r", entry) for entry in entries]


def test_what_breaks_a_run_off_is_told_to_the_backend() -> None:
    seen: list[str] = []

    def events() -> Generator[Event, None, None]:
        try:
            yield Note("one")
        except BaseException as error:
            seen.append(type(error).__name__)
            raise

    def full(_: Event) -> None:
        raise OSError(28, "no space left")

    with pytest.raises(OSError, match="no space left"):
        take_all(events(), full)
    assert ["OSError"] == seen
