"""Cells: combinations of levels, by one integer each, and the answers counted on them.

Two ways to number combinations, and the only ones. `combination` numbers all that levels could
make, so that a number means the same in every table: it is for predictors, whose levels are refused
when their product is beyond 64 bits. `occurring_combinations` numbers those that rows have, however
many could be: it is for everything else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from sweep.data.levels import Levels
from sweep.errors import DataError
from sweep.keys import array_digest

__all__ = [
    "LARGEST",
    "Cells",
    "Counts",
    "are_too_many",
    "cells_of",
    "check_numbers",
    "combination",
    "decode",
    "encode_codes",
    "occurring_combinations",
]

Codes = NDArray[np.int32]

LARGEST = 2**63 - 1
"""The most combinations that are numbered: what int64 holds, whatever the platform."""
SHOWN = 12  # predictors in a message; the largest come first


@dataclass(frozen=True)
class Cells:
    """The level codes of a block of cells: one array (cell,) per predictor."""

    codes: Mapping[str, Codes]

    def __len__(self) -> int:
        """Return the number of cells."""
        return len(next(iter(self.codes.values()))) if self.codes else 1

    def __getitem__(self, predictor: str) -> Codes:
        """Return one predictor's codes."""
        return self.codes[predictor]

    def block(self, where: slice | NDArray[np.intp]) -> "Cells":
        """Return some of the cells."""
        return Cells({name: codes[where] for name, codes in self.codes.items()})


@dataclass(frozen=True)
class Counts:
    """The answers to one outcome, on the cells where it was asked.

    ``index`` (cell,) is the cell's number on the grid, ascending; ``y`` and ``n`` (cell,) are
    respondents who answered with success, and who were in the base.
    """

    index: NDArray[np.int64]
    cells: Cells
    y: NDArray[np.float64]
    n: NDArray[np.float64]

    def digests(self) -> dict[str, str]:
        """Return what identifies the counts in a fit's recipe."""
        return {
            "cells": array_digest(self.index),
            "n": array_digest(self.n),
            "y": array_digest(self.y),
        }


def are_too_many(levels: Levels, further: Levels) -> bool:
    """Return whether predictors and further variables, or missing, pass `LARGEST` together."""
    wide = prod(len(labels) + 1 for labels in further.values())
    return prod(len(labels) for labels in levels.values()) * wide > LARGEST


def check_numbers(levels: Levels) -> None:
    """Refuse predictors whose combinations of levels cannot be numbered.

    Raises
    ------
    DataError
        With the predictors, the number of levels of each, and what to do.
    """
    cells = prod(len(labels) for labels in levels.values())
    if cells <= LARGEST:
        return
    sizes = sorted(levels.items(), key=lambda entry: -len(entry[1]))
    shown = " x ".join(f"{name} {len(labels):,}" for name, labels in sizes[:SHOWN])
    rest = f" x {len(sizes) - SHOWN} more" if len(sizes) > SHOWN else ""
    msg = (
        f"study.predictors: their levels make {cells:,} cells ({shown}{rest}), and at most "
        f"{LARGEST:,} can be numbered: leave out a predictor, or give it fewer levels with a "
        f"recode in study.derive. A column of the population that only groups the estimates need "
        f"not be a predictor: study.groups may name it all the same"
    )
    raise DataError(msg)


def combination(cells: Cells, predictors: Sequence[str], levels: Levels) -> NDArray[np.int64]:
    """Return the number (cell,) of each cell's combination of some predictors' levels.

    C order over the predictors as they are given; raises as `check_numbers` does.
    """
    check_numbers({p: levels[p] for p in predictors})
    index = np.zeros(len(cells), np.int64)
    for p in predictors:
        index = index * len(levels[p]) + cells[p]
    return index


def encode_codes(codes: Mapping[str, Codes], levels: Levels) -> NDArray[np.int64]:
    """Return each cell's number (cell,): C order over the predictors, in the levels' order."""
    return combination(Cells(codes), list(levels), levels)


def occurring_combinations(
    columns: Sequence[NDArray[np.integer]], rows: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first row of each combination that occurs, and every row's combination (row,).

    ``columns`` (row,) are codes; combinations are numbered from 0 in C order over the columns.
    Where the product of their ranges would pass `LARGEST`, what is there so far is numbered by
    what occurs, so that it never does; the order stays the same.
    """
    number, size = np.zeros(rows, np.int64), 1
    for column in columns if rows else ():
        code, span = column, int(column.max()) - int(column.min()) + 1
        if size * span > LARGEST:
            number, size = renumber(number)
        if size * span > LARGEST:
            code, span = renumber(column)
        number = number * span + (code.astype(np.int64) - int(code.min()))
        size *= span
    _, first, place = np.unique(number, return_index=True, return_inverse=True)
    return first, place


def renumber(values: NDArray[np.integer]) -> tuple[NDArray[np.int64], int]:
    """Return each value's rank among those that occur, of the values' shape, and how many occur."""
    unique, rank = np.unique(values, return_inverse=True)
    return rank.astype(np.int64), len(unique)


def decode(index: NDArray[np.int64], levels: Levels) -> dict[str, Codes]:
    """Return the level codes (cell,) behind cell numbers (cell,); the inverse of `encode_codes`."""
    codes: dict[str, Codes] = {}
    rest = index
    for name, labels in reversed(list(levels.items())):
        rest, code = np.divmod(rest, len(labels))
        codes[name] = code.astype(np.int32)
    return {name: codes[name] for name in levels}


def cells_of(index: NDArray[np.int64], levels: Levels) -> Cells:
    """Return the cells with the given numbers (cell,)."""
    return Cells(decode(index, levels))
