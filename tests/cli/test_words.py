"""What the program prints reads as a colleague would say it, at every number of things."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

import sweep
from sweep.backends.events import Done
from sweep.cli.summary import can_be_retried
from sweep.client.display import slow_line
from sweep.client.progress import SweepProgress, line_of
from sweep.config.read import parse_config
from sweep.errors import ConfigError
from sweep.journal.entries import EntryId
from sweep.journal.events import append_event
from sweep.journal.runs import is_cancelled, runs_in
from sweep.words.numbers import count_of
from tests.cli.conftest import inside
from tests.project import Project, entry_named, plan_named, project_in, survey_of
from tests.report.test_render import Page, data_of
from tests.support.here import swept_here

ONE_OF_MANY = re.compile(r"(?<![\d.,:-])1 (?!has|was|is|as)[a-z]+s\b")
RESULT = {
    "status": "ok",
    "seconds": 0.7,
    "draws": 2000,
    "reasons": [],
    "diagnostics": {"r_hat_max": 1.009, "ess_bulk_min": 1213.2, "ess_tail_min": 553.1},
}


def laid_out(directory: Path, **study: Any) -> Project:
    """Return a project of stub fits with its config beside it."""
    made = project_in(directory / "project")
    config = made.text({"model": "stub", **study})
    (made.directory / "sweep.yaml").write_text(config)
    return made


@pytest.fixture
def one(tmp_path: Path) -> Project:
    """A project of one outcome, one row and one worker."""
    return laid_out(tmp_path, outcomes=[{"name": "aware", "success": ["Yes"]}], groups=[[]])


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 outcomes"), (1, "1 outcome"), (2.0, "2 outcomes"), (12_345, "12,345 outcomes")],
)
def test_a_count_agrees_with_its_noun(number: float, words: str) -> None:
    assert words == count_of(number, "outcome")
    assert "1 copy, 2 copies" == f"{count_of(1, 'copy')}, {count_of(2, 'copy', 'copies')}"


def test_no_verb_speaks_of_1_outcomes(one: Project) -> None:
    verbs = [
        *(("check", "sweep.yaml"), ("plan", "sweep.yaml"), ("explain", "sweep.yaml")),
        *(("run", "sweep.yaml"), ("check", "sweep.yaml"), ("plan", "sweep.yaml")),
        *(("run", "sweep.yaml", "--report", "r.html"), ("status", "-a"), ("runs",), ("verify",)),
        *(("gc",), ("estimates", "-o", "csv", "-O", "e.csv"), ("plan", "sweep.yaml", "--set",
           "groups=[[sex]]"), ("explain", "sweep.yaml", "--set", "groups=[[sex]]")),
    ]  # fmt: skip

    said = []
    for verb in verbs:
        ended = inside(*verb, cwd=one.directory)
        assert 0 == ended.code, ended.err
        said.append(f"{ended.out}\n{ended.err}")
    said += Page((one.directory / "r.html").read_text()).text

    assert "1 outcome, 1 to be fitted" in said[3]
    assert [] == [found[0] for text in said for found in ONE_OF_MANY.finditer(text)]


COUNTED = re.compile(
    r"\{[^{}]*\} (?:answers|cells|columns|draws|files|fits|groups|jobs|levels|lines|outcomes"
    r"|patterns|respondents|rows|runs|tasks|values|workers)\b"
)
MANY = (
    "{selection.outcomes:,} outcomes",  # more than are planned, so two or more
    "{everybody:,} respondents",  # more than are kept
    "{cells:,} cells",  # more than fit 64 bits
    "{respondents} respondents",  # too few to simulate, and asked for by name
    "{each} rows",  # of one cell, so two or more
    "{total} draws",  # of four chains at least
    "{progress.speed():,.0f} draws",
    "{base:,} respondents",  # of whom most left a question blank
    "{len(options):,} outcomes",  # too many
    "{len(trial.rows)} rows",  # of which most are alike
    "{usual} values",  # in rows that a delimiter splits
    "{skip} lines",
)
"""What is written with a plural though a number stands before it, and why it may."""


def test_no_message_writes_a_plural_after_a_number_that_may_be_one() -> None:
    """Errors are seldom seen in tests with the number 1: their source says what they would be."""
    package = Path(sweep.__file__).parent
    found = {
        f"{path.relative_to(package)}: {match[0]}"
        for path in package.rglob("*.py")
        for match in COUNTED.finditer(path.read_text())
        if match[0] not in MANY
    }
    assert set() == found
    assert COUNTED.search('f"there are {n:,} respondents"')


def test_errors_about_one_of_something_say_so(tmp_path: Path) -> None:
    made = laid_out(tmp_path)
    lone = survey_of().head(1)
    tables = {
        "without a predictor": lone.assign(region=None),
        "with a weight below 0": lone.assign(w=-1),
        "of no level": lone.assign(region="Nowhere"),
    }
    for name, table in tables.items():
        made.write("survey.csv", table)
        ended = inside("check", "sweep.yaml", "--set", "survey.weight=w", cwd=made.directory)
        assert 2 == ended.code, name
        if name != "of no level":
            assert [] == [found[0] for found in ONE_OF_MANY.finditer(ended.err)], name


def test_a_run_that_failed_says_of_how_many(tmp_path: Path) -> None:
    made = laid_out(tmp_path)
    survey = survey_of()
    made.write("survey.csv", survey.assign(aware=None))
    config = made.config({"model": "stub", "outcomes": [{"name": "aware", "success": ["Yes"]}]})
    store, run = swept_here(made, config)

    with pytest.raises(sweep.RunFailed, match="1 of 1 outcome failed"):
        sweep.open(run, store=store.url).raise_for_failures()


def test_the_line_of_an_end_names_both_effective_sample_sizes() -> None:
    line = line_of(Done("key", 1, RESULT, None), EntryId("aware"))

    assert "ok       aware  0.7s  r_hat 1.009  ess_bulk 1,213  ess_tail 553" == line


def drawn(progress: SweepProgress) -> str:
    console = Console(width=100, record=True, file=None, stderr=True, quiet=False)
    with console.capture() as captured:
        console.print(slow_line(progress))
    return captured.get()


def test_the_panel_says_starting_only_at_the_start() -> None:
    progress = SweepProgress.of(plan_named("x", entry_named("aware"), entry_named("bought")))
    assert "now: starting" in drawn(progress)

    progress.watch(Done("key", 1, RESULT, None), EntryId("aware"))
    assert "now:" not in drawn(progress)  # something may run: not every backend tells

    progress.watch(Done("key", 1, RESULT, None), EntryId("bought"))
    assert "now: writing the report" in drawn(progress)
    assert "slowest: bought" in drawn(progress)


def test_a_run_that_did_not_end_says_what_goes_on_with_it(one: Project) -> None:
    store, run = swept_here(one, one.config({"model": "stub"}))
    append_event(store, run, {"event": "begun", "tasks": 0})

    head = inside("status", cwd=one.directory).out.splitlines()[0]

    assert [run] == runs_in(store)
    assert f"still going, or stopped short: `sweep resume {run}` goes on" in head


def test_a_second_check_says_the_same_in_the_same_order(tmp_path: Path) -> None:
    made = laid_out(tmp_path)

    said = [inside("check", "sweep.yaml", cwd=made.directory).out for _ in range(2)]
    facts = [inside("check", "sweep.yaml", "-o", "json", cwd=made.directory).out for _ in range(2)]
    fresh = laid_out(tmp_path / "fresh")

    assert said[0] == said[1]
    assert "predictors    sex (2), age_band (3), region (4)" in said[0]
    assert facts[0] == facts[1] == inside("check", "sweep.yaml", "-o", "json",
                                          cwd=fresh.directory).out  # fmt: skip


def test_the_report_lists_predictors_in_the_configs_order(tmp_path: Path) -> None:
    made = laid_out(tmp_path)
    store, run = swept_here(made, made.config({"model": "stub"}))

    html = sweep.open(run, store=store.url).report(tmp_path / "r.html").read_text()

    levels = html.split("Predictors and their levels")[1]
    assert ["sex", "age_band", "region"] == re.findall(r'<th scope="row">(.*?)</th>', levels)[:3]


def test_a_check_shows_a_few_lines_of_one_kind_and_how_many_more(tmp_path: Path) -> None:
    made = laid_out(tmp_path)
    names = [f"q{k}" for k in range(30)]
    survey = survey_of()
    nobody = pd.DataFrame(None, index=survey.index, columns=names, dtype="object")
    made.write("survey.csv", pd.concat([survey, nobody], axis=1))
    outcomes = [{"name": name, "success": ["Yes"]} for name in ("aware", *names)]
    (made.directory / "sweep.yaml").write_text(made.text({"model": "stub", "outcomes": outcomes}))

    short = inside("check", "sweep.yaml", cwd=made.directory).out
    every = inside("check", "sweep.yaml", "--all", cwd=made.directory).out

    assert 3 == short.count("nobody was asked: ")
    assert "... and 27 more like it (--all names them)" in short
    assert 30 == every.count("nobody was asked: ")
    assert "more like it" not in every
    told = json.loads(inside("check", "sweep.yaml", "-o", "json", cwd=made.directory).out)
    assert names == told["nobody_asked"]


def test_a_config_with_one_mistake_many_times_shows_ten_and_counts_the_rest(
    tmp_path: Path,
) -> None:
    made = laid_out(tmp_path)
    outcomes = [{"name": f"q{k}", "success": ["Yes"], "sucess": [1]} for k in range(300)]

    with pytest.raises(ConfigError) as caught:
        parse_config(made.text({"outcomes": outcomes, "model": ""}).encode())

    text = str(caught.value)
    assert 301 == len(caught.value.mistakes)
    assert ": 301 mistakes" in text
    assert 10 == text.count("unknown key - did you mean 'success'?")
    assert "... and 290 more of: unknown key - did you mean '...'?" in text
    assert "study.model" in text


@pytest.mark.parametrize("weight", [None, "w"])
def test_weighted_means_are_shown_only_where_there_is_a_weight(
    weight: str | None, tmp_path: Path
) -> None:
    made = laid_out(tmp_path, survey={"weight": weight})
    store, run = swept_here(made, made.config({"model": "stub", "survey": {"weight": weight}}))
    opened = sweep.open(run, store=store.url)
    html = opened.report(tmp_path / "r.html").read_text()
    printed = inside("estimates", "--total", cwd=made.directory).out
    fitted = inside("estimates", "--total", "-o", "json", cwd=made.directory).out

    there = weight is not None
    assert there == ("weighted %" in printed.splitlines()[0])
    assert "raw %" in printed.splitlines()[0]
    assert {there} == set(opened.estimates()["weighted"].notna())
    assert {there} == {row["weighted"] is not None for row in json.loads(fitted)}
    assert there == data_of(html)["weighted"]
    assert there == ('<th scope="col" class="num">weighted</th>' in html)
    assert opened.estimates()["raw"].notna().all()


def test_a_retry_is_told_only_where_it_can_help(tmp_path: Path) -> None:
    made = laid_out(tmp_path)
    made.write("survey.csv", survey_of().assign(aware=None))
    settings = {"model": "stub"}
    store, run = swept_here(made, made.config(settings))
    opened = sweep.open(run, store=store.url)

    assert ["failed"] == list(opened.failures["status"])  # nobody was asked: nothing mends that
    assert not can_be_retried(opened)
    append_event(
        store, run, {"event": "failed", "outcome": "bought", "kind": "storage", "message": "x"}
    )
    store.delete(f"estimates/{opened.plan.entries[1].key}/done.json")
    assert can_be_retried(sweep.open(run, store=store.url))


def test_a_run_that_has_ended_is_not_called_cancelled(one: Project) -> None:
    store, run = swept_here(one, one.config({"model": "stub"}))

    ended = inside("cancel", cwd=one.directory)

    assert f"run {run} had ended: there was nothing to cancel\n" == ended.err
    assert not is_cancelled(store, run)
