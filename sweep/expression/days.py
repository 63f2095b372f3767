"""Days: a literal that is a day, beside times of day, means that whole day and not its midnight.

The day of a time with a zone is that on its own clock.
"""

import re
from collections.abc import Iterator

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
)

__all__ = ["is_day", "names_day"]

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def is_day(text: str) -> bool:
    """Return whether a text is written as a day without a time."""
    return DAY.fullmatch(text) is not None


def names_day(expression: Expression) -> bool:
    """Return whether a condition compares something with a day."""
    return any(isinstance(value, str) and is_day(value) for value in values_in(expression))


def values_in(expression: Expression) -> Iterator[Scalar]:
    """Yield each value that something is compared with."""
    match expression:
        case And(terms) | Or(terms):
            for term in terms:
                yield from values_in(term)
        case Not(term):
            yield from values_in(term)
        case Membership(_, values):
            yield from values
        case Comparison(_, _, value) if not isinstance(value, Column):
            yield value
        case Comparison() | Missing():
            return
