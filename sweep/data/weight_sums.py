"""Weight sums: what the respondents' weights have to do with their answers, summed by cell.

From these sums answers minus any cell probabilities can be regressed on the logarithm of the
weight, without a respondent being looked at again. Weights of zero have no logarithm: such
respondents are left out, and how many there are is the difference to the cell's n.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SUMS", "WeightSums", "vary", "weight_sums"]

Floats = NDArray[np.float64]

SUMS = ("n", "y", "log", "log2", "y_log", "w2")


@dataclass(frozen=True)
class WeightSums:
    """Sums (cell,) over the respondents of positive weight w, with answers y of 0 or 1.

    ``n`` and ``y`` count them and their successes, ``log`` and ``log2`` sum log w and its square,
    ``y_log`` sums y log w, ``w2`` squares of weights, ``w`` weights.
    """

    n: Floats
    y: Floats
    log: Floats
    log2: Floats
    y_log: Floats
    w2: Floats
    w: Floats

    @classmethod
    def from_rows(
        cls, stored: Floats, w: Floats, cell: NDArray[np.integer], cells: int
    ) -> "WeightSums":
        """Return the sums of so many cells from stored ones (row, sum) and weights (row,).

        ``cell`` (row,) is the place of each row's cell.
        """
        columns = (*stored.T, w)
        return cls(*(np.bincount(cell, column, cells).astype(np.float64) for column in columns))


def vary(weight: Floats) -> bool:
    """Return whether weights (respondent,) say anything: constant ones correct for nothing."""
    return bool(len(weight)) and bool(np.any(weight != weight[0]))


def weight_sums(place: NDArray[np.intp], yes: Floats, weight: Floats, rows: int) -> Floats:
    """Return the sums (row, sum), in the order of `SUMS`, of respondents in so many rows.

    ``place``, ``yes`` and ``weight`` are each respondent's row, answer and weight.
    """
    there = weight > 0
    row, y, w = place[there], yes[there], weight[there]
    log = np.log(w)
    amounts = (np.ones(len(w)), y, log, log**2, y * log, w**2)
    return np.stack([np.bincount(row, a, rows) for a in amounts], axis=1).astype(np.float64)
