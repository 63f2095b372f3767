"""Ids of runs: they sort as the runs began, whatever the clocks of the machines that began them."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import sweep
from sweep.errors import StoreError
from sweep.journal import events, runs
from sweep.journal.events import append_event, read_events
from sweep.journal.run_id import id_after, is_run_id, next_id
from sweep.journal.runs import new_run, read_plan, runs_in
from sweep.maintenance.gc import Rules, collect
from sweep.store import Store, open_store
from tests.client.test_resume import stubs
from tests.project import Project, plan_named
from tests.support.here import swept_here

HOUR = timedelta(hours=1)


def clock(by: timedelta) -> Any:
    """Return a class whose `now` is that of a machine whose clock is ahead."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Clock":
            return cls.fromtimestamp(datetime.now(tz).timestamp(), tz) + by

    return Clock


def begun_by(store: Store, patch: pytest.MonkeyPatch, ahead: timedelta) -> str:
    """Begin a run on a machine whose clock is ahead; return its id."""
    with patch.context() as clocks:
        clocks.setattr(runs, "datetime", clock(ahead))
        return new_run(store, plan_named("tiny"))


def test_a_run_of_a_machine_that_is_an_hour_behind_is_the_last(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, first = swept_here(project, stubs(project, 1))
    monkeypatch.setattr(runs, "datetime", clock(-HOUR))
    _, second = swept_here(project, stubs(project, 1))
    _, third = swept_here(project, stubs(project, 1))
    assert [third, second, first] == runs_in(store) == list(sweep.runs(store.url)["run"])
    assert third == read_plan(store, "last").run
    behind = datetime.fromisoformat(read_plan(store, third).started)
    assert timedelta(minutes=59) < datetime.now(UTC) - behind  # what the clock said is kept
    forgotten = {one.unit for one in collect(store, Rules(grace=0, keep_runs=1))}
    assert {f"runs/{first}", f"runs/{second}"} == {u for u in forgotten if u.startswith("runs/")}


@pytest.mark.parametrize("years", [1, 70, 7000])
def test_after_a_clock_that_was_years_ahead_ids_stay_in_order_and_well_formed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, years: int
) -> None:
    store = open_store(tmp_path / "s")
    runs = [begun_by(store, monkeypatch, ahead * 365 * timedelta(days=years)) for ahead in (1, 0)]
    runs += [begun_by(store, monkeypatch, timedelta()) for _ in range(3)]
    assert runs == sorted(set(runs))
    assert all(map(is_run_id, runs))
    assert runs[-1] == read_plan(store, "last").run == read_plan(store, runs[-1][-4:]).run


def test_coordinators_that_begin_at_once_get_ids_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some of them an hour behind: these all want the id after the newest."""
    store = open_store(tmp_path / "s")
    newest = begun_by(store, monkeypatch, HOUR)
    with ThreadPoolExecutor(8) as pool:
        runs = list(
            pool.map(lambda _: new_run(open_store(store.url), plan_named("tiny")), range(48))
        )
    assert 48 == len(set(runs))
    assert newest == min([*runs, newest])
    assert sorted([*runs, newest], reverse=True) == runs_in(store)


def test_the_journal_of_a_run_without_a_plan_is_never_a_new_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one whose damaged plan was moved aside."""
    store = open_store(tmp_path / "s")
    gone = begun_by(store, monkeypatch, HOUR)
    append_event(store, gone, {"event": "begun"})
    store.delete(f"runs/{gone}/plan.json")
    store.append("runs/notes/my.log", b"a folder of somebody's own\n")
    run = new_run(store, plan_named("tiny"))
    assert gone < run
    assert [] == read_events(store, run)


@pytest.mark.parametrize(
    ("run", "after"),
    [
        ("20261231-235959-0009", "20261231-235959-000a"),
        ("20261231-235959-ffff", "20270101-000000-0000"),
        ("20280228-235959-ffff", "20280229-000000-0000"),
    ],
)
def test_the_next_id_is_the_next_there_is(run: str, after: str) -> None:
    assert after == next_id(run)
    assert after == id_after([run, "20200101-000000-0000", "notes"], datetime(2026, 1, 1))


def test_what_is_no_id_counts_for_nothing() -> None:
    wrong = ("99999999-000000-0000", "20261301-000000-0000", "20260101-246060-0000", "notes", "",
             "20260101-000000-000G", "20260101-000000-00000", "２0260101-000000-0000")  # fmt: skip
    assert not any(map(is_run_id, wrong))
    assert "20260102-030405-8000" == id_after(wrong, datetime(2026, 1, 2, 3, 4, 5, 500_000))


def test_after_the_last_id_there_is_a_message(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s")
    store.put_new("runs/99991231-235959-ffff/plan.json", b"{}")
    with pytest.raises(StoreError, match=re.escape("remove runs/99991231-235959-ffff from")):
        new_run(store, plan_named("tiny"))


def test_the_journal_on_s3_keeps_the_order_of_writers_whatever_their_clocks(
    on_s3: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(on_s3)
    append_event(store, "r", {"event": "begun"})
    append_event(store, "r", {"event": "ended", "reason": "interrupted"})
    monkeypatch.setattr("sweep.store.s3.logs.time.time_ns", lambda: 1_000_000_000)
    resumed = open_store(on_s3)
    append_event(resumed, "r", {"event": "begun"})
    append_event(open_store(on_s3), "r", {"event": "ended", "reason": "complete"})
    told = [e.get("reason", "begun") for e in read_events(store, "r")]
    assert ["begun", "interrupted", "begun", "complete"] == told


def test_a_run_that_two_clocks_timed_has_no_seconds(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, run = swept_here(project, stubs(project, 1))
    monkeypatch.setattr(events, "datetime", clock(-HOUR))
    append_event(store, run, {"event": "begun"})
    append_event(store, run, {"event": "ended", "reason": "complete"})
    (row,) = sweep.runs(store.url).to_dict("records")
    assert (run, "complete") == (row["run"], row["ended"])
    assert row["seconds"] is None
