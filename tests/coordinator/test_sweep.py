"""Real sweeps with real fits: nothing is computed twice, and the bytes never depend on how."""

import os
import signal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sweep.artifacts.artifact import read, read_done
from sweep.backends.events import Done, Event, Started
from sweep.config import SweepConfig
from sweep.estimates.select import select
from sweep.journal.entries import Entry
from sweep.journal.runs import read_plan
from sweep.journal.states import outcome_states
from sweep.planning.plan import Plan
from sweep.results.table import estimates_of
from sweep.store import Store
from tests.project import OUTCOMES, Project, Swept, keys_by_kind, project_in, survey_of
from tests.support.processes import gone, workers

pytestmark = pytest.mark.sampling

type Once = tuple[Project, Swept]


def digests(store: Store, plan: Plan) -> dict[str, list[Any]]:
    """Return the digests of every payload file of each outcome's fit and estimates."""
    return {
        e.name: [read_done(store, kind, key).payload for kind, key in keys_by_kind(e).items()]
        for e in plan.entries
    }


def fitted(store: Store) -> set[str]:
    """Return the keys of all fits."""
    return {name.split("/")[1] for name in store.list("fits/") if name.endswith("done.json")}


def two(project: Project, study: dict[str, Any] | None = None) -> SweepConfig:
    return project.config(study, execution={"workers": 2})


def test_every_outcome_has_a_state_and_estimates(swept: Once) -> None:
    _, run = swept
    states = outcome_states(run.store, read_plan(run.store, run.run))
    assert list(OUTCOMES) == [s.entry.name for s in states]
    assert {"ok", "flagged"} >= {s.status for s in states}
    table = estimates_of(run.store, read_plan(run.store, run.run))
    assert 3 * (1 + 4) == len(table)
    assert table["mean"].between(0, 1).all()
    assert gone()


def test_estimates_are_near_the_answers(swept: Once) -> None:
    """A sanity check, not a proof: 300 respondents know a share to about six points."""
    _, run = swept
    table = select(estimates_of(run.store, read_plan(run.store, run.run)), by=[]).set_index(
        "outcome"
    )
    for name in OUTCOMES:
        assert (survey_of()[name] == "Yes").mean() == pytest.approx(
            table.loc[name, "mean"], abs=0.06
        )


def test_the_report_is_published_with_the_run(swept: Once) -> None:
    _, run = swept
    (event,) = [e for e in run.events if e["event"] == "report"]
    payload = read(run.store, "report", event["report"]).payload
    assert {"report.html", "estimates.parquet", "estimates.csv"} == set(payload)


def test_an_unchanged_rerun_fits_nothing(swept: Once) -> None:
    project, first = swept
    before = fitted(first.store)
    again = project.sweep(two(project))
    assert before == fitted(again.store)
    assert ["begun", "ended", "report"] == [e["event"] for e in again.events]
    assert again.run != first.run
    assert {e.get("report") for e in first.events} == {e.get("report") for e in again.events}


def test_a_new_outcome_fits_one_and_a_new_group_none(swept: Once) -> None:
    """Both in one run: the old outcomes are estimated again from their stored draws."""
    project, first = swept
    before = fitted(first.store)
    rules = [{"name": n, "success": ["Yes"]} for n in OUTCOMES]
    rules.append({"name": "disliked", "column": "liked", "success": ["No"]})
    again = project.sweep(two(project, {"outcomes": rules, "groups": [[], ["region"], ["sex"]]}))
    actions = {entry.name: entry.action for entry in again.plan.entries}
    assert {**dict.fromkeys(OUTCOMES, "estimate"), "disliked": "fit"} == actions
    new = {entry.fit_key for entry in again.plan.entries if entry.name == "disliked"}
    assert new == fitted(again.store) - before
    old, now = (estimates_of(s.store, read_plan(s.store, s.run)) for s in (first, again))
    for name in OUTCOMES:
        for by in ([], ["region"]):
            pd.testing.assert_frame_equal(select(old, by, name), select(now, by, name))


def test_without_draws_a_new_group_fits_again_and_then_draws_can_be_kept(project: Project) -> None:
    rules = [{"name": "liked", "success": ["Yes"]}]
    study = {"outcomes": rules}
    first = project.sweep(project.config(study, {"keep": ["estimates"], "workers": 1}))
    assert not fitted(first.store)
    again = project.sweep(project.config({**study, "groups": [["sex"]]}, {"workers": 1}))
    assert ["fit"] == [entry.action for entry in again.plan.entries]
    assert 1 == len(fitted(again.store))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Swept, Swept]:
    """Sweep the same project with one worker: stopped after the first outcome, then again."""
    project = project_in(tmp_path_factory.mktemp("alone") / "project")
    ends: list[Event] = []

    def watch(event: Event, _: Entry | None) -> None:
        if isinstance(event, Done):
            ends.append(event)

    return project.sweep(watch=watch, stop=lambda: bool(ends)), project.sweep()


def test_stop_ends_what_runs_starts_nothing_more_and_a_rerun_resumes(
    alone: tuple[Swept, Swept],
) -> None:
    stopped, resumed = alone
    assert ["aware"] == stopped.happened("started") == stopped.happened("done")
    states = outcome_states(stopped.store, read_plan(stopped.store, stopped.run))
    assert states[0].status in ("ok", "flagged")
    assert "stopped" == next(e["reason"] for e in stopped.events if e["event"] == "ended")
    assert ["bought", "liked"] == resumed.happened("started")
    assert gone()


def test_one_worker_and_two_give_the_same_bytes(swept: Once, alone: tuple[Swept, Swept]) -> None:
    _, first = swept
    assert digests(first.store, first.plan) == digests(alone[1].store, alone[1].plan)


def test_a_worker_killed_in_mid_fit_costs_its_outcome_one_retry_and_the_others_nothing(
    swept: Once, tmp_path: Path
) -> None:
    """Killed as the third is said to start: that worker is warm, and at work on it."""
    project = project_in(tmp_path / "project")
    starts: list[str] = []

    def watch(event: Event, entry: Entry | None) -> None:
        if isinstance(event, Started) and entry is not None:
            starts.append(entry.name)
            if len(starts) == 3:
                os.kill(workers()[event.worker], signal.SIGKILL)

    run = project.sweep(two(project), watch=watch)
    attempts = [(e["outcome"], e["attempt"]) for e in run.events if e["event"] == "started"]
    assert [*((name, 1) for name in OUTCOMES), (starts[2], 2)] == attempts
    assert set(OUTCOMES) == set(run.happened("done"))
    assert [] == run.happened("failed")
    assert digests(swept[1].store, swept[1].plan) == digests(run.store, run.plan)
    assert gone()


@pytest.mark.slow
def test_the_first_sweep_on_a_machine_and_the_second_give_the_same_bytes(
    swept: Once, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first finds no machine code and has it compiled by a process that then ends."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cold = project_in(tmp_path / "cold")
    first = cold.sweep(two(cold))
    assert list((tmp_path / "cache").rglob("*.nbc"))
    warm = project_in(tmp_path / "warm")
    second = warm.sweep(two(warm))
    assert digests(first.store, first.plan) == digests(second.store, second.plan)
    assert digests(swept[1].store, swept[1].plan) == digests(second.store, second.plan)
