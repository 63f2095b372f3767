"""Fast route: one outcome's posterior, sampled to a checkpoint, judged, remedied if need be.

Split HMC samples; where it is objected to, NUTS does, which adapts itself. Sampling stops only at
fixed checkpoints, all chains alike. What decides is a fixed set of quantities: the scales, every
level's effect, the total and the margins of the model's predictors weighted by the outcome's own
n. Remedies change the sampler only, are deterministic and recorded.
Everything is judged on the stored draws, so that what is published later agrees to the bit.
"""

import numpy as np
from numpy.typing import NDArray

from sweep.data.cells import Counts
from sweep.estimates.outer_sum import OuterSum
from sweep.estimates.poststratify import poststratify
from sweep.estimates.weighting import Weighting, margins_of
from sweep.inference.checkpoints import (
    Deciding,
    Draws,
    Fit,
    Lengthen,
    Target,
    anew,
    sample_until,
)
from sweep.inference.grid import Grid, problem_of, tables_of
from sweep.inference.laplace import approximate
from sweep.inference.nuts import sample
from sweep.inference.sample import Sample, Settings, Watch
from sweep.inference.split_hmc import SplitHmc
from sweep.model.effects import coefficient_names

__all__ = ["deciding_of", "fit_terms", "probabilities", "quantities"]


def fit_terms(grid: Grid, counts: Counts, target: Target, watch: Watch | None = None) -> Fit:
    """Fit a model made of terms: the fast route."""
    problem = problem_of(grid, counts)
    start = approximate(problem)

    def nuts(settings: Settings, seed: int) -> Sample:
        return sample(problem, start, settings, seed, watch)

    def quick(settings: Settings, seed: int) -> Lengthen:
        return SplitHmc(problem, start, settings.chains, seed, watch).until

    return sample_until(target, deciding_of(grid, counts), anew(nuts), quick)


def deciding_of(grid: Grid, counts: Counts) -> Deciding:
    """Return the quantities that decide on a fit: scales, effects, and the margins of the n."""
    scales = [f"sigma {b.name}" for b in grid.blocks if b.scaled]
    hidden = [*scales, *coefficient_names(grid.blocks, grid.levels)]
    weighting = margins_of(counts, grid.levels)
    names = [*hidden, *(f"margin {m.words()}" for m in weighting.margins)]
    published = np.arange(len(names)) >= len(hidden)
    return Deciding(names, published, lambda draws: quantities(grid, weighting, draws))


def quantities(grid: Grid, weighting: Weighting, draws: Draws) -> NDArray[np.float64]:
    """Return the draws (chain, draw, quantity) of what decides on a fit.

    ``weighting`` is that of the outcome's own n (`margins_of`).
    """
    chains, length, _ = draws["theta"].shape
    parts = [draws["scale"].astype(np.float64)]
    first = 0
    for block in grid.blocks:
        theta = draws["theta"][..., first : first + block.columns].astype(np.float64)
        first += block.columns
        parts.append(theta @ block.basis.T if block.columns > 1 else theta)
    margins = poststratify(weighting, grid.levels, probabilities(grid, draws))
    parts.append(margins.reshape(chains, length, -1))
    return np.concatenate(parts, axis=-1)


def probabilities(grid: Grid, draws: Draws) -> OuterSum:
    """Return what gives cell probabilities (cell, draw), chains one after another."""
    theta = np.ascontiguousarray(draws["theta"].reshape(-1, draws["theta"].shape[-1]))
    return OuterSum(theta, lambda cells: tables_of(grid, cells))
