"""Ranks: of truths among draws, and the ECDF test of Säilynoja, Bürkner and Vehtari (2022).

Each of N truths has a rank from 0 to L among L draws. The number of ranks below i is binomial for
every i; the statistic is the least of these two-sided tail probabilities, and its distribution
under uniformity is simulated, so that the test holds for all i at once.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["Uniform", "rank", "uniform"]

type Array = NDArray[np.float64]
type Whole = NDArray[np.int64]

STEP = 10_000  # simulations at a time


def rank(truth: Array, draws: Array, rng: np.random.Generator) -> Whole:
    """Return each truth's rank (quantity,) among draws (draw, quantity); chance decides on ties."""
    below = (draws < truth).sum(axis=0)
    ties = (draws == truth).sum(axis=0)
    return np.asarray(below + rng.integers(0, ties + 1), np.int64)


@dataclass(frozen=True)
class Uniform:
    """The test for ``count`` ranks from 0 to ``draws``."""

    count: int
    draws: int
    simulations: int = 100_000
    seed: int = 1

    def p_value(self, ranks: Whole) -> float:
        """Return the probability of ranks at least as far from uniform."""
        extreme = np.count_nonzero(self.null <= self.statistic(self.below(ranks)) * (1 + 1e-12))
        return float((1 + extreme) / (1 + self.simulations))

    def below(self, ranks: Whole) -> Whole:
        """Return how many ranks are less than 1, 2, ..., L."""
        counts = np.bincount(ranks, minlength=self.draws + 1)
        return np.cumsum(counts)[:-1].astype(np.int64)

    def statistic(self, below: Whole) -> Array:
        """Return twice the least tail probability of counts (..., L)."""
        lower, upper = self.tails
        place = np.arange(self.draws)
        both = np.minimum(lower[below, place], upper[below, place])
        return np.asarray(2 * both.min(axis=-1), np.float64)

    def band(self, alpha: float) -> tuple[Whole, Whole]:
        """Return the least and the greatest counts (L,) that the test at ``alpha`` accepts."""
        lower, upper = self.tails
        limit = np.quantile(self.null, alpha, method="lower") / 2
        accepted = (lower > limit) & (upper > limit)
        return accepted.argmax(axis=0), self.count - accepted[::-1].argmax(axis=0)

    @cached_property
    def tails(self) -> tuple[Array, Array]:
        """Return P(at most r ranks below i) and P(at least r), each (r, i)."""
        from scipy.stats import binom

        r = np.arange(self.count + 1)[:, None]
        share = np.arange(1, self.draws + 1) / (self.draws + 1)
        return binom.cdf(r, self.count, share), binom.sf(r - 1, self.count, share)

    @cached_property
    def null(self) -> Array:
        """Return simulated statistics of uniform ranks."""
        rng = np.random.default_rng(self.seed)
        even = np.full(self.draws + 1, 1 / (self.draws + 1))
        parts = []
        for first in range(0, self.simulations, STEP):
            size = min(STEP, self.simulations - first)
            counts = rng.multinomial(self.count, even, size)
            parts.append(self.statistic(np.cumsum(counts, axis=1)[:, :-1]))
        return np.concatenate(parts)


@cache
def uniform(count: int, draws: int) -> Uniform:
    """Return the test for so many ranks; simulated once."""
    return Uniform(count, draws)
