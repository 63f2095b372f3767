"""Definition: a model's terms as a readable PyMC model.

Tests hold the fast density and its gradient against this; prior simulation draws from it. It is
written for the reader, not for speed: one line of mathematics is one line here. Coordinates are the
kernel's own (docs/design.md, "Coordinates"), so that the two can be compared point by point.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweep.data.cells import Counts, combination
from sweep.inference.grid import Grid, problem_of

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["define", "simulate_prior"]


def define(grid: Grid, counts: Counts) -> "pm.Model":
    """Return the PyMC model of one outcome.

    Free variables are ``x_<term>``, one per unknown scale, and ``z_<term>`` (columns,), in the
    order of the grid's blocks; ``sigma_<term>`` and ``theta_<term>`` are what they mean.
    """
    import pymc as pm
    import pytensor.tensor as pt

    information = problem_of(grid, counts).information
    with pm.Model() as model:
        eta: Any = 0.0
        first = 0
        for block in grid.blocks:
            W = information[first : first + block.columns]
            first += block.columns
            if block.scaled:
                # sigma = -h log Phi(-x) with the prior sigma ~ HalfNormal(h), moved to x
                x = pm.Flat(f"x_{block.name}")
                sigma = pm.Deterministic(f"sigma_{block.name}", -block.prior * log_phi(-x))
                jacobian = pt.log(block.prior) - x**2 / 2 - log_phi(-x)
                half_normal = pm.logp(pm.HalfNormal.dist(block.prior), sigma)
                pm.Potential(f"prior_{block.name}", half_normal + jacobian)
            else:
                sigma = pt.constant(block.prior)
            # theta ~ Normal(0, sigma), written in z = theta * sqrt(W + 1 / sigma^2)
            z = pm.Flat(f"z_{block.name}", shape=block.columns)
            step = 1 / pt.sqrt(W + 1 / sigma**2)
            theta = pm.Deterministic(f"theta_{block.name}", step * z)
            normal = pm.logp(pm.Normal.dist(0, sigma), theta)
            pm.Potential(f"effects_{block.name}", pt.sum(normal + pt.log(step)))
            which = combination(counts.cells, block.predictors, grid.levels)
            eta = eta + pt.dot(block.basis, theta)[which]
        pm.Binomial("y", n=counts.n.astype(int), logit_p=eta, observed=counts.y.astype(int))
    return model


def log_phi(x: Any) -> Any:
    """Return log Phi(x), the log of the standard normal's cumulative distribution."""
    import pytensor.tensor as pt

    return pt.log(pt.erfc(-x / np.sqrt(2.0)) / 2)


def simulate_prior(grid: Grid, draws: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """Return prior draws of every scale (draw,) and effect (draw, level combination) by name.

    Ancestral, from the same blocks the definition is made of: sigma ~ HalfNormal(h), theta ~
    Normal(0, sigma), effect = basis @ theta.
    """
    rng = np.random.default_rng(seed)
    made: dict[str, NDArray[np.float64]] = {}
    for block in grid.blocks:
        sigma = np.full(draws, block.prior)
        if block.scaled:
            sigma = np.abs(rng.normal(0, block.prior, draws))
            made[f"sigma_{block.name}"] = sigma
        theta = rng.normal(0, 1, (draws, block.columns)) * sigma[:, None]
        made[block.name] = theta @ block.basis.T
    return made
