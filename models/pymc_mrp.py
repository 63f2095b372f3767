"""The main effects of mrp.py as plain PyMC: a template for a model of your own.

What the file defines chooses the route (docs/models.md). ``build`` returns a PyMC model, compiled
once per worker. ``data`` returns what changes from outcome to outcome: all of it is ``pm.Data``, so
that one compilation serves outcomes asked in any number of cells. ``probabilities`` turns draws
into cell probabilities, one block of cells at a time, so that the largest frame fits in memory. For
the same reason no variable has one value per cell: every free variable and Deterministic is stored
for every draw.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit

from sweep.model import Cells, Counts, Levels


def build(levels: Levels, counts: Counts, priors: Mapping[str, Any]) -> pm.Model:
    """Return the model; ``counts`` may only come in through ``pm.Data``."""
    with pm.Model() as model:
        given = {name: pm.Data(name, values) for name, values in data(levels, counts).items()}
        eta = pm.Normal("intercept", 0, priors["intercept"])
        for predictor, labels in levels.items():
            code = given[f"code {predictor}"]
            if len(labels) == 2:
                slope = pm.Normal(predictor, 0, priors["contrast"])
                eta = eta + slope * (code - 0.5)  # the two levels are -1/2 and +1/2
            elif len(labels) > 2:
                sigma = pm.HalfNormal(
                    f"sigma {predictor}", priors["scales"].get(predictor, priors["scale"])
                )
                effect = zero_sum(predictor, sigma, len(labels), given["information"][0])
                eta = eta + effect[code]
        # pm.Binomial("answers", given["n"], logit_p=eta, observed=given["y"]) without its constant,
        # the logarithms of factorials that it would compute again for every gradient
        y, n = given["y"], given["n"]
        pm.Potential("answers", pm.math.sum(y * eta - n * pm.math.log1pexp(eta)))
    return model


def zero_sum(name: str, sigma: Any, levels: int, information: Any) -> Any:
    """Return effects (level,) that sum to zero, each with the standard deviation ``sigma``.

    A ZeroSumNormal(s) gives each value the sd s * sqrt(1 - 1/levels), so s is that much larger.
    The sampler moves z = effect * sqrt(1 + W s^2) / s, W being what the answers tell about one
    level: centred where they tell much, non-centred where little. It changes no posterior.
    """
    s = sigma * np.sqrt(levels / (levels - 1))
    stretch = pm.math.sqrt(1 + information / levels * s**2)
    z = pm.ZeroSumNormal(f"z {name}", stretch, shape=levels)
    return pm.Deterministic(name, z * s / stretch)


def data(levels: Levels, counts: Counts) -> dict[str, NDArray[Any]]:
    """Return the values of every ``pm.Data`` for one outcome: (cell,), and one number."""
    codes = {f"code {predictor}": counts.cells[predictor] for predictor in levels}
    people = counts.n.sum()
    rate = (counts.y.sum() + 0.5) / (people + 1)
    return {
        **codes,
        "y": counts.y.astype(np.int64),
        "n": counts.n.astype(np.int64),
        "information": np.array([people * rate * (1 - rate)]),  # Fisher's, about one logit
    }


def probabilities(posterior: xr.Dataset, cells: Cells) -> NDArray[Any]:
    """Return the probabilities (draw, cell) of a block of cells.

    A contrast is a number per draw, the effects of a varying intercept are (draw, level).
    """
    eta = posterior["intercept"].to_numpy()[:, None]
    for predictor, code in cells.codes.items():
        if predictor not in posterior:
            continue  # one level only: it is in the intercept
        effect = posterior[predictor].to_numpy()
        if effect.ndim == 1:
            eta = eta + effect[:, None] * (code - np.float32(0.5))
        else:
            eta = eta + effect[:, code]
    return np.asarray(expit(eta))
