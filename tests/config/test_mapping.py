"""A config given as a Python mapping is the one that the same YAML says, mistakes and all."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sweep
from sweep.config import assignments, config_of, parse_config
from sweep.errors import ConfigError
from tests.project import STUDY, Project
from tests.support.here import swept_here

WHOLE: dict[str, Any] = {"version": 1, "name": "tiny", "study": STUDY}


def mistakes(config: Any, **overrides: Any) -> str:
    with pytest.raises(ConfigError) as error:
        config_of(config, assignments(overrides))
    return str(error.value)


def test_a_mapping_is_the_config_its_yaml_says() -> None:
    assert parse_config(json.dumps(WHOLE).encode()) == config_of(WHOLE)


def test_values_of_python_are_those_of_yaml() -> None:
    study = {
        **STUDY,
        "survey": {"source": Path("survey.csv"), "weight": "w"},
        "groups": ((), ("region",)),
        "interval": np.float64(0.8),
        "derive": {"age_band": {**STUDY["derive"]["age_band"], "at": np.array([18, 35, 55])}},
    }
    said = {**STUDY, "interval": 0.8}

    assert config_of({**WHOLE, "study": said}) == config_of({**WHOLE, "study": study})


def test_all_mistakes_are_told_under_their_keys() -> None:
    study = {**STUDY, "sampler": {"drawz": 1, "tune": date(2026, 1, 1)}, "interval": 3}

    told = mistakes({**WHOLE, "study": study})

    assert told.startswith("config: 3 mistakes\n")
    assert "config  study.sampler.drawz: unknown key" in told
    assert "config  study.sampler.tune: a config holds text, numbers, lists and mappings" in told
    assert "config  study.interval: must be" in told


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        ({"name": "a\0"}, "config  name: text with a character that cannot be stored"),
        ({"name": {1.5: 2}}, "config  name: a key must be text, got 1.5"),
        ({"name": {"a", "b"}}, "a config holds text, numbers, lists and mappings, got set"),
        ({"name": float("nan")}, "config  name: expected text"),
    ],
)
def test_what_no_config_holds_is_refused(spoilt: dict[str, Any], told: str) -> None:
    assert told in mistakes({**WHOLE, **spoilt})


def test_a_mapping_that_holds_itself_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["study"] = endless

    assert "nested more than 20 deep" in mistakes(endless)


def test_overrides_may_be_a_mapping() -> None:
    texts = ["sampler.draws=200", "name=other", "outcomes.0.label=Ähm, 01", "groups=[[], [sex]]"]
    pairs = {
        "sampler.draws": 200,
        "name": "other",
        "outcomes.0.label": "Ähm, 01",
        "groups": [[], ["sex"]],
    }

    assert config_of(WHOLE, texts) == config_of(WHOLE, assignments(pairs))
    odd = "\U0001f600 \u2028 \x85 = 'x' \"y\""
    made = config_of(WHOLE, assignments({"outcomes.0.label": odd}))
    assert odd == made.study.outcomes[0].label


def test_mistakes_in_overrides_are_told_as_of_the_command_line() -> None:
    told = mistakes(WHOLE, **{"sampler.drws": 1, "interval": "wide"})
    odd = mistakes(WHOLE, interval={1, 2})

    assert "--set:1:9  study.sampler.drws: unknown key" in told
    assert "--set:2:1  study.interval: expected a number" in told
    assert "--set:1:1  interval: a config holds text" in odd


def test_a_run_gives_its_config_back_and_takes_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same sweep from a dict is taken from the store."""
    config = project.config({"model": "stub"})
    store, run = swept_here(project, config)
    first = sweep.open(run, store.url)
    monkeypatch.chdir(project.directory)

    assert config == config_of(first.config)
    assert ["taken"] * 3 == list(sweep.plan(first.config)["action"])
    again = sweep.run(first.config, set={"name": "again"})
    assert "again" == again.config["name"]
    assert [e.key for e in first.plan.entries] == [e.key for e in again.plan.entries]
    assert ["taken"] * 3 == list(sweep.explain(first.config, set={"name": "b"})["action"])
    assert ["sex", "age_band", "region"] == list(again.config["study"]["predictors"])
    first.plan = replace(first.plan, predictors=None)  # as in the plan of an earlier version
    assert ["sex", "age_band", "region"] == list(first.config["study"]["predictors"])
    first.config["name"] = "spoilt"
    assert "tiny" == first.config["name"]
