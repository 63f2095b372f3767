"""Decision: where a condition is certainly true, and where certainly false, missing values apart.

`evaluate` says of every row whether a condition holds, and a missing value meets none. Here it may
be anything: a condition is then undecided, unless the rest of it decides (Kleene's logic).
"""

from functools import reduce
from typing import TYPE_CHECKING

from sweep.expression.evaluation import Table, evaluate
from sweep.expression.tree import And, Expression, Missing, Not, Or, columns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["decide"]

type Rows = NDArray[np.bool_]


def decide(expression: Expression, table: "Table") -> "tuple[Rows, Rows]":
    """Return where a condition is certainly true (row,), and where certainly false.

    Raises
    ------
    DataError
        As `evaluate` does.
    """
    match expression:
        case Not(term):
            true, false = decide(term, table)
            return false, true
        case And(terms):
            parts = [decide(term, table) for term in terms]
            return reduce(_both, [t for t, _ in parts]), reduce(_either, [f for _, f in parts])
        case Or(terms):
            parts = [decide(term, table) for term in terms]
            return reduce(_either, [t for t, _ in parts]), reduce(_both, [f for _, f in parts])
    holds = evaluate(expression, table)
    if isinstance(expression, Missing):
        return holds, ~holds
    known = [table[name].notna().to_numpy(bool) for name in sorted(columns(expression))]
    return holds, reduce(_both, known) & ~holds


def _both(one: "Rows", other: "Rows") -> "Rows":
    return one & other


def _either(one: "Rows", other: "Rows") -> "Rows":
    return one | other
