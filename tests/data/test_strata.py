"""Strata numbered once give the sums that sorting each outcome's respondents gives, bit by bit."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sweep.data.cells import occurring_combinations
from sweep.data.counts import Sums, sums_of
from sweep.data.respondents import Respondents
from sweep.data.strata import strata_of

PEOPLE = 2_000
Truth = NDArray[np.bool_]


def people(zero_weights: float, same: bool = False) -> Respondents:
    rng = np.random.default_rng(3)
    weight = np.ones(PEOPLE) if same else rng.gamma(2, 0.5, PEOPLE)
    weight[rng.random(PEOPLE) < zero_weights] = 0.0
    codes = rng.integers(-1, 3, (PEOPLE, 2)).astype(np.int32)
    return Respondents(np.arange(PEOPLE), rng.integers(0, 40, PEOPLE), codes, weight)


def sorted_anew(who: Respondents, base: Truth, success: Truth) -> Sums:
    """Return the sums by their definition: of the base alone, as if there were no others."""
    cell, codes, w = who.cell[base], who.codes[base], who.weight[base]
    yes = success[base].astype(float)
    first, place = occurring_combinations([cell, *codes.T], len(cell))
    rows, there = len(first), w > 0
    log = np.log(w[there])
    amounts = (np.ones(len(log)), yes[there], log, log**2, yes[there] * log, w[there] ** 2)
    logs = np.stack([np.bincount(place[there], a, rows) for a in amounts], axis=1)
    plain = (np.ones(len(w)), yes, w, w * yes)
    n, y, weighted, weighted_yes = (np.bincount(place, a, rows).astype(float) for a in plain)
    varies = bool(np.any(who.weight != who.weight[0]))
    made = (n, y, weighted, weighted_yes, logs.astype(float) if varies else None)
    return Sums(cell[first], codes[first], *made)


@pytest.mark.parametrize("asked", [1.0, 0.6, 0.002, 0.0])
@pytest.mark.parametrize("zero_weights", [0.0, 0.2])
def test_sums_are_those_of_the_base_alone(asked: float, zero_weights: float) -> None:
    rng, who = np.random.default_rng(4), people(zero_weights)
    base, success = rng.random(PEOPLE) < asked, rng.random(PEOPLE) < 0.4
    expected, found = (
        sorted_anew(who, base, success),
        sums_of(strata_of(who), base, success),
    )
    assert expected.digest() == found.digest()
    for name, array in expected.arrays().items():
        assert array.dtype == found.arrays()[name].dtype
        np.testing.assert_array_equal(array, found.arrays()[name])


def test_weights_that_are_all_the_same_say_nothing() -> None:
    who, everybody = people(0.0, same=True), np.ones(PEOPLE, bool)
    found = sums_of(strata_of(who), everybody, everybody)
    assert found.logs is None
    assert sorted_anew(who, everybody, everybody).digest() == found.digest()
