"""Checkpoints: sample until there is enough; remedies are tried when there is not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweep.diagnostics.chains import ChainSummary, summarise_chains
from sweep.diagnostics.verdict import ESS_PER_CHAIN, Diagnostics, SamplerStatistics, judge
from sweep.inference.nuts import Sample, Settings
from sweep.keys import seed_of

__all__ = [
    "REMEDIES",
    "Draws",
    "Fit",
    "Remedy",
    "Target",
    "enough",
    "predicted_draws",
    "sample_until",
]

CHECKPOINTS = (1, 2, 4)  # multiples of the first

CAUTION = 1.1  # ESS is an estimate: ask for a tenth more than the straight line says


def enough(summary: ChainSummary, target_ess: float) -> bool:
    """Say whether every quantity reaches the target: sampling may stop.

    The target is of the bulk ESS, which tells the Monte Carlo error of the estimates. The tail ESS
    of the worst of hundreds of quantities hangs far below it by chance alone; it has a floor.
    """
    return progress_to(summary, target_ess) >= 1.0


def progress_to(summary: ChainSummary, target_ess: float) -> float:
    """Return how far the slowest quantity has come: 1 where target and tail floor are reached."""
    floor = ESS_PER_CHAIN * summary.chains
    return float(min(summary.ess_bulk.min() / target_ess, summary.ess_tail.min() / floor))


def predicted_draws(summary: ChainSummary, first: int, target_ess: float) -> int:
    """Return the checkpoint, in draws per chain, at which the target is expected to be reached.

    ``first`` is the first checkpoint, in draws per chain; the others are twice and four times as
    many. ESS is taken to grow with the draws. ``summary.draws`` if that is enough, else a later
    checkpoint, the last if none will do.
    """
    if enough(summary, target_ess):
        return summary.draws
    so_far = progress_to(summary, target_ess) / summary.draws
    later = [first * times for times in CHECKPOINTS if first * times > summary.draws]
    reached = (draws for draws in later if draws * so_far >= CAUTION)
    return next(reached, max([*later, summary.draws]))


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
    statistics: SamplerStatistics

    @property
    def status(self) -> str:
        """Return ``ok`` or ``flagged``."""
        return "flagged" if self.diagnostics.reasons else "ok"


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
    return Fit(drawn.draws, diagnostics, tuple(applied), drawn.statistics)


def to_checkpoint(
    target: Target,
    settings: Settings,
    seed: int,
    draw: Callable[[Settings, int], Sample],
    quantities_of: Callable[[Draws], NDArray[np.floating[Any]]],
) -> tuple[Sample, ChainSummary]:
    """Sample to the first checkpoint, and on to the one that is expected to reach the target.

    The same seed makes the draws of a shorter run the beginning of a longer one.
    ``quantities_of`` gives the draws (chain, draw, quantity) of what decides.
    """
    last = 4 * target.settings.draws
    while True:
        drawn = draw(settings, seed)
        summary = summarise_chains(quantities_of(drawn.draws))
        if enough(summary, target.target_ess) or settings.draws >= last:
            return drawn, summary
        needed = predicted_draws(summary, target.settings.draws, target.target_ess)
        settings = replace(settings, draws=max(needed, 2 * settings.draws))
