"""Tree: what an expression can say, its columns, and its one canonical text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sweep.errors import UsageError

__all__ = [
    "BARE",
    "KEYWORDS",
    "And",
    "Column",
    "Comparison",
    "Expression",
    "ExpressionError",
    "Membership",
    "Missing",
    "Not",
    "Or",
    "Scalar",
    "columns",
    "normalise",
]

type Scalar = str | int | float | bool
type Expression = Comparison | Membership | Missing | Not | And | Or

KEYWORDS = frozenset({"and", "or", "not", "in", "is", "null", "true", "false"})
BARE = re.compile(r"[^\W\d][\w.]*")


class ExpressionError(UsageError):
    """A text is not an expression; ``position`` is the index of the character where it fails."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message, position)
        self.message = message
        self.position = position

    def __str__(self) -> str:
        return f"{self.message} (character {self.position + 1})"


@dataclass(frozen=True, slots=True)
class Column:
    """A column on the right of a comparison."""

    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """``column operator value``; false where either side is missing, also for ``!=``."""

    column: str
    operator: str
    value: Scalar | Column


@dataclass(frozen=True, slots=True)
class Membership:
    """``column in [values]``, or ``not in``; false where the column is missing, in both."""

    column: str
    values: tuple[Scalar, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """``column is null``, or ``is not null``."""

    column: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """True exactly where ``term`` is false: also where a comparison in it met a missing value."""

    term: Expression


@dataclass(frozen=True, slots=True)
class And:
    """All terms hold."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one term holds."""

    terms: tuple[Expression, ...]


def columns(expression: Expression) -> frozenset[str]:
    """Return the names of the columns that an expression reads."""
    return frozenset(_columns(expression))


def _columns(expression: Expression) -> Iterator[str]:
    match expression:
        case And(terms) | Or(terms):
            for term in terms:
                yield from _columns(term)
        case Not(term):
            yield from _columns(term)
        case _:
            yield expression.column
            if isinstance(expression, Comparison) and isinstance(expression.value, Column):
                yield expression.value.name


def literals(expression: Expression) -> Iterator[tuple[str, Scalar]]:
    """Yield each value that a column is said to equal, or not to, with the column's name."""
    match expression:
        case And(terms) | Or(terms):
            for term in terms:
                yield from literals(term)
        case Not(term):
            yield from literals(term)
        case Membership(column, values):
            yield from ((column, value) for value in values)
        case Comparison(column, "==" | "!=", value) if not isinstance(value, Column):
            yield column, value
        case _:
            return


def normalise(expression: Expression) -> str:
    """Return the canonical text: spacing, quotes and spare parentheses are gone.

    ``parse(normalise(e)) == e`` for every parsed ``e``. Keys are made from this text, so that two
    ways to write one condition share their results.
    """
    match expression:
        case Comparison(column, operator, value):
            return f"{_name(column)} {operator} {_value(value)}"
        case Membership(column, values, negated):
            word = "not in" if negated else "in"
            return f"{_name(column)} {word} [{', '.join(map(_value, values))}]"
        case Missing(column, negated):
            return f"{_name(column)} is {'not ' if negated else ''}null"
        case Not(term):
            return f"not {_grouped(term, And, Or)}"
        case And(terms):
            return " and ".join(_grouped(term, Or) for term in terms)
        case Or(terms):
            return " or ".join(normalise(term) for term in terms)


def _grouped(term: Expression, *kinds: type[And] | type[Or]) -> str:
    text = normalise(term)
    return f"({text})" if isinstance(term, kinds) else text


def _name(name: str) -> str:
    if BARE.fullmatch(name) and name.lower() not in KEYWORDS:
        return name
    return "`" + name.replace("`", "``") + "`"


def _value(value: Scalar | Column) -> str:
    if isinstance(value, Column):
        return _name(value.name)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)
