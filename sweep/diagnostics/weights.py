"""Weights: whether a survey weight knows something of the answers that the model does not.

If the model describes the answers within cells, the weight tells nothing more about them: answers
minus fitted probabilities are then unrelated to the weight (DuMouchel and Duncan 1983; Pfeffermann
and Sverchkov 1999). The regression here is on log w.

The regressor is first cleared of what the model's own predictors explain of it, by weighted least
squares, so that errors of their effects, and their shrinkage, cancel. Its score T = sum e x, of
residuals e and cleared log weights x, has the variance sum p (1 - p) x^2 less what the fit has
taken out of it: the posterior variance of sum p x, since residuals of a fitted model vary less than
errors do (of a linear model with Normal priors that is exact: cov(e) = V - cov(fitted | y)).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.data.weight_sums import WeightSums

__all__ = ["Regressor", "Remainder", "cleared", "remainder"]

Floats = NDArray[np.float64]

SWEEPS = 50  # of the predictors in turn; what little remains is in the variance
LEAST_SHARE = 0.1  # of the variance that the fit must leave: the draws tell no smaller part well
LEAST_SPREAD = 1e-6  # of the log weights' own: below it, predictors explain the weight


@dataclass(frozen=True)
class Regressor:
    """The cleared log weight of cells: sums (cell,) over respondents of x, x^2 and y x.

    ``spread`` is the share of the log weights' own sum of squares that is left.
    """

    x: Floats
    x2: Floats
    yx: Floats
    spread: float


@dataclass(frozen=True)
class Remainder:
    """What the weight knows of an outcome beyond the model.

    ``z`` is the score in its standard deviations, positive where heavier respondents say yes more
    often than fitted; ``slope`` the change of the probability per unit of log w. ``design_effect``
    is by what the variance of the weighted mean of residuals exceeds that of the plain one:
    n sum w^2 v / ((sum w)^2 mean v), v = p (1 - p); where v is the same for all it is Kish's
    (1965) 1 + cv^2(w).
    """

    z: float
    slope: float
    design_effect: float


def cleared(sums: WeightSums, codes: Sequence[NDArray[np.integer]], variance: Floats) -> Regressor:
    """Return the log weight cleared of the predictors' main effects.

    ``codes`` are the levels (cell,) of each predictor of the model, ``variance`` (cell,) is the
    fitted p (1 - p), which weighs the regression: then errors in the predictors' effects cancel.
    """
    each = sums.n * variance
    fitted = np.zeros(len(each))
    mean = sums.log / np.maximum(sums.n, 1)
    constant = [np.zeros(len(each), np.int64)]
    for _ in range(SWEEPS):
        for code in [*constant, *codes]:
            total = np.bincount(code, each)
            left = np.bincount(code, each * (mean - fitted))
            fitted += (left / np.where(total > 0, total, 1))[code]
    overall = np.full(len(each), (each @ mean) / max(each.sum(), np.finfo(np.float64).tiny))
    own, rest = (np.maximum(squares(sums, b), 0.0) for b in (overall, fitted))
    spread = float(rest @ variance) / max(float(own @ variance), np.finfo(np.float64).tiny)
    return Regressor(sums.log - sums.n * fitted, rest, sums.y_log - sums.y * fitted, spread)


def squares(sums: WeightSums, at: Floats) -> Floats:
    """Return the sums of squares (cell,) of log weights about a number of each cell."""
    return np.asarray(sums.log2 - 2 * at * sums.log + at**2 * sums.n, np.float64)


def remainder(
    sums: WeightSums, regressor: Regressor, p: Floats, variance: Floats, explained: Floats
) -> Remainder:
    """Return what the weight knows beyond a fit.

    Parameters
    ----------
    p, variance
        Posterior means (cell,) of each cell's p and p (1 - p).
    explained
        Draws (draw,) of the sum over respondents of p x.
    """
    information = float(regressor.x2 @ variance)
    effect = design_effect(sums, variance)
    if regressor.spread < LEAST_SPREAD or information <= 0:
        return Remainder(0.0, 0.0, effect)
    score = float(regressor.yx.sum() - p @ regressor.x)
    left = max(information - float(explained.var()), LEAST_SHARE * information)
    slope = score / float(regressor.x2.sum())
    return Remainder(score / np.sqrt(left), slope, effect)


def design_effect(sums: WeightSums, variance: Floats) -> float:
    """Return the residual design effect; see `Remainder`."""
    n, plain = float(sums.n.sum()), float(sums.n @ variance)
    weighted = float(sums.w2 @ variance) / float(sums.w.sum()) ** 2
    return weighted * n**2 / plain if plain > 0 else 1.0
