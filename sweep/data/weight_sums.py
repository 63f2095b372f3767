"""Weight sums: what the respondents' weights have to do with their answers, summed by cell.

From these sums answers minus any cell probabilities can be regressed on the logarithm of the
weight, without a respondent being looked at again. Weights of zero have no logarithm: such
respondents are left out, and how many there are is the difference to the cell's n.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SUMS", "LogWeights", "WeightSums", "log_weights", "vary", "weight_sums"]

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

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


@dataclass(frozen=True)
class LogWeights:
    """What is summed of each respondent's weight (respondent,): nothing where it is zero.

    ``one`` is 1 where there is a weight, None if there is everywhere.
    """

    one: Floats | None
    log: Floats
    log2: Floats
    w2: Floats

    def sums(self, places: Places, of_yes: Places, rows: int) -> Floats:
        """Return the sums (row, sum), in the order of `SUMS`, of respondents in so many rows.

        ``places`` (respondent,) are the rows of those who count, ``of_yes`` of those who said yes;
        whoever does not is in a row beyond the last.
        """
        summed = (
            (places, self.one),
            (of_yes, self.one),
            (places, self.log),
            (places, self.log2),
            (of_yes, self.log),
            (places, self.w2),
        )
        made = np.empty((rows, len(summed)))
        for k, (at, amount) in enumerate(summed):
            made[:, k] = np.bincount(at, amount, rows + 1)[:rows]
        return made


def log_weights(weight: Floats) -> LogWeights:
    """Return what is summed of weights (respondent,)."""
    there = weight > 0
    log = np.log(weight, out=np.zeros(len(weight)), where=there)
    return LogWeights(None if there.all() else there.astype(float), log, log**2, weight**2)


def weight_sums(place: Places, yes: Floats, weight: Floats, rows: int) -> Floats:
    """Return the sums (row, sum), in the order of `SUMS`, of respondents in so many rows.

    ``place``, ``yes`` and ``weight`` are each respondent's row, answer and weight.
    """
    return log_weights(weight).sums(place, np.where(yes > 0, place, rows), rows)
