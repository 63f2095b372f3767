"""Notices: what was inferred of the data is told by every verb that a user looks at."""

import json
from pathlib import Path

import pandas as pd
import pytest

from sweep.client.handle import Run
from tests.cli.conftest import inside
from tests.project import Project, population_of, survey_of
from tests.support.here import swept_here

NOTICE = "the survey's column 'age' holds no number to cut: 'unknown' in row 3; 2 rows in all"


@pytest.fixture
def config(project: Project) -> Path:
    ages = survey_of()["age"].astype(object)
    ages.iloc[[2, 5]] = "unknown"
    project.write("survey.csv", survey_of().assign(age=ages))
    path = project.directory / "sweep.yaml"
    path.write_text(project.text({"model": "stub"}))
    return path


def test_check_and_run_print_a_notice_with_its_key(config: Path) -> None:
    checked = inside("check", config, cwd=config.parent)
    facts = json.loads(inside("check", config, "-o", "json", cwd=config.parent).out)
    ran = inside("run", config, cwd=config.parent)

    assert 0 == checked.code == ran.code
    assert f"notice        study.derive.age_band.cut: {NOTICE}; read as missing" in checked.out
    assert ["study", "derive", "age_band", "cut"] == facts["notices"][0]["path"]
    assert "study.derive.age_band.at: the survey's column 'age' by band: '18-34'" in checked.out
    assert "population    raw  weighted" in checked.out
    assert {row["variable"] for row in facts["audit"]} == {"region", "sex", "age_band"}
    assert f"notice: study.derive.age_band.cut: {NOTICE}" in ran.err


def test_a_run_and_its_report_keep_the_notices(project: Project, config: Path) -> None:
    assert config.exists()
    run = Run(*swept_here(project, project.config({"model": "stub"})))

    frame = run.notices()
    assert ["key", "outcome", "message"] == list(frame.columns)
    assert 1 == frame["message"].str.startswith(NOTICE).sum()
    assert pd.isna(frame["outcome"]).all()
    assert "holds no number to cut" in run.report(config.parent / "page.html").read_text()


def test_a_notice_that_explains_a_mistake_is_told_with_it(project: Project) -> None:
    path = project.directory / "sweep.yaml"
    people = population_of()
    project.write("population.csv", people.assign(region=people["region"].replace("West", "NA")))
    path.write_text(project.text({"model": "stub"}))
    ended = inside("check", path, cwd=path.parent)

    assert 2 == ended.code
    assert "the population's 'region' is missing in" in ended.err
    assert "notice  study.population.missing_values: 'NA' is read as missing" in ended.err
