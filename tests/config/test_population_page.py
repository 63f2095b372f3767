"""The configs on the page about populations are configs."""

import re
from pathlib import Path
from typing import Any

import pytest

from sweep.config import config_of, parse_config

PAGE = Path(__file__).parents[2] / "docs" / "population.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
BASE = """\
  survey: {source: survey.csv}
  population: {source: census.csv, size: people}
  predictors: {sex: {}, age_band: {}, region: {}, education: {}}
  outcomes: [{name: aware, success: ["Yes"]}]
"""


def whole(block: str) -> str:
    """Return a config with a page's sections in place of the plain ones."""
    own = {line.split(":")[0] for line in block.splitlines() if re.match(r"\w", line)}
    plain = [line for line in BASE.splitlines() if line.split(":")[0].strip() not in own]
    given = [f"  {line}" for line in block.splitlines()]
    return "\n".join(["version: 1", "name: page", "study:", *plain, *given, ""])


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_of_the_page_is_read(block: str) -> None:
    assert parse_config(whole(block).encode()).study.predictors


def test_a_mapping_of_python_says_the_same_as_the_page() -> None:
    margins: dict[str, Any] = {
        "margins": [{"by": ["sex"], "shares": {"F": 51, "M": 49}}],
        "seed": "independence",
        "total": 1000,
    }
    study = {
        "survey": {"source": "survey.csv"},
        "population": margins,
        "predictors": {"sex": {}},
        "outcomes": [{"name": "aware", "success": ["Yes"]}],
    }
    config = config_of({"version": 1, "name": "page", "study": study})
    assert {"F": 51.0, "M": 49.0} == config.study.population.margins[0].shares


def test_the_page_has_configs() -> None:
    assert len(BLOCKS) >= 5
