"""Fit: one outcome's posterior, sampled to a checkpoint, judged, and remedied if need be.

Sampling stops only at fixed checkpoints, all chains alike. What decides is a fixed set of
quantities: the scales, every level's effect, the total and the margins of the model's predictors
weighted by the outcome's own n. Remedies change the sampler only, are deterministic and recorded.
Everything is judged on the stored draws, so that what is published later agrees to the bit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweep.cells import Cells, Counts
from sweep.chains import ChainSummary, summarise_chains
from sweep.diagnose import Diagnostics, enough, judge, predicted_draws
from sweep.effects import coefficient_names
from sweep.grid import Grid, linear_predictor, problem_of
from sweep.keys import seed_of
from sweep.laplace import approximate
from sweep.poststratify import margins_of, poststratify, sigmoid
from sweep.sampler import Sample, Settings, Watch, sample

__all__ = ["REMEDIES", "Fit", "Remedy", "Target", "fit_terms", "probabilities", "sample_until"]

type Draws = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Remedy:
    """A change of the sampler: acceptance rate, and how many times the tuning and the draws."""

    target_accept: float
    tune: int
    draws: int

    def words(self) -> str:
        """Return how the report calls it."""
        return f"target_accept {self.target_accept:g}, {self.tune} x tuning, {self.draws} x draws"


REMEDIES = (Remedy(0.95, 2, 1), Remedy(0.99, 4, 2))


@dataclass(frozen=True)
class Target:
    """What the config asks of every fit: the sampler's settings, its seed, and the ESS to reach."""

    settings: Settings
    target_ess: float
    study_seed: int
    outcome: str


@dataclass(frozen=True)
class Fit:
    """A posterior and the verdict on it; ``remedies`` are those that were applied, in order."""

    draws: Draws
    diagnostics: Diagnostics
    remedies: tuple[str, ...]

    @property
    def status(self) -> str:
        """Return ``ok`` or ``flagged``."""
        return "flagged" if self.diagnostics.reasons else "ok"


def fit_terms(grid: Grid, counts: Counts, target: Target, watch: Watch | None = None) -> Fit:
    """Fit a model made of terms: the fast route."""
    problem = problem_of(grid, counts)
    start = approximate(problem)
    names = quantity_names(grid, counts)

    def draw(settings: Settings, seed: int) -> Sample:
        return sample(problem, start, settings, seed, watch)

    return sample_until(target, names, draw, lambda draws: quantities(grid, counts, draws))


def sample_until(
    target: Target,
    names: list[str],
    draw: Callable[[Settings, int], Sample],
    quantities_of: Callable[[Draws], NDArray[np.floating[Any]]],
) -> Fit:
    """Sample to the checkpoint that suffices; while there are objections, apply the next remedy.

    ``draw`` samples with some settings and a seed; ``quantities_of`` gives (chain, draw, quantity).
    """
    applied: list[str] = []
    for step in range(len(REMEDIES) + 1):
        settings = target.settings
        if step:
            remedy = REMEDIES[step - 1]
            applied.append(remedy.words())
            settings = replace(
                settings,
                target_accept=max(remedy.target_accept, settings.target_accept),
                tune=settings.tune * remedy.tune,
                draws=settings.draws * remedy.draws,
            )
        seed = seed_of(target.study_seed, target.outcome, step=step)
        drawn, summary = to_checkpoint(target, settings, seed, draw, quantities_of)
        diagnostics = judge(summary, names, drawn.statistics, target.target_ess)
        if not diagnostics.reasons:
            break
    return Fit(drawn.draws, diagnostics, tuple(applied))


def to_checkpoint(
    target: Target,
    settings: Settings,
    seed: int,
    draw: Callable[[Settings, int], Sample],
    quantities_of: Callable[[Draws], NDArray[np.floating[Any]]],
) -> tuple[Sample, ChainSummary]:
    """Sample to the first checkpoint, and on to the one that is expected to reach the target.

    The same seed makes the draws of a shorter run the beginning of a longer one.
    """
    last = 4 * target.settings.draws
    while True:
        drawn = draw(settings, seed)
        summary = summarise_chains(quantities_of(drawn.draws))
        if enough(summary, target.target_ess) or settings.draws >= last:
            return drawn, summary
        needed = predicted_draws(summary, target.settings.draws, target.target_ess)
        settings = replace(settings, draws=max(needed, 2 * settings.draws))


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
