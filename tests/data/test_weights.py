"""Weights that are codes for no answer would make few respondents count for all."""

import numpy as np
import pytest

from sweep.data.findings import Findings
from sweep.data.weights import check_weights
from tests.project import Project

USUAL = np.linspace(0.4, 4.0, 97)


def found(project: Project, *weight: float) -> Findings:
    findings = Findings()
    check_weights(np.append(USUAL, weight), project.config().study, findings)
    return findings


@pytest.mark.parametrize("code", [99, 998, 999, 9999])
def test_a_code_that_holds_most_of_the_weight_is_refused(project: Project, code: float) -> None:
    (mistake,) = found(project, *[float(code)] * 9).mistakes
    assert f"'w': {code} (9 respondents) holds " in mistake.message
    assert f'{{no weight: "w == {code}"}}' in mistake.message


@pytest.mark.parametrize("weights", [(99.0,), (1000.0,) * 3])
def test_what_stands_apart_otherwise_is_told(project: Project, weights: tuple[float]) -> None:
    findings = found(project, *weights)
    assert not findings.mistakes
    assert "is far above all others: a code, or a slip?" in findings.notices[0].message


@pytest.mark.parametrize("weights", [(), (0.0, 0.0), (9.0, 20.0, 60.0), (0.001,)])
def test_uneven_weights_are_weights(project: Project, weights: tuple[float]) -> None:
    assert Findings() == found(project, *weights)


def test_weights_of_zero_alone_are_refused(project: Project) -> None:
    findings = Findings()
    check_weights(np.zeros(5), project.config().study, findings)
    assert "zero for every respondent" in findings.mistakes[0].message
