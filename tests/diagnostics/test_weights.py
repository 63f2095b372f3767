"""What a weight knows beyond the model is found, and what the model has is not taken for it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.weight_check import SCENARIOS, rates
from sweep.data.weight_sums import WeightSums, weight_sums
from sweep.diagnostics.weights import cleared, remainder

Floats = NDArray[np.float64]
CELLS = 12
CODES = [np.arange(CELLS) % 3, np.arange(CELLS) // 3]


class People:
    """Respondents of twelve cells with a weight that goes with the cell and with chance."""

    def __init__(self, seed: int, respondents: int = 600) -> None:
        rng = np.random.default_rng(seed)
        self.cell = rng.integers(0, CELLS, respondents)
        self.log = 0.3 * (self.cell % 3) - 0.2 * (self.cell // 3) + rng.normal(0, 0.4, respondents)
        self.yes = (rng.random(respondents) < 0.3).astype(float)

    @property
    def weight(self) -> Floats:
        return np.exp(self.log)

    def sums(self) -> WeightSums:
        rows = weight_sums(self.cell, self.yes, self.weight, CELLS)
        w = np.bincount(self.cell, self.weight, CELLS)
        return WeightSums.from_rows(rows, w, np.arange(CELLS), CELLS)


def regression(people: People) -> Floats:
    """Return the residuals of log w from both predictors, by least squares on all people."""
    dummies = [(code[people.cell][:, None] == np.arange(code.max() + 1)) for code in CODES]
    design = np.hstack(dummies).astype(float)
    fitted = design @ np.linalg.lstsq(design, people.log, rcond=None)[0]
    return np.asarray(people.log - fitted)


def test_the_sums_give_what_a_regression_on_all_respondents_gives() -> None:
    people = People(1)
    x = regression(people)
    variance = np.full(CELLS, 0.21)
    found = cleared(people.sums(), CODES, variance)
    np.testing.assert_allclose(found.x, np.bincount(people.cell, x, CELLS), atol=1e-8)
    np.testing.assert_allclose(found.x2, np.bincount(people.cell, x**2, CELLS), atol=1e-8)
    np.testing.assert_allclose(found.yx, np.bincount(people.cell, x * people.yes, CELLS), atol=1e-8)
    assert found.spread == pytest.approx(x @ x / ((people.log - people.log.mean()) ** 2).sum())

    p = np.full(CELLS, 0.3)
    told = remainder(people.sums(), found, p, variance, np.zeros(1))
    assert told.slope == pytest.approx(((people.yes - 0.3) @ x) / (x @ x))
    assert told.z == pytest.approx(((people.yes - 0.3) @ x) / np.sqrt(0.21 * x @ x))


def test_what_the_fit_is_unsure_of_leaves_less_scatter_for_the_score() -> None:
    people = People(2)
    variance = np.full(CELLS, 0.21)
    sums, p = people.sums(), np.full(CELLS, 0.3)
    found = cleared(sums, CODES, variance)
    explained = np.sqrt(0.5 * found.x2 @ variance) * np.array([1.0, -1.0])
    sure, unsure = (remainder(sums, found, p, variance, e) for e in (np.zeros(2), explained))
    assert unsure.z == pytest.approx(sure.z / np.sqrt(0.5))


def test_the_unit_of_the_weight_changes_nothing() -> None:
    people, variance = People(3), np.full(CELLS, 0.21)
    before = cleared(people.sums(), CODES, variance)
    people.log = people.log + 7
    after = cleared(people.sums(), CODES, variance)
    np.testing.assert_allclose(before.x, after.x, atol=1e-8)
    np.testing.assert_allclose(before.x2, after.x2, atol=1e-7)


def test_a_weight_that_the_predictors_explain_has_nothing_to_tell() -> None:
    people, variance = People(4), np.full(CELLS, 0.21)
    people.log = 0.5 * (people.cell % 3) - 0.25 * (people.cell // 3).astype(float)
    sums = people.sums()
    found = cleared(sums, CODES, variance)
    assert 0 == remainder(sums, found, np.full(CELLS, 0.1), variance, np.zeros(1)).z


def test_weights_of_zero_are_left_out() -> None:
    people, variance = People(5), np.full(CELLS, 0.21)
    without = cleared(people.sums(), CODES, variance)
    people.cell = np.append(people.cell, [0, 3, 3])
    people.yes = np.append(people.yes, [1.0, 1.0, 0.0])
    people.log = np.append(people.log, np.full(3, -np.inf))
    assert 600 == people.sums().n.sum()
    np.testing.assert_array_equal(without.yx, cleared(people.sums(), CODES, variance).yx)


def test_of_equal_variances_the_residual_design_effect_is_kishs() -> None:
    people, variance = People(6), np.full(CELLS, 0.21)
    sums, w = people.sums(), people.weight
    found = remainder(sums, cleared(sums, CODES, variance), variance, variance, np.zeros(1))
    assert found.design_effect == pytest.approx(1 + w.var() / w.mean() ** 2)


def scenario(name: str, surveys: int = 40) -> dict[str, object]:
    return dict(rates(next(s for s in SCENARIOS if s.name == name), surveys, seed=7))


@pytest.mark.parametrize(
    "name",
    ["answers do not depend on education, the weight does", "a rare answer", "a noisy weight"],
)
def test_a_sufficient_model_is_not_flagged(name: str) -> None:
    """At most two in a hundred: of forty surveys, two are past it with probability .81."""
    found = scenario(name)
    assert found["either"] <= 1 / 40  # type: ignore[operator]
    assert 0.7 < found["z_sd"] < 1.35  # type: ignore[operator]


def test_a_weight_that_corrects_for_a_missing_variable_is_flagged() -> None:
    assert scenario("education is missing")["weight"] >= 0.95  # type: ignore[operator]


def test_a_missing_interaction_is_flagged_by_the_answers_of_its_margins() -> None:
    found = scenario("age by region is missing, 10,000 respondents", 20)
    assert found["answers"] >= 0.8  # type: ignore[operator]
