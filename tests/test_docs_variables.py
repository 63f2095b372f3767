"""What docs/variables.md shows is read, and means what the page says."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from sweep.expression import parse
from tests.project import Project, survey_of

PAGE = (Path(__file__).parents[1] / "docs" / "variables.md").read_text()
DERIVE, SURVEY = (
    YAML(typ="safe").load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
)
(CONDITIONS,) = re.findall(r"```text\n(.*?)```", PAGE, re.S)


@pytest.mark.parametrize("condition", CONDITIONS.splitlines())
def test_every_condition_on_the_page_is_one(condition: str) -> None:
    assert parse(condition)


def test_the_variables_and_respondents_of_the_page_make_a_design(project: Project) -> None:
    rng = np.random.default_rng(3)
    rows = survey_of(400).drop(columns=["region"])
    for column, values in {
        "q7": "12",
        "hisp": "12",
        "race": "12349",
        "zip": ["01", "02"],
        "q12": "12",
        "wave": "23",
        "source_of_sample": ["panel", "test"],
    }.items():
        rows[column] = rng.choice(list(values), len(rows))
    rows = rows.assign(minutes=rng.integers(1, 9, len(rows)), respondent=range(len(rows)))
    project.write("survey.csv", rows)
    project.write("zips.csv", pd.DataFrame({"zip": ["01", "02"], "region": ["N", "S"]}))
    levels: dict[str, list[Any]] = {
        "age_band": ["18-34", "35-54", "55+"],
        "party": ["Left", "Right"],
        "ethnicity": ["Black", "Hispanic", "Other", "White"],
        "region": ["N", "S"],
        "qualification": ["degree", "none"],
    }
    cells = pd.MultiIndex.from_product(list(levels.values()), names=list(levels)).to_frame(
        index=False
    )
    project.write("population.csv", cells.assign(n=100))
    config = project.config(
        {
            "model": "stub",
            "survey": SURVEY["survey"],
            "derive": DERIVE["derive"],
            "predictors": {name: {} for name in DERIVE["derive"]} | {"sex": {}, "region": {}},
            "nuisance": {"sex": {"at": "Female"}},
            "groups": [[]],
        }
    )
    design = project.plan(config)[1].prepared.design
    expected = {**levels, "education": ["High", "Low"]}
    del expected["qualification"]
    assert expected == {k: list(v) for k, v in design.levels.items() if k != "sex"}
    kept = (rows["wave"] == "3") & (rows["minutes"] >= 3) & (rows["source_of_sample"] != "test")
    assert kept.sum() == design.summary["survey"]["kept"]
