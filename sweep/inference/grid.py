"""Grid: a linear predictor as the outer sum of two small tables, ready for the kernel.

Terms that share a predictor must stand in one table; the connected components of that relation are
dealt to rows and columns so that the two tables stay small. Then ``eta[cell] = row[i] + column[j]``
on a rectangle. A frame with many empty cells keeps only the occupied ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from sweep.data.cells import Cells, Counts, combination
from sweep.data.levels import Levels
from sweep.estimates.outer_sum import Tables
from sweep.inference.kernels import DENSE, SPARSE
from sweep.model.effects import Block

__all__ = ["Grid", "Problem", "coefficients", "grid_of", "problem_of", "tables_of"]

Array = NDArray[np.float64]

# A sparse cell costs about three times a dense one (its column is gathered and scattered).
DENSE_FROM = 1 / 3


@dataclass(frozen=True)
class Grid:
    """How a model's blocks are dealt to the rows and the columns of the outer sum.

    Coefficients are ordered as ``row`` blocks, then ``column`` blocks.
    """

    levels: Levels
    row: tuple[Block, ...]
    column: tuple[Block, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Return all blocks in the order of the coefficients."""
        return self.row + self.column

    @property
    def scales(self) -> Array:
        """Return the half-normal priors of the unknown scales, in the order of the blocks."""
        return np.array([b.prior for b in self.blocks if b.scaled])


@dataclass(frozen=True)
class Problem:
    """One outcome on one grid, packed for the kernel; ``dim`` counts scales and coefficients."""

    data: Array
    layout: NDArray[np.int64]
    half_normal: Array
    information: Array
    block: NDArray[np.int64]
    fixed: Array

    @property
    def dim(self) -> int:
        """Return the number of unknowns."""
        return len(self.half_normal) + len(self.block)


def grid_of(blocks: Sequence[Block], levels: Levels) -> Grid:
    """Deal the blocks to rows and columns, larger components first, to the smaller side."""
    components: list[set[str]] = []
    for block in blocks:
        joined = set(block.predictors)
        apart = [c for c in components if not c & joined]
        components = [*apart, joined.union(*(c for c in components if c & joined))]
    order = {name: i for i, name in enumerate(levels)}
    size = {id(c): prod(len(levels[p]) for p in c) for c in components}
    components.sort(key=lambda c: (-size[id(c)], min((order[p] for p in c), default=-1)))
    rows: set[str] = set()
    sides = [1, 1]
    for component in components:
        side = 0 if sides[0] <= sides[1] else 1
        sides[side] *= size[id(component)]
        if side == 0:
            rows |= component
    in_rows = [set(b.predictors) <= rows for b in blocks]
    return Grid(
        levels,
        tuple(b for b, r in zip(blocks, in_rows, strict=True) if r),
        tuple(b for b, r in zip(blocks, in_rows, strict=True) if not r),
    )


def predictors_of(blocks: Sequence[Block], levels: Levels) -> list[str]:
    """Return the predictors that some blocks use, in the levels' order."""
    used = {p for b in blocks for p in b.predictors}
    return [p for p in levels if p in used]


def design_matrix(blocks: Sequence[Block], cells: Cells, levels: Levels) -> Array:
    """Return the columns of some blocks for some cells: (coefficient, cell), C order."""
    parts = [b.basis[combination(cells, b.predictors, levels)] for b in blocks]
    width = sum(p.shape[1] for p in parts)
    stacked = np.hstack(parts) if parts else np.zeros((len(cells), width))
    return np.ascontiguousarray(stacked.T)


def entries_of(
    blocks: Sequence[Block], cells: Cells, levels: Levels
) -> tuple[Array, NDArray[np.intp]]:
    """Return one table's design matrix over the combinations that occur, and each cell's entry.

    The matrix has shape (coefficient, entry), the entries of cells (cell,).
    """
    predictors = predictors_of(blocks, levels)
    _, first, entry = np.unique(
        combination(cells, predictors, levels), return_index=True, return_inverse=True
    )
    return design_matrix(blocks, cells.block(first), levels), entry


