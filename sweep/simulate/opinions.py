"""Opinions: the simulated probability of a success in every cell, for each outcome.

In the standard variant the linear predictor is the one that ``models/mrp.py`` fits: an intercept, a
contrast, varying intercepts, and one interaction, with scales drawn from half-normal distributions.
The hard variant adds what that model leaves out: an effect of three predictors together, and an
engagement of each person that moves answers and, in ``fieldwork``, the chance of taking part.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.simulate.country import LEVELS, SHAPE, country
from sweep.simulate.questions import Question

__all__ = ["Opinion", "chance", "generator", "opinion", "probability"]

# Standard deviations of the half-normal distributions that the scales are drawn from (logits).
SCALES = {"age_band": 0.5, "region": 0.35, "education": 0.4, "income": 0.4}
INTERACTION_SCALE = 0.25
CONTRAST = 0.4
THREE_WAY_SCALE = 0.3
ENGAGEMENT = 0.4

# Random streams. Each outcome has its own for each purpose, so that neither the number of outcomes
# nor the variant changes what the others are.
EFFECTS, BEYOND = 1, 2

# Nodes and weights that integrate over a standard normal engagement.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True)
class Opinion:
    """The truth about one outcome: logits per cell, and what one sd of engagement adds to them."""

    eta: NDArray[np.float64]
    engagement: float


def generator(seed: int, purpose: int, *key: int) -> np.random.Generator:
    """Return the random numbers of one purpose, independent of every other purpose and key."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(purpose, *key)))


def opinion(question: Question, seed: int, hard: bool) -> Opinion:
    """Draw the truth about one outcome, with the prevalence that the questionnaire demands."""
    rng = generator(seed, EFFECTS, *question.key)
    eta = _effect(rng, ("sex",), CONTRAST * abs(rng.standard_normal()))
    for predictor, spread in SCALES.items():
        eta = eta + _effect(rng, (predictor,), spread * abs(rng.standard_normal()))
    spread = INTERACTION_SCALE * abs(rng.standard_normal())
    eta = eta + _effect(rng, ("age_band", "region"), spread)
    engagement = 0.0
    if hard:
        rng = generator(seed, BEYOND, *question.key)
        eta = eta + _effect(rng, ("age_band", "region", "education"), THREE_WAY_SCALE)
        engagement = ENGAGEMENT * abs(rng.standard_normal())
    return _with_prevalence(Opinion(eta.ravel(), engagement), question.prevalence)


def probability(truth: Opinion) -> NDArray[np.float64]:
    """Return the share of each cell's adults who would answer with a success.

    It has shape (cell,).
    """
    if not truth.engagement:
        return _sigmoid(truth.eta)
    nodes = truth.eta[:, None] + truth.engagement * _NODES
    return np.asarray(_sigmoid(nodes) @ _WEIGHTS, dtype=np.float64)


def chance(
    truth: Opinion, cell: NDArray[np.int64], engagement: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the probability of a success for each person of known cell and engagement.

    ``cell`` and ``engagement`` have shape (person,), and so has what is returned.
    """
    logit = truth.eta[cell]
    return _sigmoid(logit + truth.engagement * engagement if truth.engagement else logit)


def _effect(
    rng: np.random.Generator, predictors: tuple[str, ...], scale: float
) -> NDArray[np.float64]:
    """Draw effects that sum to zero along each predictor, each with standard deviation ``scale``.

    Without the zero sums, a part of each effect would be indistinguishable from lower terms.
    """
    axes = [list(LEVELS).index(predictor) for predictor in predictors]
    shape = [k if axis in axes else 1 for axis, k in enumerate(SHAPE)]
    effect = rng.standard_normal(shape)
    for axis in axes:
        effect = effect - effect.mean(axis=axis, keepdims=True)
        effect = effect * np.sqrt(SHAPE[axis] / (SHAPE[axis] - 1))
    return np.broadcast_to(scale * effect, SHAPE)


def _with_prevalence(truth: Opinion, prevalence: float) -> Opinion:
    """Shift all logits alike until the population's prevalence is the one asked for.

    Each step moves by the distance that remains on the logit scale; averaging over cells flattens
    that scale only a little, so a handful of steps suffice.
    """
    share = country().sizes / country().sizes.sum()
    target = np.log(prevalence / (1 - prevalence))
    shift = target
    for _ in range(50):
        p = share @ probability(Opinion(truth.eta + shift, truth.engagement))
        step = target - np.log(p / (1 - p))
        shift += step
        if abs(step) < 1e-12:
            break
    return Opinion(truth.eta + shift, truth.engagement)


def _sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-x)), dtype=np.float64)
