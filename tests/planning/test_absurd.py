"""Priors that no question can have been meant by are refused at their key, before any fit."""

from typing import Any

import pytest

from sweep.errors import ConfigError
from tests.project import Project


def prior_of(project: Project, study: dict[str, Any]) -> Any:
    return project.plan(project.config(study))[1].prior


def test_the_usual_priors_leave_room_for_rare_and_for_common_answers(project: Project) -> None:
    found = prior_of(project, {})
    assert found.lower < 0.03
    assert 0.97 < found.upper


@pytest.mark.parametrize(
    ("study", "message"),
    [
        (
            {"priors": {"intercept": 12.0}},
            r"study.priors.intercept: Normal\(0, 12\) on the logit scale: before any answer, the "
            r"total is below 1 % or above 99 % with probability 0\.\d\d \(allowed 0\.5\): write a "
            r"smaller one \(by default 3\)",
        ),
        (
            {"priors": {"intercept": 0.1}},
            r"study.priors.intercept: Normal\(0, 0\.1\) on the logit scale: before any answer, the "
            r"total lies between 4\d % and 5\d % with probability 0\.9, narrower than 20 points: "
            r"write a larger one \(by default 3\)",
        ),
        (
            {"priors": {"scale": 60.0}},
            r"study.priors.scale: an sd ~ HalfNormal\(60\) .* a cell is below 1 % .*default 0\.5",
        ),
        (
            {"priors": {"scales": {"region": 90.0}}},
            r"study.priors.scales.region: an sd ~ HalfNormal\(90\) on the logit scale",
        ),
        ({"priors": {"contrast": 50.0}}, r"study.priors.contrast: Normal\(0, 50\)"),
        (
            {"interactions": [["sex", "region"]], "priors": {"interaction_scale": 80.0}},
            r"study.priors.interaction_scale: an sd ~ HalfNormal\(80\)",
        ),
    ],
)
def test_an_absurd_prior_is_refused_at_its_key(
    project: Project, study: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        prior_of(project, study)


def test_a_model_file_with_an_absurd_prior_of_its_own_is_named(project: Project) -> None:
    project.model(
        "own",
        "from sweep.model import Intercept, Model\n\n\n"
        "def terms(study, levels):\n    return Model((Intercept(40.0),))\n",
    )
    with pytest.raises(
        ConfigError, match=r"study.model: models/own.py has intercept ~ Normal\(0, 40"
    ):
        prior_of(project, {"model": "own"})


def test_the_stub_has_no_priors_to_look_at(project: Project) -> None:
    assert prior_of(project, {"model": "stub", "priors": {"intercept": 50.0}}) is None
