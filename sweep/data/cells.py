"""Cells: combinations of levels, by one integer each, and the answers counted on them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.data.levels import Levels
from sweep.keys import array_digest

__all__ = ["Cells", "Counts", "cells_of", "decode", "encode_codes"]

Codes = NDArray[np.int32]


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


def encode_codes(codes: Mapping[str, Codes], levels: Levels) -> NDArray[np.int64]:
    """Return each cell's number: C order over the predictors, in the levels' order."""
    index = np.zeros(len(next(iter(codes.values()))), np.int64)
    for name, labels in levels.items():
        index = index * len(labels) + codes[name]
    return index


def decode(index: NDArray[np.int64], levels: Levels) -> dict[str, Codes]:
    """Return the level codes behind cell numbers; the inverse of `encode_codes`."""
    codes: dict[str, Codes] = {}
    rest = index
    for name, labels in reversed(list(levels.items())):
        rest, code = np.divmod(rest, len(labels))
        codes[name] = code.astype(np.int32)
    return {name: codes[name] for name in levels}


def cells_of(index: NDArray[np.int64], levels: Levels) -> Cells:
    """Return the cells with the given numbers."""
    return Cells(decode(index, levels))
