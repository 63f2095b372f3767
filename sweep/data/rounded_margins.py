"""Rounded margins: printed tables that disagree about people they share by no more than rounding.

Of whole thousands, or per cents with one digit, a joint table's sums are not the single table's.
The unit is read off the numbers; the table whose sums are the finer known is kept, and the others
are raked to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.data.findings import Findings, KeyPath
from sweep.data.margins import AGREEMENT, Margin, Target, sum_over, target_of
from sweep.data.raking import RakingError, rake

__all__ = ["agreed", "unit_of"]

POWERS = range(7, -7, -1)  # of ten: from tens of millions to millionths
DIGITS = 1e-6  # of a unit: what floats leave of a whole number of it
MOST = 0.005  # of all people: beyond that a difference is no matter of rounding
SPREAD = 1.2  # sums of n rounded numbers are this times root n units off, at most: 4 deviations


@dataclass(frozen=True)
class Overlap:
    """What an earlier margin says of variables that a later one has too.

    ``gap`` is the largest difference in people, ``explained`` how much of one rounding explains.
    """

    shared: Margin
    gap: float
    explained: float
    place: str

    @property
    def is_rounding(self) -> bool:
        """Return whether the two differ, and rounding explains it."""
        return AGREEMENT * self.shared.total < self.gap <= self.explained


def unit_of(numbers: NDArray[np.float64]) -> float:
    """Return the largest power of ten that all numbers are multiples of; 0 if there is none."""
    for power in POWERS:
        units = numbers / 10.0**power
        whole = units.round()
        if ((np.abs(units - whole) <= DIGITS) & ((whole != 0) | (numbers == 0))).all():
            return 10.0**power
    return 0.0


def agreed(
    given: Sequence[Margin], margins: Sequence[Margin], path: KeyPath, findings: Findings
) -> list[Margin]:
    """Return margins of one total made to agree where rounding explains that they do not.

    ``given`` are the margins as printed, before they were scaled to one total. What is changed is
    told; margins that disagree by more stay as they are, to be refused.
    """
    units = [
        unit_of(own.table) * m.total / own.total for own, m in zip(given, margins, strict=True)
    ]
    made, done = list(margins), list[int]()
    for k in sorted(range(len(made)), key=lambda k: (units[k] * made[k].table.size, k)):
        found = [(e, lap) for e in done if (lap := overlap(made, units, k, e)) is not None]
        rounded = [(e, lap) for e, lap in found if lap.is_rounding]
        if rounded:
            made[k] = raked_to(made[k], [lap.shared for _, lap in found])
            for earlier, lap in rounded:
                words = rounded_words(margins[k], margins[earlier], lap)
                findings.notice((*path, "margins", k), words)
        done.append(k)
    return made


def overlap(
    margins: Sequence[Margin], units: Sequence[float], later: int, earlier: int
) -> Overlap | None:
    """Return what two margins say of variables they share, None if they share none."""
    one, other = margins[later], margins[earlier]
    axes = tuple(k for k, name in enumerate(one.levels) if name in other.levels)
    if not axes:
        return None
    shared = sums_of(other, [name for name in other.levels if name in one.levels])
    target = target_of(shared, one, one.total / shared.total)
    difference = sum_over(one.table, axes) - target.table
    cells = max(difference.size, 1)
    terms = [(one.table.size / cells, units[later]), (other.table.size / cells, units[earlier])]
    explained = sum(off(count, unit) for count, unit in terms)
    largest = tuple(
        int(k) for k in np.unravel_index(int(np.abs(difference).argmax()), difference.shape)
    )
    place = Target(shared, axes, target.table, one.levels).place_words(largest)
    gap = float(np.abs(difference).max())
    return Overlap(shared, gap, min(explained, MOST * one.total), place)


def off(count: float, unit: float) -> float:
    """Return by how much a sum of some numbers rounded to a unit may be off."""
    return unit * (0.5 if count <= 1 else min(count / 2, SPREAD * float(np.sqrt(count))))


def sums_of(margin: Margin, names: Sequence[str]) -> Margin:
    """Return a margin's people by some of its variables, in its order."""
    axes = [k for k, name in enumerate(margin.levels) if name in names]
    levels = {name: own for name, own in margin.levels.items() if name in names}
    return Margin(levels, sum_over(margin.table, axes).reshape([len(v) for v in levels.values()]))


def raked_to(margin: Margin, shared: Sequence[Margin]) -> Margin:
    """Return a margin that has the sums that others have; itself where that cannot be."""
    try:
        return Margin(margin.levels, rake(margin, shared).table)
    except RakingError:
        return margin  # which is refused, with the difference named


def rounded_words(later: Margin, earlier: Margin, found: Overlap) -> str:
    """Return what is told of two margins that are made to agree."""
    names = " x ".join(found.shared.levels)
    return (
        f"{later.words()} and {earlier.words()} differ about {names} by up to {found.gap:,.6g} "
        f"people ({found.place}), which rounding of the printed numbers explains (up to "
        f"{found.explained:,.6g}): the first is scaled to the second"
    )
