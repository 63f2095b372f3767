"""Seen: what conditions see of a table, wherever they stand: filter, base, universe, cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.rules import Orders
from sweep.expression import Expression, decide, evaluate, parse
from sweep.expression.order import by_levels
from sweep.words.telling import Tell, tell_nobody

__all__ = ["Seen"]

type Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Seen:
    """Values (row,) by the name that conditions call them, and the levels that have an order."""

    values: Mapping[str, pd.Series]
    orders: Orders = field(default_factory=dict)

    def expression(self, condition: str) -> Expression:
        """Return a condition; an order of declared levels is put as those levels.

        Raises
        ------
        DataError
            If it compares with what is no level.
        """
        return by_levels(parse(condition), self.orders)

    def holds(self, condition: str, tell: Tell = tell_nobody) -> Rows:
        """Return where a condition holds (row,); raises as `sweep.expression.evaluate`."""
        return evaluate(self.expression(condition), self.values, tell)

    def decided(self, condition: str) -> tuple[Rows, Rows]:
        """Return where a condition is certainly true (row,), and where certainly false."""
        return decide(self.expression(condition), self.values)
