"""Strata: the respondents by all that tells them apart, numbered once for all outcomes.

A stratum is a combination of cell and further variables that occurs. What an outcome counts is then
a sum over respondents by one number, whatever their count, and nothing is sorted again.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sweep.data.cells import occurring_combinations
from sweep.data.respondents import Respondents
from sweep.data.weight_sums import LogWeights, log_weights, vary

__all__ = ["Strata", "strata_of"]

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Strata:
    """Who is in which stratum: ``place`` and ``weight`` (respondent,).

    ``cell`` (stratum,) and ``codes`` (stratum, variable) say which stratum it is, in C order.
    """

    place: Places
    weight: Floats
    cell: NDArray[np.int64]
    codes: NDArray[np.int32]

    def __len__(self) -> int:
        """Return the number of strata."""
        return len(self.cell)

    @cached_property
    def logs(self) -> LogWeights | None:
        """Return the logarithms of the weights, None if the weights say nothing."""
        return log_weights(self.weight) if vary(self.weight) else None

    def places(self, who: NDArray[np.bool_]) -> Places:
        """Return the stratum (respondent,) of some respondents; the others' is one past the last.

        Sums by these places add up what they would if the others were left out, in the same order.
        """
        return self.place if who.all() else np.where(who, self.place, len(self))

    def total(self, places: Places, amount: Floats | None = None) -> Floats:
        """Return the sum (stratum,) of an amount (respondent,), or the number of respondents."""
        sums = np.bincount(places, amount, len(self) + 1)
        return sums[: len(self)].astype(np.float64, copy=False)


def strata_of(people: Respondents) -> Strata:
    """Return the strata of some respondents."""
    first, place = occurring_combinations([people.cell, *people.codes.T], len(people.cell))
    return Strata(place, people.weight, people.cell[first], people.codes[first])
