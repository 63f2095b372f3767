"""Prior range: what a model says of the population before it has seen an answer.

Priors stand on the logit scale, where nobody can see what they mean. Drawn and carried through the
population's cells they are a range of the total (a prior predictive check: Gelman et al., Bayesian
Workflow, 2020, section 2.4).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.data.cells import Cells, cells_of, combination
from sweep.data.frame import Frame
from sweep.model.effects import Block

__all__ = ["EXTREME", "PriorRange", "prior_range"]

Floats = NDArray[np.float64]

EXTREME = (0.01, 0.99)
"""Shares beyond which nearly nobody, or nearly everybody, says yes."""
DRAWS, CELLS = 1000, 500  # the ends are good to a per cent or two, in some 50 ms
SEED = 20


@dataclass(frozen=True)
class PriorRange:
    """The middle 90 % of the prior of the population's mean: ``lower`` to ``upper``.

    ``extreme_total`` is the prior probability that this mean is beyond `EXTREME`, ``extreme_cell``
    that a person's own cell is.
    """

    lower: float
    upper: float
    extreme_total: float
    extreme_cell: float

    @property
    def width(self) -> float:
        """Return how wide the range is."""
        return self.upper - self.lower


def prior_range(blocks: Sequence[Block], frame: Frame) -> PriorRange:
    """Return the range of a model's total in a population; the same for the same of both."""
    cells, share = some_cells(frame)
    rng = np.random.default_rng(SEED)
    eta = np.zeros((len(cells), DRAWS), np.float32)
    for block in blocks:
        number = combination(cells, block.predictors, frame.levels)
        occurring, place = np.unique(number, return_inverse=True)
        sd = np.abs(rng.normal(0, block.prior, DRAWS)) if block.scaled else block.prior
        theta = (rng.standard_normal((block.columns, DRAWS), np.float32) * sd).astype(np.float32)
        eta += product(block.basis[occurring].astype(np.float32), theta)[place]
    p = (1 / (1 + np.exp(-np.clip(eta, -80, 80)))).astype(np.float64)
    total = weighted_mean(share, p)
    low, high = np.quantile(total, [0.05, 0.95])
    return PriorRange(
        float(low),
        float(high),
        float(extreme(total).mean()),
        float(weighted_mean(share, extreme(p).astype(np.float64)).mean()),
    )


def product(basis: NDArray[np.float32], theta: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a matrix product (cell, draw), not by BLAS.

    A planner has the user's environment, in which OpenBLAS may be told of a cache so small that it
    never comes back.
    """
    made: NDArray[np.float32] = np.einsum("ck,kd->cd", basis, theta)
    return made


def weighted_mean(share: Floats, values: Floats) -> Floats:
    """Return the mean over cells (draw,) of values (cell, draw), not by BLAS: see `product`."""
    made: Floats = np.einsum("c,cd->d", share, values)
    return made


def some_cells(frame: Frame) -> tuple[Cells, Floats]:
    """Return cells of the population and their shares (cell,): all, or some hundred.

    Those are where equal steps through the people, in the order of the cells, come to stand.
    """
    index, place = np.unique(frame.cell, return_inverse=True)
    size = np.bincount(place, frame.size)
    if len(index) > CELLS:
        people = np.cumsum(size) / size.sum()
        chosen = np.searchsorted(people, (np.arange(CELLS) + 0.5) / CELLS)
        found, often = np.unique(chosen, return_counts=True)
        index, size = index[found], often.astype(np.float64)
    return cells_of(index, frame.levels), np.asarray(size / size.sum(), np.float64)


def extreme(p: Floats) -> NDArray[np.bool_]:
    """Return where a share is beyond `EXTREME`."""
    return (p < EXTREME[0]) | (p > EXTREME[1])
