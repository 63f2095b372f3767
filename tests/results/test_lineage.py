"""One report, one model, one toolchain: mixing is refused where it is made, or said in words.

The fits are stubs done in this process; another toolchain is one whose NumPy has another version.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import metadata

import pytest

import sweep
from sweep.artifacts.tasks import put_task
from sweep.coordinator.execute import begin, carry_on
from sweep.errors import ForeignToolchain
from sweep.estimates.select import select
from sweep.journal.events import append_event, read_events
from sweep.journal.runs import new_run
from sweep.keys import Recipe
from sweep.planning.plan import Plan
from sweep.results.lineage import lineage_of
from sweep.results.report import publish_report
from sweep.store import Store
from sweep.worker.memory import Memory
from sweep.worker.serve import work
from sweep.worker.task import estimate_task, fit_task
from tests.project import OUTCOMES, Project, under

STUB = {"model": "stub"}


@contextmanager
def upgraded(version: str) -> Iterator[None]:
    """Let this process have another NumPy, as its metadata say."""

    def asked(name: str) -> str:
        return version if name == "numpy" else metadata.version(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sweep.toolchain.version", asked)
        yield


def do(store: Store, plan: Plan, *names: str) -> None:
    """Do some tasks of a plan here."""
    for key, task in plan.tasks.items():
        if task.outcome in names:
            work(store, key, True, Memory())


def test_all_fits_of_a_plan_share_all_but_counts_and_seed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if the machine is upgraded while it plans: versions are looked up once."""
    asked: list[str] = []

    def newer(name: str) -> str:
        asked.append(name)
        return str(len(asked))

    monkeypatch.setattr("sweep.toolchain.version", newer)
    _, plan = project.plan()
    recipes: list[Recipe] = [task.fit for task in plan.tasks.values()]
    assert 1 == asked.count("numpy")
    for recipe in recipes:
        same = {k for k in recipe if recipe[k] == recipes[0][k]}
        assert set(recipe) - {"counts", "seed"} <= same


def test_a_run_that_is_resumed_after_an_upgrade_finishes_nothing_and_says_why(
    project: Project,
) -> None:
    """Real workers: what was planned under the old NumPy is refused, not fitted by the new one."""
    config = project.config(STUB)
    with upgraded("0.1"):
        store, plan = project.plan(config)
        run = begin(store, plan)
        do(store, plan, "aware")
    carry_on(store, run, config.execution)
    resumed = sweep.Run(store, run)
    assert {"ok": 1, "failed": 2} == {k: v for k, v in resumed.counts().items() if v}
    assert all("numpy '0.1', here " in reason for reason in resumed.failures["reason"])
    assert [] == [n for n in resumed.notes if not n.startswith("STUB")]
    again = project.sweep(config)
    assert dict.fromkeys(OUTCOMES, "fit") == {e.name: e.action for e in again.plan.entries}
    assert 3 == sweep.Run(store, again.run).counts()["ok"]


def mixed(project: Project) -> tuple[Store, str]:
    """Return a run with fits of two toolchains, as only another program could have planned it."""
    config = project.config(STUB)
    store, plan = project.plan(config)
    begin(store, plan)
    do(store, plan, "bought", "liked")
    (task,) = (t for t in plan.tasks.values() if t.outcome == "aware")
    foreign = under(task, numpy="0.1")
    put_task(store, foreign)
    with upgraded("0.1"):
        work(store, foreign.key, True, Memory())
    entries = tuple(
        replace(e, key=foreign.key, fit_key=foreign.fit_key) if e.name == "aware" else e
        for e in plan.entries
    )
    run = new_run(store, replace(plan.record, entries=entries))
    append_event(store, run, {"event": "begun", "tasks": 0})
    append_event(store, run, {"event": "ended", "reason": "complete"})
    publish_report(store, run)
    return store, run


def test_a_report_on_its_way_hides_nothing_that_is_known(project: Project) -> None:
    """The journal names a report before it is stored: whoever looks then sees the one before."""
    store, run = mixed(project)
    before = sweep.Run(store, run).notes
    append_event(store, run, {"event": "report", "report": "0" * 40})

    assert before
    assert before == sweep.Run(store, run).notes


def test_estimates_are_not_made_by_another_toolchain_than_their_fit(project: Project) -> None:
    store, plan = project.plan(project.config(STUB))
    task = next(iter(plan.tasks.values()))
    foreign = under(task, numpy="0.1")
    put_task(store, foreign)
    with upgraded("0.1"):
        fitted = fit_task(store, foreign, True, Memory())
    with pytest.raises(ForeignToolchain, match=r"numpy '0\.1', here"):
        estimate_task(store, foreign, fitted, Memory())
    assert [] == list(store.list("estimates/"))


def test_fits_of_two_toolchains_in_one_run_are_said_first_and_flagged(project: Project) -> None:
    import numpy as np

    store, run = mixed(project)
    opened = sweep.Run(store, run)
    words = f"toolchain.numpy 0.1, not {np.__version__}"
    (note,) = (n for n in opened.notes if not n.startswith("STUB"))
    assert f"more than one model or toolchain. aware: {words}. `sweep run` fits them" in note
    html = opened.report(project.directory / "report.html").read_text()
    assert html.index("more than one model or toolchain") < html.index("Respondents</dt>")
    rows = opened.estimates()
    assert {f"fitted apart from the others: {words}"} == set(rows.query("outcome == 'aware'").flag)
    assert select(rows, outcomes=["bought", "liked"])["flag"].isna().all()
    assert "ok" == rows["status"].unique()


def test_fits_of_two_models_are_told_apart_by_their_terms(project: Project) -> None:
    store, plan = project.plan()
    begin(store, plan)
    other = project.plan(project.config({"priors": {"scale": 0.9}}))[1]
    put_task(store, other.tasks[other.to_do()[0]])
    found = lineage_of(store, [*other.entries[:1], *plan.entries[1:]])
    assert {
        "aware": "model.age_band scale 0.9, not 0.5; model.region scale 0.9, not 0.5"
    } == found.apart
    assert {} == lineage_of(store, plan.entries).apart


def test_fits_whose_recipes_are_gone_are_said_to_be_of_unknown_make(project: Project) -> None:
    store, plan = project.plan(project.config(STUB, {"keep": ["estimates"]}))
    run = begin(store, plan)
    for key in plan.tasks:
        work(store, key, False, Memory())
    first = next(iter(plan.tasks))
    store.delete(f"tasks/{first}.json")
    publish_report(store, run)
    assert [e["report"] for e in read_events(store, run) if e["event"] == "report"]
    assert "not known, as their recipes are gone: aware." in sweep.Run(store, run).notes[-1]
