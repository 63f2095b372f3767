"""What docs/coding.md shows is what a config may say, and what the program prints."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from sweep.config import OutcomeRule
from tests.cli.conftest import inside
from tests.project import Project, survey_of

PAGE = (Path(__file__).parents[1] / "docs" / "coding.md").read_text()
RULES: list[dict[str, Any]] = [
    rule
    for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    for rule in YAML(typ="safe").load(block)
]


@pytest.mark.parametrize("rule", RULES, ids=json.dumps)
def test_every_rule_on_the_page_is_one(rule: dict[str, Any]) -> None:
    assert OutcomeRule.model_validate_json(json.dumps(rule))


def test_the_table_on_the_page_is_what_check_prints(project: Project) -> None:
    counts = {"Likely": 128, "Very likely": 126, "Don't know": 31, "Unlikely": 315}
    answers = np.repeat(list(counts), list(counts.values()))
    project.write("survey.csv", survey_of(600).assign(q1=answers))
    path = project.directory / "sweep.yaml"
    path.write_text(project.text({"model": "stub", "outcomes": RULES[:1]}))
    (shown,) = re.findall(r"```text\n(.*?)```", PAGE, re.S)
    assert shown in inside("check", path, cwd=path.parent).out
