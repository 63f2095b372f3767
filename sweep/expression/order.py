"""Order: comparisons of ordered levels, such as ``age_band >= '35-54'``, in terms of membership."""

from collections.abc import Mapping, Sequence

from sweep.errors import DataError
from sweep.expression.evaluation import COMPARE, EQUALITY
from sweep.expression.tree import And, Comparison, Expression, Membership, Not, Or, normalise
from sweep.words.names import did_you_mean
from sweep.words.values import few

__all__ = ["by_levels"]

type Orders = Mapping[str, Sequence[str]]
"""The levels of variables whose levels have an order, from the first to the last."""


def by_levels(expression: Expression, orders: Orders) -> Expression:
    """Return the condition with each order of levels as the levels that it means.

    Raises
    ------
    DataError
        If the level compared with is not one of the variable's.
    """
    match expression:
        case And(terms):
            return And(tuple(by_levels(term, orders) for term in terms))
        case Or(terms):
            return Or(tuple(by_levels(term, orders) for term in terms))
        case Not(term):
            return Not(by_levels(term, orders))
        case Comparison(column, sign, str(level)) if column in orders and sign not in EQUALITY:
            return Membership(column, levels_meant(expression, orders[column], sign, level))
    return expression


def levels_meant(
    expression: Expression, levels: Sequence[str], sign: str, level: str
) -> tuple[str, ...]:
    """Return the levels that stand in an order to one of them."""
    if level not in levels:
        guess = did_you_mean(level, list(levels))
        msg = f"cannot evaluate {normalise(expression)!r}: {level!r} is no level.{guess} "
        msg += f"Levels: {few(levels)}"
        raise DataError(msg)
    place = list(levels).index(level)
    meant = tuple(own for k, own in enumerate(levels) if COMPARE[sign](k, place))
    if not meant:
        msg = f"cannot evaluate {normalise(expression)!r}: no level is {sign} {level!r}"
        raise DataError(msg)
    return meant
