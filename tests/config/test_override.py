"""``--set path=value`` changes a config before it is validated."""

from pathlib import Path
from typing import Any

import pytest

from sweep.config import Execution, Study, SweepConfig, parse_config, read_config
from sweep.errors import ConfigError

EXAMPLE = Path(__file__).parent / "example.yaml"
MINIMAL = b"""\
version: 1
name: small
study:
  survey: {source: survey.csv}
  population: {source: population.csv, size: n}
  predictors: {sex: {}}
  outcomes: [{name: aware, success: ["Yes"]}]
"""


def get(config: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(config, tuple):
            config = config[int(part)]
        else:
            config = config[part] if isinstance(config, dict) else getattr(config, part)
    return config


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("study.sampler.draws=200", "study.sampler.draws", 200),
        ("sampler.draws=200", "study.sampler.draws", 200),
        (" sampler . draws = 200", "study.sampler.draws", 200),
        ("workers=4", "execution.workers", 4),
        ("execution.workers=4", "execution.workers", 4),
        ("name=other", "name", "other"),
        ("study.outcomes.0.tags=[a, b]", "study.outcomes.0.tags", ("a", "b")),
        ("outcomes.1.success=[5]", "study.outcomes.1.success", (5,)),
        ("survey.filter=age >= 18", "study.survey.filter", "age >= 18"),
        ("survey.filter=", "study.survey.filter", None),
        ("survey.rename={a: b}", "study.survey.rename", {"a": "b"}),
        ("priors.scales.sex=2", "study.priors.scales.sex", 2.0),
    ],
)
def test_an_override_takes_the_place_of_what_the_file_says(
    text: str, path: str, value: object
) -> None:
    assert value == get(read_config(EXAMPLE, [text]), path)


def test_an_override_may_name_a_section_that_the_file_leaves_out() -> None:
    config = parse_config(MINIMAL, overrides=["sampler.seed=7", "execution.store=elsewhere"])

    assert (config.study.sampler.seed, config.execution.store) == (7, "elsewhere")


def test_later_overrides_win() -> None:
    config = parse_config(MINIMAL, overrides=["sampler.seed=7", "sampler.seed=8"])

    assert 8 == config.study.sampler.seed


def test_no_override_changes_nothing() -> None:
    assert read_config(EXAMPLE) == read_config(EXAMPLE, [])


def test_the_short_paths_are_not_ambiguous() -> None:
    names = [set(m.model_fields) for m in (SweepConfig, Study, Execution)]

    assert sum(map(len, names)) == len(set.union(*names))


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("sampler.draw=3", 9, "unknown key - did you mean 'draws'?"),
        ("samplr.draws=3", 1, "unknown key 'samplr' - did you mean 'sampler'?"),
        ("x.y=2", 1, "unknown key 'x' (allowed: version, name, study, execution, survey"),
        ("study.smapler.draws=3", 7, "unknown key - did you mean 'sampler'?"),
        ("sampler.draws=few", 15, "expected a whole number, got 'few'"),
        ("sampler.draws=3", 15, "must be at least 100, got 3"),
        ("sampler.draws={a: [1", 21, "expected ',' or ']'"),
        ("sampler.draws=&a 3", 15, "anchors (&name) are refused"),
        ("sampler.draws", 1, "expected path=value, such as sampler.draws=200"),
        ("=3", 1, "expected path=value"),
        ("interval.x=1", 10, "study.interval is a value, not a mapping: it has no key 'x'"),
        ("outcomes.2.tags=[]", 10, "study.outcomes has 2 items, counted from 0: there is no 2"),
        ("outcomes.-1.tags=[]", 10, "study.outcomes is a list: write an index"),
        ("outcomes.first.tags=[]", 10, "study.outcomes is a list: write an index"),
        ("interactions=[[sex, age_bnd]]", 21, "no predictor 'age_bnd' - did you mean 'age_band'?"),
    ],
)
def test_a_wrong_override_is_shown_with_its_text(text: str, column: int, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(EXAMPLE, ["name=fine", text])

    (found,) = caught.value.mistakes
    assert (2, column) == (found.line, found.column)
    assert message in found.message
    assert f"--set:2:{column}  " in str(caught.value)
    assert f"    2 | {text}" in str(caught.value)


def test_mistakes_of_the_file_and_of_overrides_come_out_together() -> None:
    text = MINIMAL.replace(b"name: small", b"name: '*'")

    with pytest.raises(ConfigError) as caught:
        parse_config(text, "sweep.yaml", ["sampler.draws=3", "nothing"])

    assert [m.line for m in caught.value.mistakes] == [1, 2, 2]
    assert "sweep.yaml:2:7  name" in str(caught.value)
    assert "--set:1:15  study.sampler.draws" in str(caught.value)
