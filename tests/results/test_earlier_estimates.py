"""Estimates that an earlier program stored stay readable: what they lack is null, and marked.

That program stored the same table without the errors of an interval's ends.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

import sweep
from sweep.cli.tables import estimate_lines
from sweep.config import SweepConfig
from sweep.data.levels import Levels
from sweep.estimates.encode import Column
from sweep.estimates.formats import to_csv, to_parquet
from sweep.estimates.select import select
from sweep.estimates.table import tidy
from sweep.journal.events import read_events
from sweep.store import Store
from tests.client.test_resume import stubs
from tests.project import Project
from tests.support.here import swept_here

NEW = ["mcse_lower", "mcse_upper"]


def as_before(columns: Mapping[str, Column], rows: int, levels: Levels) -> bytes:
    """Return the table as the earlier program stored it."""
    frame = tidy(pd.DataFrame(columns, index=range(rows)), list(levels), levels)
    return to_parquet(frame.drop(columns=NEW))


@pytest.fixture
def earlier(project: Project, monkeypatch: pytest.MonkeyPatch) -> tuple[SweepConfig, Store, str]:
    """Return a config, and what the earlier program made of it."""
    config: SweepConfig = stubs(project, 3)
    with monkeypatch.context() as before:
        for module in ("planning.recipes", "worker.versions"):
            before.setattr(f"sweep.{module}.ESTIMATE", 1)
        before.setattr("sweep.worker.rows.encode_rows", as_before)
        store, run = swept_here(project, config)
    return config, store, run


def test_their_table_has_nulls_and_its_ends_are_marked(
    earlier: tuple[SweepConfig, Store, str],
) -> None:
    _, store, run = earlier
    table = sweep.open(run, store.url).estimates()
    assert table[NEW].isna().all(axis=None)
    assert table["upper"].notna().all()
    assert len(table) == len(select(table, by=["region"])) + len(select(table, by=[]))
    _, *lines = estimate_lines(table)
    for line in lines:
        _, _, mean, lower, upper, *_ = line.split()
        assert "≈" not in mean
        assert {"≈"} == {lower[0], upper[0]}
    assert to_csv(table).startswith(b"outcome,")


def test_their_report_can_be_made(earlier: tuple[SweepConfig, Store, str], tmp_path: Path) -> None:
    _, store, run = earlier
    page = sweep.open(run, store.url).report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert " to ≈" in page


def test_they_are_made_anew_from_the_stored_draws_and_keep_every_other_byte(
    project: Project, earlier: tuple[SweepConfig, Store, str]
) -> None:
    config, store, run = earlier
    fits = set(store.list("fits/"))
    _, plan = project.plan(config)
    assert ["estimate"] * 3 == [entry.action for entry in plan.entries]
    _, again = swept_here(project, config)
    assert fits == set(store.list("fits/"))
    assert "complete" == read_events(store, again)[-2]["reason"]
    old, new = (sweep.open(each, store.url).estimates() for each in (run, again))
    assert new[NEW].notna().all(axis=None)
    pd.testing.assert_frame_equal(old.drop(columns=NEW), new.drop(columns=NEW), check_exact=True)
