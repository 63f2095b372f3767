"""What priors say of the population's mean is what drawing from them says."""

import numpy as np
import pytest

from sweep.data.frame import Frame
from sweep.model.effects import blocks_of
from sweep.model.prior_range import CELLS, PriorRange, prior_range
from sweep.model.terms import Contrast, Covariate, Intercept, Model, Term, Varying

LEVELS = {"sex": ("F", "M"), "age": tuple("abcd"), "region": tuple(map(str, range(200)))}
NUMBER = 2 * 4 * 200
INCOME = {"region": {"income": np.linspace(-1.7, 1.7, 200)}}
TERMS: tuple[Term, ...] = (
    Contrast("sex", 1.0),
    Varying(("age",), 0.5),
    Varying(("age", "sex"), 0.25),
    Covariate("region", "income", 0.5),
)


def frame() -> Frame:
    people = np.random.default_rng(1).gamma(1, 100, NUMBER)
    return Frame(LEVELS, {}, np.arange(NUMBER), np.zeros((NUMBER, 0), np.int32), people)


def ranged(intercept: float, *terms: Term) -> PriorRange:
    model = Model((Intercept(intercept), *terms))
    return prior_range(blocks_of(model, LEVELS, INCOME), frame())


def test_of_an_intercept_alone_it_is_the_normals_own() -> None:
    def p(eta: float) -> float:
        return float(1 / (1 + np.exp(-eta)))

    found = ranged(2.0)
    assert found.lower == pytest.approx(p(-1.645 * 2), abs=0.01)
    assert found.upper == pytest.approx(p(1.645 * 2), abs=0.01)
    assert found.extreme_total == pytest.approx(0.0216, abs=0.012)
    assert found.extreme_total == pytest.approx(found.extreme_cell)


def test_effects_of_levels_are_drawn_and_averaged_over_the_population() -> None:
    """By simulation anew, term by term from the definition, over every cell, not only some."""
    assert NUMBER > CELLS
    rng = np.random.default_rng(2)
    people = frame()
    sex, age, region = np.unravel_index(np.arange(NUMBER), (2, 4, 200))
    totals = []
    for _ in range(2000):
        eta = rng.normal(0, 1.0) + rng.normal(0, 1.0) * (sex - 0.5)
        for scale, code, shape in ((0.5, (age,), (4,)), (0.25, (age, sex), (4, 2))):
            effect = abs(rng.normal(0, scale)) * rng.normal(size=shape)
            for axis in range(effect.ndim):
                effect = effect - effect.mean(axis=axis, keepdims=True)
            eta = eta + effect[code] * np.sqrt(np.prod([k / (k - 1) for k in shape]))
        eta = eta + rng.normal(0, 0.5) * INCOME["region"]["income"][region]
        totals.append(people.size @ (1 / (1 + np.exp(-eta))) / people.size.sum())
    found = ranged(1.0, *TERMS)
    assert np.quantile(totals, [0.05, 0.95]) == pytest.approx([found.lower, found.upper], abs=0.03)


def test_it_is_the_same_every_time() -> None:
    assert ranged(3.0, *TERMS) == ranged(3.0, *TERMS)


def test_wide_effects_make_cells_extreme_and_not_the_total() -> None:
    found = ranged(1.0, Varying(("region",), 60.0))
    assert found.extreme_cell > 0.5 > found.extreme_total
