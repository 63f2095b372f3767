"""Neal's funnel beside an outcome's answers: what no sampler's settings can mend.

Nine numbers whose common standard deviation spans a factor of e to the 9 and about which the
answers say nothing. A fit of it must be flagged.
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
    """Return the model; levels play no part."""
    with pm.Model() as model:
        given = {name: pm.Data(name, values) for name, values in data(levels, counts).items()}
        intercept = pm.Normal("intercept", 0, priors["intercept"])
        log_variance = pm.Normal("log_variance", 0, 3)
        pm.Normal("narrowing", 0, pm.math.exp(log_variance / 2), shape=9)
        y, n = given["y"], given["n"]
        pm.Potential("answers", pm.math.sum(y * intercept - n * pm.math.log1pexp(intercept)))
    return model


def data(levels: Levels, counts: Counts) -> dict[str, NDArray[Any]]:
    """Return the values of every ``pm.Data`` for one outcome."""
    return {"y": counts.y.astype(np.int64), "n": counts.n.astype(np.int64)}


def probabilities(posterior: xr.Dataset, cells: Cells) -> NDArray[Any]:
    """Return the probabilities (draw, cell): every cell's is the same."""
    chance = expit(posterior["intercept"].to_numpy())
    return np.repeat(chance[:, None], len(cells), axis=1)
