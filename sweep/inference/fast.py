"""Fast route: one outcome's posterior, sampled to a checkpoint, judged, remedied if need be.

Sampling stops only at fixed checkpoints, all chains alike. What decides is a fixed set of
quantities: the scales, every level's effect, the total and the margins of the model's predictors
weighted by the outcome's own n. Remedies change the sampler only, are deterministic and recorded.
Everything is judged on the stored draws, so that what is published later agrees to the bit.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sweep.data.cells import Cells, Counts
from sweep.estimates.poststratify import margins_of, poststratify, sigmoid
from sweep.inference.checkpoints import (
    Draws,
    Fit,
    Target,
    sample_until,
)
from sweep.inference.grid import Grid, linear_predictor, problem_of
from sweep.inference.laplace import approximate
from sweep.inference.nuts import Sample, Settings, Watch, sample
from sweep.model.effects import coefficient_names

__all__ = ["fit_terms", "probabilities"]


def fit_terms(grid: Grid, counts: Counts, target: Target, watch: Watch | None = None) -> Fit:
    """Fit a model made of terms: the fast route."""
    problem = problem_of(grid, counts)
    start = approximate(problem)
    names = quantity_names(grid, counts)

    def draw(settings: Settings, seed: int) -> Sample:
        return sample(problem, start, settings, seed, watch)

    return sample_until(target, names, draw, lambda draws: quantities(grid, counts, draws))


def quantity_names(grid: Grid, counts: Counts) -> list[str]:
    """Return the names of the quantities that decide on a fit."""
    scales = [f"sigma {b.name}" for b in grid.blocks if b.scaled]
    margins = [f"margin {m.words()}" for m in margins_of(counts, grid.levels).margins]
    return [*scales, *coefficient_names(grid.blocks, grid.levels), *margins]


def quantities(grid: Grid, counts: Counts, draws: Draws) -> NDArray[np.float64]:
    """Return the draws (chain, draw, quantity) of what decides on a fit."""
    chains, length, _ = draws["theta"].shape
    parts = [draws["scale"].astype(np.float64)]
    first = 0
    for block in grid.blocks:
        theta = draws["theta"][..., first : first + block.columns].astype(np.float64)
        first += block.columns
        parts.append(theta @ block.basis.T if block.columns > 1 else theta)
    weighting = margins_of(counts, grid.levels)
    margins = poststratify(weighting, grid.levels, probabilities(grid, draws))
    parts.append(margins.reshape(chains, length, -1))
    return np.concatenate(parts, axis=-1)


def probabilities(grid: Grid, draws: Draws) -> Callable[[Cells], NDArray[np.float32]]:
    """Return the function that gives cell probabilities (cell, draw), chains one after another."""
    theta = np.ascontiguousarray(draws["theta"].reshape(-1, draws["theta"].shape[-1]))

    def of(cells: Cells) -> NDArray[np.float32]:
        return sigmoid(linear_predictor(grid, theta, cells))

    return of
