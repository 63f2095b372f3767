"""The verbs that read a run: status, runs, estimates, report, logs."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import Project, inside

pytestmark = pytest.mark.sampling


def test_estimates_are_the_same_table_in_every_form(tracked: Project, tmp_path: Path) -> None:
    rows = json.loads(tracked.sweep("estimates", "--by", "sex", "-o", "json").out)
    csv = pd.read_csv(io.StringIO(tracked.sweep("estimates", "--by", "sex", "-o", "csv").out))
    target = tmp_path / "sex.parquet"
    written = tracked.sweep("estimates", "--by", "sex", "-o", "parquet", "--output", target)
    parquet = pd.read_parquet(target)

    assert 0 == written.code
    assert ["Female", "Male"] * 3 == [row["sex"] for row in rows]
    assert [row["mean"] for row in rows] == pytest.approx(csv["mean"])
    assert [row["mean"] for row in rows] == list(parquet["mean"])


def test_a_file_is_written_as_its_name_says_unless_a_format_is_asked_for(
    tracked: Project, tmp_path: Path
) -> None:
    for name in ("all.csv", "all.parquet", "all.JSON", "odd.csv"):
        asked = ("-o", "json") if name == "odd.csv" else ()
        tracked.sweep("estimates", "-O", tmp_path / name, *asked)
    csv, parquet = pd.read_csv(tmp_path / "all.csv"), pd.read_parquet(tmp_path / "all.parquet")
    rows = [json.loads((tmp_path / name).read_text()) for name in ("all.JSON", "odd.csv")]

    assert len(csv) == len(parquet) == len(rows[0])
    assert rows[0] == rows[1]


def test_the_total_lists_failed_outcomes_too(tracked: Project) -> None:
    rows = json.loads(tracked.sweep("estimates", "--total", "-o", "json").out)

    failed = [row for row in rows if row["status"] == "failed"]
    assert [("trust_norvalik", None, "nobody asked")] == [
        (row["outcome"], row["mean"], row["flag"]) for row in failed
    ]


def test_a_misspelt_variable_outcome_or_group_is_guessed(tracked: Project) -> None:
    for option, wrong, guess in (
        ("--by", "regin", "region"),
        ("--outcomes", "aided_norvalk", "aided_norvalik"),
        ("--group", "young_londn", "young_london"),
    ):
        ended = tracked.sweep("estimates", option, wrong)

        assert 2 == ended.code
        assert f"Did you mean '{guess}'?" in ended.err
        assert "" == ended.out


def test_status_tells_failures_first(tracked: Project) -> None:
    told = json.loads(tracked.sweep("status", "-o", "json").out)
    table = tracked.sweep("status", "--all").out

    assert {"outcome", "status", "reason", "ess_bulk"} <= set(told["fits"][0])
    assert sum(told["counts"].values()) == told["outcomes"]
    assert "run" in table.splitlines()[0]


def test_runs_are_listed_newest_first_from_a_folder_below(tracked: Project) -> None:
    below = tracked.directory / "models"

    rows = json.loads(inside("runs", "-o", "json", cwd=below).out)

    ids = [row["run"] for row in rows]
    assert sorted(ids, reverse=True) == ids
    assert "complete" == rows[-1]["ended"]
    assert 4 == rows[-1]["outcomes"]


def test_a_store_is_found_only_where_there_is_one(tracked: Project, tmp_path: Path) -> None:
    lost = inside("status", cwd=tmp_path)
    named = inside("status", "--store", tracked.directory / ".sweep", cwd=tmp_path)

    assert 2 == lost.code
    assert "give --store" in lost.err
    assert 0 == named.code


def test_an_unknown_run_is_a_usage_error(tracked: Project) -> None:
    ended = tracked.sweep("status", "nonesuch")

    assert 2 == ended.code
    assert "'nonesuch' is not a run" in ended.err


def test_report_writes_html_and_prints_its_path(tracked: Project, tmp_path: Path) -> None:
    target = tmp_path / "r.html"

    ended = tracked.sweep("report", "-O", target)

    assert f"{target}\n" == ended.out
    assert target.stat().st_size > 10_000


def test_logs_of_a_quiet_outcome_are_empty_and_of_an_unknown_one_an_error(
    tracked: Project,
) -> None:
    quiet = tracked.sweep("logs", "last", "aided_norvalik")
    unknown = tracked.sweep("logs", "last", "aided_norvalk")

    assert (0, "") == (quiet.code, quiet.out)
    assert 2 == unknown.code
    assert "Did you mean 'aided_norvalik'?" in unknown.err
