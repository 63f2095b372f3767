"""The joined table is read from the report of a run as it stands, and gives what joining gives."""

from collections.abc import Callable

import pandas as pd
import pytest

import sweep
from sweep.artifacts.manifest import LAYOUT
from sweep.estimates.formats import to_csv, to_parquet
from sweep.journal.events import append_event
from sweep.journal.runs import read_plan
from sweep.journal.states import outcome_states
from sweep.results.joined import Joined
from sweep.results.table import estimates_of
from sweep.store import Store
from tests.client.test_resume import stubs
from tests.project import Project
from tests.support.here import swept_here


@pytest.fixture
def swept_stubs(project: Project) -> tuple[Store, str]:
    """Return a store and its run of three stub fits."""
    return swept_here(project, stubs(project, 3))


def joined(store: Store, run: str) -> Joined:
    """Return what the run's report holds, looked at now."""
    plan = read_plan(store, run)
    return Joined(store, plan, outcome_states(store, plan))


def same(store: Store, run: str) -> bool:
    """Tell whether the table is the one that joining the outcomes gives; its bytes must be."""
    anew = estimates_of(store, read_plan(store, run))
    found = joined(store, run).table
    pd.testing.assert_frame_equal(found, anew)
    return to_parquet(found) == to_parquet(anew) and to_csv(found) == to_csv(anew)


def test_a_whole_runs_table_needs_no_outcomes_own(swept_stubs: tuple[Store, str]) -> None:
    store, run = swept_stubs
    assert same(store, run)
    before = estimates_of(store, read_plan(store, run))

    for name in list(store.list(f"{LAYOUT['estimates']}/")):
        if not name.endswith("/done.json"):
            store.delete(name)

    after = sweep.open(run, store.url).estimates()
    pd.testing.assert_frame_equal(after, before)
    assert joined(store, run).file("estimates.csv") == to_csv(before)


def lose_an_outcome(store: Store, run: str) -> None:
    """Remove what came of the first outcome, so that it stands otherwise than its report says."""
    key = read_plan(store, run).entries[0].key
    for name in list(store.list(f"{LAYOUT['estimates']}/{key}/")):
        store.delete(name)


def lose_an_outcome_to_a_failure(store: Store, run: str) -> None:
    """Have the first outcome fail after its report was made."""
    lose_an_outcome(store, run)
    outcome = read_plan(store, run).entries[0].name
    failed = {"event": "failed", "outcome": outcome, "kind": "model", "message": "=no"}
    append_event(store, run, failed)


def go_on(store: Store, run: str) -> None:
    """Have somebody work on the run again, of which the first outcome is missing."""
    lose_an_outcome(store, run)
    append_event(store, run, {"event": "begun", "tasks": 1})


def lose_the_report(store: Store, run: str) -> None:
    """Remove every report."""
    for name in list(store.list(f"{LAYOUT['report']}/")):
        store.delete(name)


def damage_the_report(store: Store, run: str) -> None:
    """Spoil a bit of the report's tables."""
    for name in list(store.list(f"{LAYOUT['report']}/")):
        if not name.endswith("/done.json"):
            data = bytearray(store.get(name))
            data[len(data) // 2] ^= 1
            store.delete(name)
            store.put_new(name, bytes(data))


@pytest.mark.parametrize(
    "change",
    [lose_an_outcome, lose_an_outcome_to_a_failure, go_on, lose_the_report, damage_the_report],
)
def test_a_report_of_a_run_as_it_was_is_not_used(
    swept_stubs: tuple[Store, str], change: Callable[[Store, str], None]
) -> None:
    store, run = swept_stubs
    change(store, run)

    assert joined(store, run).file("estimates.parquet") is None
    assert same(store, run)


def test_a_failed_outcome_is_a_row_with_its_reason(swept_stubs: tuple[Store, str]) -> None:
    store, run = swept_stubs
    lose_an_outcome_to_a_failure(store, run)

    table = joined(store, run).table
    (row,) = table[table["status"] == "failed"].to_dict("records")
    assert ("probability", "=no") == (row["quantity"], row["flag"])
    assert pd.isna(row["mean"])
    assert pd.isna(row["n"])
    assert str(table["n"].dtype) == "Int64"


def test_a_run_without_any_result_has_a_table_without_rows(project: Project) -> None:
    store, run = swept_here(project, stubs(project, 1))
    go_on(store, run)

    table = joined(store, run).table
    assert len(table) == 0
    assert {"mean", "region", "status"} <= set(table.columns)
