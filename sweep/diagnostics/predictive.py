"""Predictive: whether sums of answers are such as the fitted model would give.

A posterior predictive check (Gelman, Meng and Stern 1996; Gelman et al., Bayesian Data Analysis,
3rd ed., ch. 6): some respondents' successes against those that the model predicts for the same
respondents. The posterior has seen these answers, so the check errs on the side of silence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["FAMILY", "LEAST_Z", "Moments", "Surprise", "moments_of", "surprises"]

Floats = NDArray[np.float64]

FAMILY = 0.01
"""The chance that any margin at all of an outcome is flagged, where the model is right."""
LEAST_Z = 3.0
"""A margin is flagged only from here on, however few margins there are."""


@dataclass(frozen=True)
class Moments:
    """Mean, variance and third cumulant of margins' successes, by each draw (draw, margin)."""

    mean: Floats
    variance: Floats
    third: Floats


@dataclass(frozen=True)
class Surprise:
    """Margins' answers against the model's: all (margin,).

    ``z`` is the difference in predictive standard deviations, ``chance`` the two-sided probability
    of one at least as large, ``limit`` that below which a margin is flagged. ``fitted`` is the
    model's mean number of successes.
    """

    fitted: Floats
    z: Floats
    chance: Floats
    limit: float

    @property
    def flagged(self) -> NDArray[np.bool_]:
        """Return which margins the model does not describe."""
        return (np.abs(self.z) > LEAST_Z) & (self.chance < self.limit)


def moments_of(
    members: "csr_array", blocks: Iterable[tuple[slice, NDArray[np.float32]]]
) -> Moments:
    """Return the moments of each margin's successes.

    Parameters
    ----------
    members
        Respondents (margin, cell).
    blocks
        Cells' places and their probabilities (cell, draw), block by block.
    """
    sums: tuple[Floats, ...] = ()
    for where, p in blocks:
        part, q = members[:, where], 1 - p
        powers = (p, p * q, p * q * (q - p))
        made = tuple(np.asarray((part @ x).T, np.float64) for x in powers)
        sums = tuple(a + b for a, b in zip(sums, made, strict=True)) if sums else made
    return Moments(*sums)


def surprises(successes: Floats, moments: Moments) -> Surprise:
    """Return how far the successes (margin,) lie from the model's prediction of them.

    The predictive distribution of a sum of answers is a mixture over draws of sums of Bernoulli
    variables. Its first three cumulants are exact; its tails are those of the Pearson type III
    distribution with the same, so that few successes are not taken for normal. Half an answer is
    given away for discreteness. All margins together flag a right model with `FAMILY` probability
    at most (Bonferroni).
    """
    fitted = moments.mean.mean(axis=0)
    around = moments.mean - fitted
    variance = around.var(axis=0) + moments.variance.mean(axis=0)
    third = moments.third.mean(axis=0) + (around**3).mean(axis=0)
    third = third + 3 * (around * (moments.variance - moments.variance.mean(axis=0))).mean(axis=0)
    sd = np.sqrt(np.maximum(variance, np.finfo(np.float64).tiny))
    apart = successes - fitted
    nearer = np.sign(apart) * np.maximum(np.abs(apart) - 0.5, 0.0)
    chance = two_sided(nearer / sd, third / sd**3)
    return Surprise(fitted, apart / sd, chance, FAMILY / max(1, len(successes)))


def two_sided(z: Floats, skewness: Floats) -> Floats:
    """Return twice the probability beyond z, of a standardised Pearson type III variable.

    It is a gamma variable of shape 4 / skewness^2, shifted, and mirrored where skewness is
    negative; normal as the skewness goes to 0.
    """
    from scipy.special import gammainc, gammaincc

    skew = np.where(np.abs(skewness) < 1e-3, 1e-3, skewness)
    shape = 4 / skew**2
    at = np.maximum(shape + z * np.sign(skew) * np.sqrt(shape), 0.0)
    upward = (z > 0) == (skew > 0)
    beyond = np.where(upward, gammaincc(shape, at), gammainc(shape, at))
    return np.asarray(np.minimum(2 * beyond, 1.0), np.float64)
