"""Margins' answers against those predicted: surprises are rare where the model is right."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import binom, pearson3, poisson

from sweep.diagnostics.predictive import FAMILY, LEAST_Z, Moments, moments_of, surprises, two_sided

Floats = NDArray[np.float64]


def certain(mean: Floats, variance: Floats, third: Floats, draws: int = 5) -> Moments:
    """Return the moments of a model that is sure of itself: every draw says the same."""
    return Moments(*(np.tile(x, (draws, 1)) for x in (mean, variance, third)))


def test_moments_are_those_of_sums_of_independent_answers() -> None:
    rng = np.random.default_rng(1)
    p = rng.uniform(0, 1, (7, 3)).astype(np.float32)
    n = rng.integers(0, 9, (2, 7)).astype(float)
    blocks = [(slice(0, 4), p[:4]), (slice(4, 7), p[4:])]
    found = moments_of(csr_array(n), blocks)
    for draw in range(3):
        for margin in range(2):
            cells = [binom(int(k), q) for k, q in zip(n[margin], p[:, draw], strict=True)]
            assert sum(c.mean() for c in cells) == pytest.approx(found.mean[draw, margin], rel=1e-5)
            assert sum(c.var() for c in cells) == pytest.approx(
                found.variance[draw, margin], rel=1e-5
            )
            third = sum(c.stats("s") * c.std() ** 3 for c in cells if c.std() > 0)
            assert third == pytest.approx(found.third[draw, margin], rel=1e-4, abs=1e-5)


def test_z_counts_the_answers_own_scatter_and_the_posteriors() -> None:
    mean = np.array([[40.0], [60.0]])
    moments = Moments(mean, np.full((2, 1), 25.0), np.zeros((2, 1)))
    found = surprises(np.array([65.0]), moments)
    assert found.fitted == pytest.approx([50])
    assert found.z == pytest.approx([15 / np.sqrt(25 + 100)])


@pytest.mark.parametrize("skewness", [-1.5, -0.3, 0.0, 0.3, 1.5])
def test_the_tail_is_that_of_a_pearson_iii_variable(skewness: float) -> None:
    z = np.array([-4.5, -2.0, -0.5, 0.5, 2.0, 4.5])
    law = pearson3(skewness)
    one = np.where(z > 0, law.sf(z), law.cdf(z))
    found = two_sided(z, np.full(6, skewness))
    np.testing.assert_allclose(found, np.minimum(2 * one, 1), rtol=3e-2, atol=1e-12)


def test_few_successes_are_no_surprise_that_chance_makes_often() -> None:
    """Two expected, eight found: z is 4.2, and one margin in 900 is like that."""
    successes = np.array([8.0])
    found = surprises(successes, certain(np.full(1, 2.0), np.full(1, 2.0), np.full(1, 2.0)))
    assert found.z[0] > 4
    exact = 2 * poisson(2).sf(7)
    assert exact / 2 < found.chance[0] < 2 * exact


def test_the_more_margins_are_looked_at_the_more_a_flag_takes() -> None:
    def flagged(z: float, margins: int) -> bool:
        y = np.full(margins, 1000.0)
        y[0] += 0.5 + z * 25
        moments = certain(np.full(margins, 1000.0), np.full(margins, 625.0), np.zeros(margins))
        return bool(surprises(y, moments).flagged[0])

    assert flagged(LEAST_Z + 0.1, 2)
    assert not flagged(LEAST_Z - 0.1, 1)
    assert not flagged(LEAST_Z + 0.1, 100)
    assert flagged(4.5, 100)


def test_a_right_model_that_knows_its_probabilities_is_flagged_as_often_as_promised() -> None:
    """Independent margins of rare and common answers: at most one family in a hundred."""
    rng = np.random.default_rng(3)
    n = np.repeat([20, 100, 1000], 20)
    p = np.tile([0.01, 0.03, 0.1, 0.5, 0.9], 12)
    pq = n * p * (1 - p)
    moments = certain(n * p, pq, pq * (1 - 2 * p), draws=1)
    y = rng.binomial(n, p, (2000, len(n))).astype(float)
    share = np.mean([surprises(one, moments).flagged.any() for one in y])
    assert 0.1 * FAMILY < share < 1.5 * FAMILY


def test_nothing_to_look_at_is_no_surprise() -> None:
    none = np.zeros((3, 0))
    assert not surprises(np.zeros(0), Moments(none, none, none)).flagged.any()
