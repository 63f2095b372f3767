"""Outer sum: the density of a model's terms in JAX, written by hand for one outcome.

What the fast route knows of a survey is given to its peers: respondents are counted by cell, terms
are dealt to the rows and columns of a rectangle, the linear predictor is ``row[i] + column[j]``.
Effects are centred, in the zero-sum basis of each predictor; a scale is sampled as its logarithm.
"""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from sweep.bench.case import Case
from sweep.data.cells import Cells, combination, decode
from sweep.data.levels import Levels
from sweep.inference.checkpoints import Draws
from sweep.inference.grid import DENSE_FROM, Grid
from sweep.model.effects import Block, zero_sum_basis
from sweep.worker.task import grid_from

__all__ = ["as_draws", "log_density", "start"]

type Point = dict[str, Any]
"""``u`` (scale,), logarithms of the scales, and ``theta`` (coefficient,)."""

type Predictor = Callable[[Any], Any]
"""Takes coefficients and returns the linear predictor of a table's entries."""


def log_density(case: Case) -> Callable[[Point], Any]:
    """Return the log density of one outcome's posterior, to a constant."""
    grid = grid_from(case.task, case.design)
    likelihood = likelihood_of(grid, case)
    half_normal = jnp.array(grid.scales)
    fixed = np.array([b.prior for b in grid.blocks if not b.scaled])
    number = jnp.array(sd_numbers(grid))

    def density(point: Point) -> Any:
        u, theta = point["u"], point["theta"]
        sigma = jnp.exp(u)
        sd = jnp.concatenate([sigma, jnp.array(fixed)])[number]
        prior = jnp.sum(u - sigma**2 / (2 * half_normal**2))
        effects = jnp.sum(-((theta / sd) ** 2) / 2 - jnp.log(sd))
        return prior + effects + likelihood(theta)

    return density


def sd_numbers(grid: Grid) -> list[int]:
    """Return the place of each coefficient's sd: the scales come first, then what is known."""
    scaled, known = 0, len(grid.scales)
    numbers: list[int] = []
    for block in grid.blocks:
        numbers += [scaled if block.scaled else known] * block.columns
        scaled, known = scaled + block.scaled, known + (not block.scaled)
    return numbers


def likelihood_of(grid: Grid, case: Case) -> Predictor:
    """Return the log likelihood of coefficients, on the rectangle if enough of it is occupied."""
    counts, levels = case.counts, case.design.levels
    (rows, i, row), (columns, j, column) = (
        table(side, counts.cells, levels) for side in (grid.row, grid.column)
    )
    split = sum(b.columns for b in grid.row)
    y, n = counts.y, counts.n
    dense = len(y) >= DENSE_FROM * rows * columns
    if dense:
        y, n = (onto((rows, columns), i, j, values) for values in (counts.y, counts.n))
    y_of, n_of = jnp.array(y), jnp.array(n)

    def likelihood(theta: Any) -> Any:
        a, b = row(theta[:split]), column(theta[split:])
        eta = a[:, None] + b[None, :] if dense else a[i] + b[j]
        return jnp.sum(y_of * eta - n_of * jax.nn.softplus(eta))

    return likelihood


def onto(
    shape: tuple[int, int], i: NDArray[np.int64], j: NDArray[np.int64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return values (cell,) on a rectangle."""
    made = np.zeros(shape)
    np.add.at(made, (i, j), values)
    return made


def table(
    blocks: Sequence[Block], cells: Cells, levels: Levels
) -> tuple[int, NDArray[np.int64], Predictor]:
    """Return one table's length, the entry of each cell, and its linear predictor."""
    used = {p for block in blocks for p in block.predictors}
    own = {name: labels for name, labels in levels.items() if name in used}
    length = prod(len(labels) for labels in own.values())
    entries = Cells(decode(np.arange(length), own)) if own else Cells({})
    where = [combination(entries, b.predictors, levels) for b in blocks]

    def predictor(theta: Any) -> Any:
        eta, first = jnp.zeros(length), 0
        for block, at in zip(blocks, where, strict=True):
            effect = effects_of(block, theta[first : first + block.columns], levels)
            first += block.columns
            eta = eta + effect[at]
        return eta

    return length, combination(cells, list(own), levels), predictor


def effects_of(block: Block, theta: Any, levels: Levels) -> Any:
    """Return a block's effects (combination,); of pairs by two small products, not a large one."""
    if not block.scaled or len(block.predictors) != 2:
        return jnp.array(block.basis) @ theta
    first, second = (zero_sum_basis(len(levels[p])) for p in block.predictors)
    inner = theta.reshape(first.shape[1], second.shape[1])
    return (jnp.array(first) @ inner @ jnp.array(second).T).reshape(-1)


def start(case: Case, key: Any) -> Point:
    """Return where a chain begins: effects near nothing, scales well inside their priors."""
    grid = grid_from(case.task, case.design)
    first, second = jax.random.split(key)
    scales = jnp.log(0.3 * jnp.array(grid.scales))
    return {
        "u": scales + 0.2 * jax.random.normal(first, scales.shape),
        "theta": 0.1 * jax.random.normal(second, (sum(b.columns for b in grid.blocks),)),
    }


def as_draws(point: Point) -> Draws:
    """Return draws of points, (chain, draw, ...), as the fast route stores them."""
    scale, theta = np.exp(np.asarray(point["u"])), np.asarray(point["theta"])
    return {"scale": scale.astype(np.float32), "theta": theta.astype(np.float32)}
