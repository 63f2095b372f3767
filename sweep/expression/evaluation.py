"""Evaluation: an expression on a table: one bool per row.

Each column is reduced to its distinct values first: a condition is decided once per value and then
spread to the rows. That is exact (values are compared as Python values, whatever the dtype), and
fast, for survey columns have few values and many rows.
"""

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sweep.errors import DataError
from sweep.expression.tree import (
    And,
    Column,
    Comparison,
    Expression,
    Membership,
    Missing,
    Not,
    Or,
    Scalar,
    normalise,
)
from sweep.words.names import nearest_name
from sweep.words.values import brief, clip_name, few

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["evaluate"]

# Aliases are evaluated late: neither NumPy nor pandas is imported to read a config.
type Rows = NDArray[np.bool_]
type Codes = NDArray[np.intp]
type Series = pd.Series[Any]
type Table = Mapping[str, Series] | pd.DataFrame

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluate(expression: Expression, table: Table) -> Rows:
    """Return where a condition holds, one bool per row.

    A comparison with a missing value is false, ``!=`` and ``not in`` included; only ``is null`` is
    true for it. ``not`` negates the outcome: ``not (x == 1)`` holds where x is missing, ``x != 1``
    does not.

    Raises
    ------
    DataError
        If a column does not exist, or holds values that the literal cannot be compared with.
    """
    import numpy as np

    match expression:
        case And(terms):
            return np.all([evaluate(term, table) for term in terms], axis=0)
        case Or(terms):
            return np.any([evaluate(term, table) for term in terms], axis=0)
        case Not(term):
            return np.logical_not(evaluate(term, table))
        case Missing(name, negated):
            missing = _column(table, name, expression).isna().to_numpy(dtype=np.bool_)
            return np.logical_not(missing) if negated else missing
        case Membership():
            return _membership(expression, table)
        case Comparison():
            return _comparison(expression, table)


def _column(table: Table, name: str, expression: Expression) -> Series:
    if name in table:
        return table[name].rename(name)  # messages name the column, whatever the series is called
    names = [str(known) for known in table]
    near = nearest_name(name, names)
    hint = f"there are {few(names, clip_name)}" if near is None else f"did you mean {near!r}?"
    message = f"no column {name!r} for the expression {normalise(expression)!r}: {hint}"
    raise DataError(message)


def _distinct(series: Series) -> tuple[Codes, list[Any]]:
    """Return each row's code, -1 where missing, and the distinct values as Python values."""
    import numpy as np
    import pandas as pd

    try:
        codes, values = pd.factorize(series)
    except TypeError:
        message = (
            f"column {series.name!r} ({series.dtype}) holds values such as lists or records: "
            "an expression compares text, numbers or true/false"
        )
        raise DataError(message) from None
    return codes, [v.item() if isinstance(v, np.generic) else v for v in values.tolist()]


def _spread(codes: Codes, holds: list[bool]) -> Rows:
    """Return each row's answer; the appended False is what code -1, missing, picks."""
    import numpy as np

    return np.array([*holds, False], dtype=np.bool_)[codes]


def _comparison(expression: Comparison, table: Table) -> Rows:
    series = _column(table, expression.column, expression)
    if isinstance(expression.value, Column):
        return _columnwise(expression, table, series)
    codes, values = _distinct(series)
    literal = expression.value
    _check_comparable(expression, series, values, (literal,))
    compare = COMPARE[expression.operator]
    return _spread(codes, [bool(compare(value, literal)) for value in values])


def _membership(expression: Membership, table: Table) -> Rows:
    series = _column(table, expression.column, expression)
    codes, values = _distinct(series)
    _check_comparable(expression, series, values, expression.values)
    wanted = set(expression.values)
    return _spread(codes, [(value in wanted) != expression.negated for value in values])


def _columnwise(expression: Comparison, table: Table, left: Series) -> Rows:
    """Compare two columns row by row, where both have a value."""
    import numpy as np

    name = expression.value.name if isinstance(expression.value, Column) else ""
    right = _column(table, name, expression)
    (left_codes, left_values), (right_codes, right_values) = _distinct(left), _distinct(right)
    first = _kind(expression, left, left_values)
    second = _kind(expression, right, right_values)
    if first and second and (first != second or _unordered(expression, first)):
        message = (
            f"cannot evaluate {normalise(expression)!r}: column {expression.column!r} "
            f"({left.dtype}) holds {first}, column {name!r} ({right.dtype}) holds {second}"
        )
        raise DataError(message)
    known = np.flatnonzero((left_codes >= 0) & (right_codes >= 0))
    compare = COMPARE[expression.operator]
    holds = np.zeros(len(left_codes), dtype=np.bool_)
    holds[known] = [
        bool(compare(left_values[i], right_values[j]))
        for i, j in zip(left_codes[known], right_codes[known], strict=True)
    ]
    return holds


def _check_comparable(
    expression: Comparison | Membership,
    series: Series,
    values: list[Any],
    literals: tuple[Scalar, ...],
) -> None:
    held = _kind(expression, series, values)
    if held is None:
        return  # nothing but missing values: every comparison is false
    for literal in literals:
        fits = _kind_of(literal) == held or (held == "true or false" and literal in {0, 1})
        if not fits or _unordered(expression, held):
            message = (
                f"cannot evaluate {normalise(expression)!r}: column {expression.column!r} "
                f"({series.dtype}) holds {held}, and {literal!r} is {_kind_of(literal)}"
            )
            raise DataError(message)


def _unordered(expression: Comparison | Membership, kind: str) -> bool:
    ordering = isinstance(expression, Comparison) and expression.operator not in {"==", "!="}
    return ordering and kind == "true or false"


def _kind(expression: Expression, series: Series, values: list[Any]) -> str | None:
    """Return what a column holds, None when every value is missing."""
    kinds = sorted({_kind_of(value) for value in values})
    if len(kinds) > 1 or "other values" in kinds:
        odd = next(value for value in values if _kind_of(value) == kinds[0])
        message = (
            f"cannot evaluate {normalise(expression)!r}: column {series.name!r} ({series.dtype}) "
            f"holds {' and '.join(kinds)}, such as {brief(odd)}: an expression compares text, "
            "numbers or true/false"
        )
        raise DataError(message)
    return kinds[0] if kinds else None


def _kind_of(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    return "a number" if isinstance(value, int | float | Decimal) else "other values"
