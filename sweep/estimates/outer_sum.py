"""Outer sums: margins of cells whose linear predictor is one entry of each of two small tables.

``eta[cell] = row[i] + column[j]``, as models made of terms have it. Probabilities are then made and
summed a tile of draws at a time, in the core's cache: a table (cell, draw) is never made.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.data.cells import Cells, cells_of
from sweep.data.levels import Levels
from sweep.estimates.weighting import Weighting, shares

__all__ = ["OuterSum", "Tables", "sigmoid", "sum_margins"]

Floats = NDArray[np.float32]

TILE = 256  # draws per step: the sums of a hundred margins stay in a core's cache


@dataclass(frozen=True)
class Tables:
    """What each entry of two tables adds up: (coefficient, entry); each cell's entries (cell,)."""

    row: NDArray[np.float64]
    i: NDArray[np.intp]
    column: NDArray[np.float64]
    j: NDArray[np.intp]


@dataclass(frozen=True)
class OuterSum:
    """Draws of cell probabilities: called with cells, it gives (cell, draw).

    ``theta`` (draw, coefficient) holds the row table's coefficients before the column table's.
    """

    theta: Floats
    tables: Callable[[Cells], Tables]

    def __call__(self, cells: Cells) -> Floats:
        """Return the cells' probabilities (cell, draw)."""
        tables = self.tables(cells)
        row, column = entries(tables, self.theta)
        eta: Floats = row[tables.i]
        eta += column[tables.j]
        return sigmoid(eta)


def entries(tables: Tables, theta: Floats) -> tuple[Floats, Floats]:
    """Return both tables' entries (entry, draw)."""
    rows = len(tables.row)
    row = tables.row.T.astype(np.float32) @ theta[:, :rows].T
    column = tables.column.T.astype(np.float32) @ theta[:, rows:].T
    return row, column


def sum_margins(
    weighting: Weighting, levels: Levels, probabilities: OuterSum
) -> NDArray[np.float64]:
    """Return draws (draw, margin) of each margin's probability."""
    from sweep.estimates.outer_kernel import add_cells

    tables = probabilities.tables(cells_of(weighting.index, levels))
    share = shares(weighting)
    who = (share.indptr, share.indices, share.data.astype(np.float32))
    length = len(probabilities.theta)
    total = np.zeros((len(weighting.margins), length))
    for first in range(0, length, TILE):
        tile = slice(first, first + TILE)
        row, column = entries(tables, probabilities.theta[tile])
        add_cells(row, column, tables.i, tables.j, *who, total[:, tile])
    return total.T


def sigmoid(eta: Floats) -> Floats:
    """Return 1 / (1 + exp(-eta)), in place; no overflow however large eta is.

    ``eta`` has any shape; it is overwritten and returned.
    """
    np.negative(eta, out=eta)
    np.minimum(eta, np.float32(80), out=eta)
    np.exp(eta, out=eta)
    eta += 1
    np.reciprocal(eta, out=eta)
    return eta
