"""Checkpoints: sample until there is enough; remedies are tried when there is not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweep.diagnostics.chains import ChainSummary, summarise_chains
from sweep.diagnostics.statistics import SamplerStatistics
from sweep.diagnostics.verdict import Diagnostics, ess_floors, judge
from sweep.inference.sample import Sample, Settings
from sweep.keys import seed_of

__all__ = [
    "REMEDIES",
    "Deciding",
    "Draws",
    "Fit",
    "Lengthen",
    "Remedy",
    "Start",
    "Target",
    "anew",
    "predicted_draws",
    "sample_until",
]

CHECKPOINTS = (1, 2, 4)  # multiples of the first

type Draws = Mapping[str, NDArray[np.float32]]

CAUTION = 1.1  # ESS is an estimate: ask for a tenth more than the straight line says


@dataclass(frozen=True)
class Deciding:
    """The quantities that decide on a fit.

    ``of`` gives their draws (chain, draw, quantity), in the order of ``names``. Those that are
    ``published`` (quantity,), the margins, have the target; of scales and effects it is enough to
    know that the chains have been everywhere.
    """

    names: Sequence[str]
    published: NDArray[np.bool_]
    of: Callable[[Draws], NDArray[np.floating[Any]]]


def progress_to(summary: ChainSummary, deciding: Deciding, target_ess: float) -> float:
    """Return how far the slowest quantity has come: 1 where sampling may stop.

    The target is of the bulk ESS of what is published, which tells the Monte Carlo error of the
    estimates. The tail ESS of the worst of many quantities hangs far below it by chance alone: it
    has a floor, as has everything that is not published.
    """
    floors = ess_floors(deciding.published, summary.chains)
    wanted = np.where(deciding.published, target_ess, floors)
    return float(min((summary.ess_bulk / wanted).min(), (summary.ess_tail / floors).min()))


def predicted_draws(progress: float, draws: int, first: int) -> int:
    """Return the checkpoint, in draws per chain, at which the target is expected to be reached.

    ``progress`` was reached with ``draws``, and is taken to grow with them; ``first`` is the first
    checkpoint. The answer is ``draws`` if that is enough, else a later checkpoint, the last if
    none will do.
    """
    if progress >= 1:
        return draws
    later = [first * times for times in CHECKPOINTS if first * times > draws]
    reached = (more for more in later if progress * more / draws >= CAUTION)
    return next(reached, max([*later, draws]))


type Lengthen = Callable[[int], Sample]
"""Gives so many draws of each chain; a shorter answer is the beginning of a longer one."""

type Start = Callable[[Settings, int], Lengthen]
"""Begins to sample with some settings and a seed."""


def anew(draw: Callable[[Settings, int], Sample]) -> Start:
    """Return the start of a sampler that cannot go on: it samples from the start to each length."""

    def start(settings: Settings, seed: int) -> Lengthen:
        return lambda draws: draw(replace(settings, draws=draws), seed)

    return start


@dataclass(frozen=True)
class Remedy:
    """A change of the sampler: acceptance rate, and how many times the tuning and the draws."""

    target_accept: float
    tune: int
    draws: int

    def words(self) -> str:
        """Return how the report calls it."""
        return f"target_accept {self.target_accept:g}, {self.tune} x tuning, {self.draws} x draws"

    def applied(self, settings: Settings) -> Settings:
        """Return settings that are no less careful than the user's."""
        return replace(
            settings,
            target_accept=max(self.target_accept, settings.target_accept),
            tune=settings.tune * self.tune,
            draws=settings.draws * self.draws,
        )


REMEDIES = (Remedy(0.95, 2, 1), Remedy(0.99, 4, 2))
FALLBACK = "NUTS instead of split HMC"


@dataclass(frozen=True)
class Attempt:
    """One way to sample a posterior, and how the report calls it: the first has no words."""

    words: str
    start: Start
    settings: Settings


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
    target: Target, deciding: Deciding, nuts: Start, quick: Start | None = None
) -> Fit:
    """Sample to the checkpoint that suffices; while there are objections, make the next attempt.

    ``quick`` is a sampler to try before NUTS.
    """
    applied: list[str] = []
    for step, attempt in enumerate(attempts(target.settings, nuts, quick)):
        applied += [attempt.words] if step else []
        seed = seed_of(target.study_seed, target.outcome, step=step)
        drawn, summary = to_checkpoint(target, attempt, seed, deciding)
        diagnostics = judge(
            summary, deciding.names, drawn.statistics, target.target_ess, deciding.published
        )
        if not diagnostics.reasons:
            break
    return Fit(drawn.draws, diagnostics, tuple(applied), drawn.statistics)


def attempts(settings: Settings, nuts: Start, quick: Start | None) -> list[Attempt]:
    """Return what is tried, in order."""
    first = [Attempt("", quick, settings)] if quick is not None else []
    plain = Attempt(FALLBACK if first else "", nuts, settings)
    return [*first, plain, *(Attempt(r.words(), nuts, r.applied(settings)) for r in REMEDIES)]


def to_checkpoint(
    target: Target, attempt: Attempt, seed: int, deciding: Deciding
) -> tuple[Sample, ChainSummary]:
    """Sample to the first checkpoint, and on to the one that is expected to reach the target."""
    first = target.settings.draws
    draws, last = attempt.settings.draws, CHECKPOINTS[-1] * first
    lengthen = attempt.start(attempt.settings, seed)
    while True:
        drawn = lengthen(draws)
        summary = summarise_chains(deciding.of(drawn.draws))
        progress = progress_to(summary, deciding, target.target_ess)
        if progress >= 1 or draws >= last:
            return drawn, summary
        draws = max(predicted_draws(progress, draws, first), 2 * draws)
