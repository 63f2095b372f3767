"""Margins: tables of people by some variables, and what contradicts what among them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sweep.data.levels import Levels

__all__ = ["AGREEMENT", "Margin", "Target", "contradictions", "overlaps", "sum_over", "target_of"]

type Table = NDArray[np.float64]

AGREEMENT = 1e-6
"""By how much margins may differ about the same people, as rounded ones do: a share of all."""


@dataclass(frozen=True)
class Margin:
    """People by some variables: a single margin, a partial joint, or a seed, which has them all.

    ``table`` has an axis per variable, in the order of ``levels``.
    """

    levels: Levels
    table: Table

    @property
    def total(self) -> float:
        """Return the number of people."""
        return float(self.table.sum())

    def words(self) -> str:
        """Return how a message calls it."""
        return f"margin {' x '.join(self.levels)}"


@dataclass(frozen=True)
class Target:
    """A margin laid over a seed: its table has an axis per variable of the seed, most of length 1.

    ``axes`` are those of the margin's own variables, ``levels`` the seed's.
    """

    margin: Margin
    axes: tuple[int, ...]
    table: Table
    levels: Levels

    def place_words(self, at: Sequence[int]) -> str:
        """Return where in the margin something is, by its indices: ``sex=F, age=18-34``."""
        named = list(self.levels.items())
        return ", ".join(f"{named[k][0]}={named[k][1][at[k]]}" for k in self.axes)


def target_of(margin: Margin, seed: Margin, scale: float = 1.0) -> Target:
    """Return a margin laid over a seed, times a number: axes and levels in the seed's order.

    Raises
    ------
    ValueError
        If the two do not have the same levels.
    """
    own, table = list(margin.levels), margin.table * scale
    for axis, (name, labels) in enumerate(margin.levels.items()):
        if set(labels) != set(seed.levels[name]):
            msg = f"{margin.words()}: its levels of {name!r} are not the seed's"
            raise ValueError(msg)
        table = np.take(table, [labels.index(label) for label in seed.levels[name]], axis)
    axes = tuple(k for k, name in enumerate(seed.levels) if name in own)
    names = tuple(seed.levels)
    table = np.transpose(table, [own.index(names[k]) for k in axes])
    shape = [n if k in axes else 1 for k, n in enumerate(seed.table.shape)]
    return Target(margin, axes, table.reshape(shape), seed.levels)


def sum_over(table: Table, axes: Sequence[int]) -> Table:
    """Return a table summed over all axes but some; those summed over have length 1."""
    others = tuple(k for k in range(table.ndim) if k not in axes)
    summed: Table = table.sum(axis=others, keepdims=True)
    return summed


def contradictions(
    seed: Margin, margins: Sequence[Margin], agreement: float = AGREEMENT
) -> Iterator[tuple[int, str]]:
    """Yield what no table can meet, before any is tried: the margin's place in the list, and why.

    A seed or margin that is no table of people, totals that differ, margins that disagree about
    variables they share, and people where the seed has none.
    """
    for index, one in [(0, seed), *enumerate(margins)]:
        if not (np.isfinite(one.table).all() and (one.table >= 0).all() and one.total > 0):
            what = "the seed" if one is seed else one.words()
            yield index, f"{what} holds nobody, or a number of people below 0 or infinite"
            return
    first = margins[0]
    apart = [k for k, m in enumerate(margins) if abs(m.total / first.total - 1) > agreement]
    if apart:
        yield from ((k, total_words(margins[k], first)) for k in apart)
        return
    targets = [target_of(m, seed, first.total / m.total) for m in margins]
    for later, earlier, both, gap in overlaps(targets):
        if gap > agreement * first.total:
            shared = " x ".join(list(seed.levels)[k] for k in both)
            pair = f"{margins[later].words()} and {margins[earlier].words()}"
            at = largest_words(targets[later], targets[earlier], both)
            yield (
                later,
                f"{pair} disagree about {shared} by {gap:,.6g} people, most at {at}, which is more "
                "than rounding explains: correct one of them",
            )
    for index, target in enumerate(targets):
        yield from ((index, words) for words in emptiness(seed, target))


def total_words(one: Margin, first: Margin) -> str:
    """Return what is wrong with two totals."""
    twice = max(one.total, first.total) / min(one.total, first.total)
    hint = ". One is twice the other: has it a row of totals?" if abs(twice - 2) < 1e-3 else ""
    return (
        f"{one.words()} sums to {one.total:,.10g} people and {first.words()} to "
        f"{first.total:,.10g}: they describe different populations. Correct one, or write one of "
        f"them as shares, which are scaled to the other{hint}"
    )


def overlaps(targets: Sequence[Target]) -> Iterator[tuple[int, int, tuple[int, ...], float]]:
    """Yield pairs of margins that share variables: places, shared axes, largest gap in people."""
    for later, one in enumerate(targets):
        for earlier, other in enumerate(targets[:later]):
            both = tuple(sorted({*one.axes} & {*other.axes}))
            if both:
                gap = np.abs(sum_over(one.table, both) - sum_over(other.table, both)).max()
                yield later, earlier, both, float(gap)


def largest_words(one: Target, other: Target, both: tuple[int, ...]) -> str:
    """Return where two margins differ most, in words."""
    gap = np.abs(sum_over(one.table, both) - sum_over(other.table, both))
    at = np.unravel_index(int(gap.argmax()), gap.shape)
    return replace(one, axes=both).place_words([int(k) for k in at])


def emptiness(seed: Margin, target: Target) -> Iterator[str]:
    """Yield in words where a margin has people and the seed none: the first place, and how many."""
    empty = (sum_over(seed.table, target.axes) == 0) & (target.table > 0)
    if empty.any():
        at = tuple(int(k) for k in np.argwhere(empty)[0])
        more = int(empty.sum()) - 1
        others = f" (and {more:,} more places like it)" if more else ""
        yield (
            f"{target.margin.words()}: {target.table[at]:,.6g} people are "
            f"{target.place_words(at)}{others}, and the seed has none of them; what is empty stays "
            "empty: add them to the seed, or merge the level with another"
        )