def problem_of(grid: Grid, counts: Counts) -> Problem:
    """Pack one outcome's counts for the kernel; dense or sparse by its own occupancy."""
    X_row, i = entries_of(grid.row, counts.cells, grid.levels)
    X_column, j = entries_of(grid.column, counts.cells, grid.levels)
    R, C = X_row.shape[1], X_column.shape[1]
    dense = len(counts.y) >= DENSE_FROM * R * C
    if dense:
        y, n = np.zeros((R, C)), np.zeros((R, C))
        np.add.at(y, (i, j), counts.y)
        np.add.at(n, (i, j), counts.n)
        where: list[NDArray[np.int64]] = []
    else:
        order = np.lexsort((j, i))
        y, n = counts.y[order], counts.n[order]
        start = np.searchsorted(i[order], np.arange(R + 1))
        where = [start.astype(np.int64), j[order].astype(np.int64)]
    half_normal, fixed, block = priors(grid)
    information = information_of(counts, X_row, i, X_column, j)
    head = [
        DENSE if dense else SPARSE, R, C, len(X_row), len(X_column),
        len(half_normal), len(fixed), y.size,
    ]  # fmt: skip
    flat = (X_row, X_column, information, half_normal, fixed, y, n)
    return Problem(
        np.concatenate([a.ravel() for a in flat]),
        np.concatenate([np.array(head, np.int64), block, *where]),
        half_normal,
        information,
        block,
        fixed,
    )


def priors(grid: Grid) -> tuple[Array, Array, NDArray[np.int64]]:
    """Return half-normal scales, known sds, and each coefficient's number among them.

    Numbers count up from 0 for unknown scales, down from -1 for known ones.
    Shapes are (unknown scale,), (known sd,) and (coefficient,).
    """
    half_normal: list[float] = []
    fixed: list[float] = []
    block: list[int] = []
    for b in grid.blocks:
        target = half_normal if b.scaled else fixed
        target.append(b.prior)
        number = len(target) - 1 if b.scaled else -len(target)
        block += [number] * b.columns
    return np.array(half_normal), np.array(fixed), np.array(block, np.int64)


def information_of(
    counts: Counts,
    X_row: Array,
    i: NDArray[np.intp],
    X_column: Array,
    j: NDArray[np.intp],
) -> Array:
    """Return the Fisher information of each coefficient, W_k = sum X_k^2 n p (1 - p).

    p is the outcome's own pooled rate, half an answer away from 0 and 1.
    ``X_row`` and ``X_column`` are (coefficient, entry), ``i`` and ``j`` each cell's entry (cell,).
    """
    p = (counts.y.sum() + 0.5) / (counts.n.sum() + 1)
    weight = counts.n * p * (1 - p)
    row = np.bincount(i, weight, X_row.shape[1])
    column = np.bincount(j, weight, X_column.shape[1])
    return np.concatenate([(X_row**2) @ row, (X_column**2) @ column])


def coefficients(problem: Problem, x: Array) -> tuple[Array, Array]:
    """Return (scale, theta) for unconstrained draws x (..., dim): the kernel's own map."""
    from scipy.special import log_ndtr

    scales = len(problem.half_normal)
    scale = -problem.half_normal * log_ndtr(-x[..., :scales])
    all_sds = np.concatenate(
        [scale, np.broadcast_to(problem.fixed[::-1], (*x.shape[:-1], len(problem.fixed)))], axis=-1
    )
    sigma = all_sds[..., problem.block]  # negative numbers count the reversed known sds from behind
    return scale, x[..., scales:] / np.sqrt(problem.information + 1 / sigma**2)


def tables_of(grid: Grid, cells: Cells) -> Tables:
    """Return the two tables of the combinations that occur in some cells."""
    return Tables(
        *entries_of(grid.row, cells, grid.levels), *entries_of(grid.column, cells, grid.levels)
    )
