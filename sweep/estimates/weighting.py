"""Weighting: which cells make up which margin, and how many people of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweep.config import Group
from sweep.data.cells import Counts, occurring_combinations
from sweep.data.frame import Frame
from sweep.data.levels import Levels
from sweep.expression import columns as columns_of
from sweep.expression import evaluate, parse

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Margin", "Weighting", "margins_of", "shares", "split", "weighting_of"]


@dataclass(frozen=True)
class Margin:
    """One row to estimate: a level of each grouping variable, or a named group."""

    name: str | None
    at: dict[str, str]

    def words(self) -> str:
        """Return how a message calls it."""
        if self.name is not None:
            return f"group {self.name}"
        if not self.at:
            return "the total"
        return f"{':'.join(self.at)}[{', '.join(self.at.values())}]"


@dataclass(frozen=True)
class Weighting:
    """Which cells make up which margin.

    Entries (entry,): people of cell ``cell[entry]`` (a position in ``index``) in margin
    ``margin[entry]`` are ``size[entry]``. ``index`` (cell,) are numbers of cells on the grid.
    """

    margins: tuple[Margin, ...]
    index: NDArray[np.int64]
    cell: NDArray[np.int64]
    margin: NDArray[np.int64]
    size: NDArray[np.float64]

    @property
    def total(self) -> NDArray[np.float64]:
        """Return the number of people (margin,)."""
        return np.bincount(self.margin, self.size, len(self.margins))


def weighting_of(frame: Frame, groups: Sequence[Group]) -> Weighting:
    """Return the margins that some groups ask for, in order, and the people behind them.

    A combination of levels without people makes no row.
    """
    index, position = np.unique(frame.cell, return_inverse=True)
    margins: list[Margin] = []
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = []
    for group in groups:
        rows, place, made = split(frame, group)
        parts.append((position[rows], place + len(margins), frame.size[rows]))
        margins += made
    cell, margin, size = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Weighting(tuple(margins), index, cell, margin, size)


def split(frame: Frame, group: Group) -> tuple[NDArray[np.int64], NDArray[np.int64], list[Margin]]:
    """Return which rows of the frame a group takes, each row's margin, and the margins.

    Rows and their margins have shape (row,), of the rows that the group takes.
    """
    everyone = np.arange(len(frame.cell))
    if group.where is not None:
        condition = parse(group.where)
        inside = evaluate(condition, frame.labels(sorted(columns_of(condition))))
        return everyone[inside], np.zeros(int(inside.sum()), np.int64), [Margin(group.name, {})]
    levels = {v: frame.variables()[v] for v in group.by}
    codes = {v: frame.column(v) for v in group.by}
    first, place = occurring_combinations(list(codes.values()), len(frame.cell))
    made = [
        Margin(None, {v: labels[codes[v][row]] for v, labels in levels.items()}) for row in first
    ]
    return everyone, place.astype(np.int64), made


def margins_of(counts: Counts, levels: Levels) -> Weighting:
    """Return the total and every predictor's margins, weighted by the outcome's own n.

    These decide on a fit, so that neither the frame nor the groups can cause a refit.
    """
    margins = [Margin(None, {})]
    margin = [np.zeros(len(counts.n), np.int64)]
    for predictor, labels in levels.items():
        seen, place = np.unique(counts.cells[predictor], return_inverse=True)
        margin.append(place.astype(np.int64) + len(margins))
        margins += [Margin(None, {predictor: labels[code]}) for code in seen]
    cell = np.tile(np.arange(len(counts.n)), len(margin))
    size = np.tile(counts.n, len(margin))
    return Weighting(tuple(margins), counts.index, cell, np.concatenate(margin), size)


def shares(weighting: Weighting) -> "csr_array":
    """Return each cell's share of each margin (cell, margin), one number however many rows make it.

    What is estimated does not depend on how the rows of a cell are told apart.
    """
    from scipy.sparse import csr_array

    share = weighting.size / weighting.total[weighting.margin]
    shape = (len(weighting.index), len(weighting.margins))
    made = csr_array((share, (weighting.cell, weighting.margin)), shape=shape)
    made.sum_duplicates()
    return made
