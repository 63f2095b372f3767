"""Raking: a table of people made to agree with margins, by iterative proportional fitting.

What cannot be met is an error that says where and by how much: no table that misses a margin is
ever returned. Cells that are empty in the seed stay empty. (Deming and Stephan, 1940.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from sweep.data.margins import (
    AGREEMENT,
    Margin,
    Target,
    contradictions,
    overlaps,
    sum_over,
    target_of,
)
from sweep.errors import DataError

__all__ = ["Limits", "Raked", "RakingError", "rake", "rounds_towards"]

type Table = NDArray[np.float64]

STANDSTILL = 0.9999  # a gap that shrinks by less than this factor does not shrink


@dataclass(frozen=True)
class Limits:
    """When raking stops: the largest gap allowed, as a share of all people, and after how long.

    ``iterations`` are rounds over all margins; ``agreement`` is by how much margins may differ
    about the same people, in which case no smaller gap can be reached.
    """

    tolerance: float = 1e-10
    iterations: int = 1000
    agreement: float = AGREEMENT


LIMITS = Limits()


@dataclass(frozen=True)
class Raked:
    """A table that meets its margins, the rounds that it took, and the largest gap left."""

    table: Table
    iterations: int
    gap: float


class RakingError(DataError):
    """Margins that no table meets; ``margin`` is the place in the list of the one at fault."""

    def __init__(self, margin: int, message: str) -> None:
        super().__init__(message)
        self.margin = margin


def rake(seed: Margin, margins: Sequence[Margin], limits: Limits = LIMITS) -> Raked:
    """Return the table nearest to a seed (in relative entropy) that meets every margin.

    Parameters
    ----------
    seed
        People by all variables. What it says beyond the margins, its odds ratios, is kept.
    margins
        People by some of them. Totals that differ within ``limits.agreement`` are scaled to the
        first's.

    Raises
    ------
    RakingError
        If margins contradict each other or the seed, or it does not converge in time.
    """
    for index, message in contradictions(seed, margins, limits.agreement):
        raise RakingError(index, message)
    people = margins[0].total
    targets = [target_of(m, seed, people / m.total) for m in margins]
    slack = max((gap for *_, gap in overlaps(targets)), default=0.0) / people
    tolerance = max(limits.tolerance, 2 * slack)
    table, gaps, before = seed.table.astype(np.float64), [np.inf], np.inf
    for step in range(limits.iterations):
        before = max(gaps)
        for target in targets:
            table = fit_to(table, target)
        gaps = [gap_of(table, target) for target in targets]
        if max(gaps) <= tolerance:
            return Raked(table, step + 1, max(gaps))
    worst = int(np.argmax(gaps))
    rate = max(gaps) / before if np.isfinite(before) else 1.0
    why = f"{missed_words(table, targets[worst])}; {rate_words(rate, max(gaps), tolerance)}"
    tried = f"raking did not converge in {limits.iterations:,} iterations"
    raise RakingError(worst, f"{tried}: {why}. No table was made")


def rounds_towards(
    seed: Margin, margins: Sequence[Margin], rounds: int = 50, tolerance: float = 1e-6
) -> Table:
    """Return a table raked to margins that it can meet, as near as some rounds bring it."""
    targets = [target_of(m, seed, 1.0) for m in margins]
    table = seed.table.astype(np.float64)
    for _ in range(rounds):
        for target in targets:
            table = fit_to(table, target)
        if max(gap_of(table, target) for target in targets) <= tolerance:
            break
    return table


def fit_to(table: Table, target: Target) -> Table:
    """Return a table scaled to one margin, both with an axis per variable."""
    have = sum_over(table, target.axes)
    return table * np.divide(target.table, have, out=np.zeros_like(have), where=have > 0)


def gap_of(table: Table, target: Target) -> float:
    """Return the largest gap between a table and a margin, as a share of all people."""
    gap = np.abs(sum_over(table, target.axes) - target.table).max()
    return float(gap / target.table.sum())


def missed_words(table: Table, target: Target) -> str:
    """Return where a table misses a margin most, and by how many people."""
    gap = sum_over(table, target.axes) - target.table
    at = tuple(int(k) for k in np.unravel_index(int(np.abs(gap).argmax()), gap.shape))
    off = f"{gap[at]:+,.6g} people at {target.place_words(at)}"
    return f"{target.margin.words()} is off by {off}"


def rate_words(rate: float, gap: float, tolerance: float) -> str:
    """Return whether more iterations would do, and how many: the gap shrinks geometrically."""
    if rate >= STANDSTILL:
        return (
            "the gap no longer shrinks: empty cells of the seed contradict the margins, or the "
            "margins each other"
        )
    more = max(1, ceil(log(tolerance / gap) / log(rate)))
    return f"the gap shrinks by a factor of {rate:.4f} per iteration: about {more:,} more would do"
