"""What every answer counts as is printed by check, named by run, and kept by the run."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweep.client.handle import Run
from tests.cli.conftest import inside
from tests.project import Project, survey_of
from tests.support.here import swept_here

RULES: list[dict[str, Any]] = [
    {"name": "q", "success": ["Yes"], "dont_know": "out_of_base"},
    {"name": "scale", "success": [9, 10]},
    {"name": "few", "success": ["Yes"]},
]


@pytest.fixture
def config(project: Project) -> Path:
    answers = np.resize(["Yes", "No", "Don't know", "Not asked in survey", "No"], 300)
    few = np.array(["Yes", "No", "No", *[""] * 297])
    table = survey_of().assign(q=answers, scale=np.resize(range(1, 11), 300), few=few)
    project.write("survey.csv", table)
    path = project.directory / "sweep.yaml"
    path.write_text(project.text({"model": "stub", "outcomes": RULES}))
    return path


def test_check_prints_a_table_per_question(config: Path) -> None:
    lines = inside("check", config, cwd=config.parent).out.splitlines()
    at = lines.index("question      study.outcomes.0, q")
    assert [
        ["Yes", "60", "yes"],
        ["Don't", "know", "60", "don't", "know:", "does", "not", "count"],
        ["Not", "asked", "in", "survey", "60", "not", "asked,", "by", "default"],
        ["No", "120", "no,", "by", "default"],
    ] == [line.split() for line in lines[at + 1 : at + 5]]


def test_a_long_table_is_folded_unless_its_outcome_is_asked_for(config: Path) -> None:
    folded = inside("check", config, cwd=config.parent).out
    whole = inside("check", config, "--outcome", "scale", cwd=config.parent).out
    assert "... and 2 more answers (--outcome NAME shows all)" in folded
    assert 11 == len(whole.splitlines())
    assert "question      study.outcomes.1, scale" == whole.splitlines()[0]
    wrong = inside("check", config, "--outcome", "scael", cwd=config.parent)
    assert (2, True) == (wrong.code, "Did you mean 'scale'?" in wrong.err)


def test_counts_of_a_small_base_are_withheld_everywhere(project: Project, config: Path) -> None:
    table = inside("check", config, "--outcome", "few", cwd=config.parent).out
    assert 3 == table.count("withheld")
    facts = json.loads(inside("check", config, "-o", "json", cwd=config.parent).out)
    q, scale, few = facts["coding"]
    assert [None, None] == [answer["count"] for answer in few["answers"]]
    assert (180, 300) == (q["n"], scale["n"])
    run = Run(*swept_here(project, project.config({"model": "stub", "outcomes": RULES})))
    frame = run.coding()
    assert frame.loc[frame["outcome"] == "few", "n"].isna().all()


def test_run_names_what_counts_as_no_by_default(config: Path) -> None:
    ran = inside("run", config, cwd=config.parent)
    assert (
        "notice: study.outcomes.0: column 'q': counts as no: 'No' (120); as yes: 'Yes'; don't know"
        in (ran.err)
    )
    assert "not asked: 'Not asked in survey' (60)" in ran.err
    assert "notice: study.outcomes.1: column 'scale': counts as no: 1 to 8 (240)" in ran.err


def test_a_run_keeps_its_coding(project: Project, config: Path) -> None:
    assert config.exists()
    run = Run(*swept_here(project, project.config({"model": "stub", "outcomes": RULES})))
    frame = run.coding()
    assert ["outcome", "answer", "label", "n", "meaning", "in_base", "said"] == list(frame.columns)
    q = frame[frame["outcome"] == "q"].set_index("answer")
    assert 300 == q["n"].sum()
    assert {"Yes": "yes", "No": "no", "Don't know": "don't know"} == {
        answer: q.loc[answer, "meaning"] for answer in ("Yes", "No", "Don't know")
    }
    fits = run.fits().set_index("outcome")
    assert fits.loc["q", "n"] == q.loc[q["in_base"], "n"].sum()
    assert isinstance(frame, pd.DataFrame)


def test_a_mistake_in_the_answers_ends_with_its_line(config: Path) -> None:
    told = inside("check", config, "--set", "outcomes.0.success=[yes]", cwd=config.parent)
    assert 2 == told.code
    assert (
        "study.outcomes.0.success.0: no answer in column 'q' is 'yes'; the nearest: 'Yes' (60)"
        in (told.err)
    )
    assert "Traceback" not in told.err
