"""Quantiles: how far the quantiles of draws, such as an interval's ends, may be off by chance."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["quantile_errors"]

Floats = NDArray[np.float64]

ONE_SIGMA = (0.1586553, 0.8413447)


def quantile_errors(ordered: Floats, ess: Floats, probabilities: Sequence[float]) -> Floats:
    """Return the Monte Carlo standard errors (probability, quantity), in the draws' units.

    After Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), "Rank-normalization, folding, and
    localization", Monte Carlo error estimates for quantiles, as in ArviZ's ``mcse`` with method
    "quantile". The share of draws up to a quantile is a mean of truth values with an ESS of its
    own; given that, the level at which the true quantile lies has a beta distribution. The error is
    half the width between the order statistics one standard deviation to either side in it.

    Parameters
    ----------
    ordered
        (quantity, draw), each row sorted.
    ess
        (probability, quantity), of the shares of draws up to the quantiles.
    probabilities
        Of the quantiles, between 0 and 1, exclusive.
    """
    from scipy.special import betaincinv

    level = np.asarray(probabilities, dtype=np.float64)[:, None]
    low, high = (betaincinv(ess * level + 1, ess * (1 - level) + 1, p) for p in ONE_SIGMA)
    rows, size = np.arange(len(ordered)), ordered.shape[1]
    first = np.floor(np.maximum(low * size - 1, 0)).astype(np.intp)
    final = np.ceil(high * size - 1).astype(np.intp)
    return np.asarray(ordered[rows, final] - ordered[rows, first]) / 2.0
