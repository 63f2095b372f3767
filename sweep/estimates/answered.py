"""Answered: the margins of those who answered, and the model's probabilities of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweep.data.cells import Counts, occurring_combinations
from sweep.data.levels import Levels
from sweep.estimates.poststratify import BLOCK, Probabilities
from sweep.estimates.weighting import Margin

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Blocks", "Margins", "margins_to_check", "probability_blocks"]

type Blocks = Sequence[tuple[slice, NDArray[np.float32]]]
"""Cells' places and their probabilities (cell, draw), block by block."""


@dataclass(frozen=True)
class Margins:
    """Margins of an outcome's own respondents.

    ``members`` (margin, cell) holds how many answered; ``n`` and ``y`` (margin,) those in the
    margin, and their successes.
    """

    margins: tuple[Margin, ...]
    members: "csr_array"
    n: NDArray[np.float64]
    y: NDArray[np.float64]


def margins_to_check(counts: Counts, levels: Levels, least: int) -> Margins:
    """Return every margin of a predictor or two in which at least ``least`` people answered.

    Smaller ones are withheld, and a check that named them would tell what they answered.
    """
    from scipy.sparse import csr_array

    varied = [name for name, labels in levels.items() if len(labels) > 1]
    margins: list[Margin] = []
    cells, places = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)]
    for by in [*((v,) for v in varied), *combinations(varied, 2)]:
        first, place = occurring_combinations([counts.cells[v] for v in by], len(counts.n))
        people = np.bincount(place, counts.n)
        number = np.where(people >= least, np.cumsum(people >= least) - 1 + len(margins), -1)
        inside = number[place] >= 0
        cells.append(np.flatnonzero(inside))
        places.append(number[place][inside])
        margins += [
            Margin(None, {v: levels[v][counts.cells[v][row]] for v in by})
            for row in first[people >= least]
        ]
    cell, margin = np.concatenate(cells), np.concatenate(places)
    shape = (len(margins), len(counts.n))
    members = csr_array((counts.n[cell], (margin, cell)), shape=shape)
    n = np.bincount(margin, counts.n[cell], len(margins)).astype(np.float64)
    y = np.bincount(margin, counts.y[cell], len(margins)).astype(np.float64)
    return Margins(tuple(margins), members, n, y)


def probability_blocks(counts: Counts, probabilities: Probabilities) -> Blocks:
    """Return the probabilities of the cells that were answered from, a few draws of each.

    They are held, since each check goes through them: 80 MB of 200 draws in 100,000 cells.
    """
    places = [slice(first, first + BLOCK) for first in range(0, len(counts.n), BLOCK)]
    return [(where, probabilities(counts.cells.block(where))) for where in places]
