"""Poststratify: turn draws of cell probabilities into draws for margins of a population.

``value[draw, group] = sum_cells weight[group, cell] p[cell, draw]``, cells in blocks: memory is
that of one block of probabilities, however large the frame. Probabilities are single precision,
sums over blocks double.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sweep.data.cells import Cells, cells_of
from sweep.data.levels import Levels
from sweep.estimates.outer_sum import OuterSum, sum_margins
from sweep.estimates.weighting import Weighting, shares

__all__ = ["Probabilities", "of_qualifiers", "poststratify"]

type Probabilities = Callable[[Cells], NDArray[np.float32]]

BLOCK = 1024  # cells per step: 8 MB of probabilities for 2,000 draws


def poststratify(
    weighting: Weighting,
    levels: Levels,
    probabilities: Probabilities,
    incidence: Probabilities | None = None,
) -> NDArray[np.float64]:
    """Return draws (draw, margin) of each margin's probability.

    ``probabilities`` gives (cell, draw) for a block of cells; so does ``incidence``, if only some
    people of each cell qualify, as many as it says. A draw is then of those who qualify in it,
    ``sum_cells weight i p / sum_cells weight i``: how many they are is uncertain too.
    """
    if isinstance(probabilities, OuterSum) and incidence is None:
        return sum_margins(weighting, levels, probabilities)
    total = people = np.zeros((1, len(weighting.margins)))
    for index, weight in blocks(weighting):
        cells = cells_of(index, levels)
        p = probabilities(cells)
        if incidence is not None:
            i = incidence(cells)
            p = p * i
            people = people + (i.T @ weight).astype(np.float64)
        total = total + (p.T @ weight).astype(np.float64)
    return total if incidence is None else total / people


def blocks(weighting: Weighting) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Yield blocks of cells, their numbers (cell,) and shares of each margin (cell, margin)."""
    by_cell = shares(weighting)
    for first in range(0, len(weighting.index), BLOCK):
        where = slice(first, first + BLOCK)
        yield weighting.index[where], by_cell[where].toarray().astype(np.float32)


def of_qualifiers(
    weighting: Weighting, levels: Levels, incidence: Probabilities | None
) -> Weighting:
    """Return the weighting of the people who qualify, as many as are expected to."""
    if incidence is None:
        return weighting
    expected = [
        incidence(cells_of(weighting.index[first : first + BLOCK], levels)).mean(
            axis=1, dtype=np.float64
        )
        for first in range(0, len(weighting.index), BLOCK)
    ]
    return replace(weighting, size=weighting.size * np.concatenate(expected)[weighting.cell])
