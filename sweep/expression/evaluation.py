"""Evaluation: an expression on a table: one bool per row.

Each column is reduced to its distinct values first: a condition is decided once per value and then
spread to the rows. That is exact (values are compared as the text that was written, or as the
numbers and dates which that text says), and fast, for survey columns have few values and many rows.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sweep.errors import DataError
from sweep.expression.days import is_day
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
from sweep.expression.values import (
    DATES,
    NUMBERS,
    TEXT,
    TRUTH,
    Distinct,
    distinct_of,
    moment_of,
    moments_of,
    on_clock_of,
)
from sweep.words.names import nearest_name
from sweep.words.numbers import count_of
from sweep.words.telling import Tell, tell_nobody
from sweep.words.text import fold
from sweep.words.values import brief, clip_name, few

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["evaluate"]

# Aliases are evaluated late: neither NumPy nor pandas is imported to read a config.
type Rows = NDArray[np.bool_]
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
EQUALITY = ("==", "!=")


def evaluate(expression: Expression, table: Table, tell: Tell = tell_nobody) -> Rows:
    """Return where a condition holds, one bool per row.

    A comparison with a missing value is false, ``!=`` and ``not in`` included; only ``is null`` is
    true for it. ``not`` negates the outcome: ``not (x == 1)`` holds where x is missing, ``x != 1``
    does not. A number is compared with the values that are numbers; of others it is false, and they
    are told; so is a text that no row holds.

    Raises
    ------
    DataError
        If a column does not exist, or holds values that the literal cannot be compared with.
    """
    import numpy as np

    match expression:
        case And(terms):
            return np.all([evaluate(term, table, tell) for term in terms], axis=0)
        case Or(terms):
            return np.any([evaluate(term, table, tell) for term in terms], axis=0)
        case Not(term):
            return np.logical_not(evaluate(term, table, tell))
        case Missing(name, negated):
            missing = _column(table, name, expression).isna().to_numpy(dtype=np.bool_)
            return np.logical_not(missing) if negated else missing
        case Membership() | Comparison():
            return _test(expression, table, tell)


def _test(expression: Membership | Comparison, table: Table, tell: Tell) -> Rows:
    """Return where a column is one of some values, or compares with a value or a column."""
    import numpy as np

    held = _distinct(table, expression.column, expression)
    if isinstance(expression, Membership):
        values = expression.values
        equal = np.any([_against(expression, held, "==", v, tell) for v in values], axis=0)
        return np.logical_not(equal) & (held.codes >= 0) if expression.negated else equal
    if isinstance(expression.value, Column):
        return _columnwise(expression, held, _distinct(table, expression.value.name, expression))
    return _against(expression, held, expression.operator, expression.value, tell)


def _distinct(table: Table, name: str, expression: Expression) -> Distinct:
    return distinct_of(_column(table, name, expression), name)


def _column(table: Table, name: str, expression: Expression) -> Series:
    if name in table:
        return table[name]
    names = [str(known) for known in table]
    near = nearest_name(name, names)
    hint = f"there are {few(names, clip_name)}" if near is None else f"did you mean {near!r}?"
    message = f"no column {name!r} for the expression {normalise(expression)!r}: {hint}"
    raise DataError(message)


def _against(
    expression: Expression, held: Distinct, sign: str, literal: Scalar, tell: Tell
) -> Rows:
    """Return where a column compares with a literal as the sign says."""
    if isinstance(literal, bool) or (held.holds() == TRUTH and literal in {0, 1}):
        return _against_truth(expression, held, sign, literal)
    if isinstance(literal, str):
        return _against_text(expression, held, sign, fold(literal), tell)
    return _against_number(expression, held, sign, literal, tell)


def _against_truth(expression: Expression, held: Distinct, sign: str, literal: Scalar) -> Rows:
    if held.holds() not in {TRUTH, None} or sign not in EQUALITY:
        raise _incomparable(expression, held, literal)
    compare = COMPARE[sign]
    return held.spread([compare(text == "true", bool(literal)) for text in held.texts])


def _against_number(
    expression: Expression, held: Distinct, sign: str, literal: float, tell: Tell
) -> Rows:
    numbers = held.numbers()
    other = [t for t, number in zip(held.texts, numbers, strict=True) if number is None]
    if other and len(other) == len(numbers):
        raise _incomparable(expression, held, literal)
    if other:
        rows = count_of(held.count(lambda text: text in other), "row")
        tell(
            f"{normalise(expression)!r}: column {held.name!r} holds no number in {rows} "
            f"({few(other)}); there it does not hold"
        )
    compare = COMPARE[sign]
    return held.spread([n is not None and compare(n, literal) for n in numbers])


def _against_text(
    expression: Expression, held: Distinct, sign: str, literal: str, tell: Tell
) -> Rows:
    compare = COMPARE[sign]
    if is_day(literal) and (day := moment_of(literal)) is not None and held.has_times():
        moments = moments_of(held.name, held.moments())
        return held.spread([compare(own.date(), day.date()) for own in moments])
    if sign in EQUALITY:
        if held.texts and literal not in held.texts:
            near = nearest_name(literal, list(held.texts))
            hint = few(list(held.texts)) if near is None else repr(near)
            tell(
                f"{normalise(expression)!r}: no {held.name!r} is {brief(literal)}; there is {hint}"
            )
        return held.spread([compare(text, literal) for text in held.texts])
    moment = moment_of(literal)
    if held.holds() not in {DATES, None} or moment is None:
        raise _incomparable(expression, held, literal)
    own_moments = held.moments()
    moment = on_clock_of(held.name, own_moments, moment)
    return held.spread([compare(own, moment) for own in own_moments])


def _columnwise(expression: Comparison, left: Distinct, right: Distinct) -> Rows:
    """Compare two columns row by row, where both have a value."""
    import numpy as np

    first, second = left.holds(), right.holds()
    ordering = expression.operator not in EQUALITY
    orderless = ordering and bool({first, second} & {TEXT, TRUTH})
    if first and second and (orderless or first != second):
        message = (
            f"cannot evaluate {normalise(expression)!r}: column {left.name!r} holds {first}, "
            f"column {right.name!r} holds {second}"
        )
        raise DataError(message)
    ours, theirs = _ranks(left, right, first)
    known = np.flatnonzero((left.codes >= 0) & (right.codes >= 0))
    compare = COMPARE[expression.operator]
    holds = np.zeros(len(left.codes), dtype=np.bool_)
    pairs = zip(left.codes[known], right.codes[known], strict=True)
    holds[known] = [bool(compare(ours[i], theirs[j])) for i, j in pairs]
    return holds


def _ranks(
    left: Distinct, right: Distinct, kind: str | None
) -> tuple[Sequence[Any], Sequence[Any]]:
    """Return the distinct values of two columns of one kind as what compares."""
    if kind == NUMBERS:
        return left.numbers(), right.numbers()
    if kind != DATES:
        return left.texts, right.texts
    both = moments_of(left.name, [*left.moments(), *right.moments()])
    return both[: len(left.texts)], both[len(left.texts) :]


def _incomparable(expression: Expression, held: Distinct, literal: Scalar) -> DataError:
    """Return the error for a literal that says nothing of a column."""
    kind = held.holds()
    is_text = isinstance(literal, str)
    way = ""
    if is_text and kind == NUMBERS and moment_of(str(literal)) is None:
        way = ": write the number without quotes"
    elif is_text and kind == TEXT and moment_of(str(literal)) and (odd := held.no_moments()):
        shown = few([f"{brief(text)} ({count_of(n, 'row')})" for text, n in odd.items()], str)
        return DataError(
            f"cannot evaluate {normalise(expression)!r}: column {held.name!r} holds dates, but for "
            f"{shown}: name them in missing_values, or correct them"
        )
    elif is_text and kind == TEXT:
        way = ": text has no order; declare the variable's levels, or name those meant with 'in'"
    return DataError(
        f"cannot evaluate {normalise(expression)!r}: column {held.name!r} holds {kind}, such as "
        f"{brief(held.texts[0])}, and {literal!r} is {_kind_of(literal)}{way}"
    )


def _kind_of(literal: Scalar) -> str:
    if isinstance(literal, bool):
        return "true or false"
    return "text" if isinstance(literal, str) else "a number"
