"""SQL columns: what a database driver gives, as Arrow columns that keep every digit."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa

from sweep.words.text import text_of

__all__ = ["array_of"]

MOST = 2**63  # whole numbers below it, and not below its negative, are int64
EXACT = 2**53  # whole numbers up to it are floats without loss
DIGITS = 38  # of a decimal number in Arrow
ARROW = {bool: pa.bool_(), int: pa.int64(), date: pa.date32(), time: pa.time64("us")}
SINGLE = (str, bool, int, float, Decimal, datetime, date, time, UUID)


def array_of(values: Sequence[Any]) -> tuple[pa.Array | None, str]:
    """Return a column, None if it cannot be used, and what is to be told of it.

    Numbers that no number of Arrow holds exactly become text as written, and so does a column of
    several types, which SQLite allows. Moments with a zone are in UTC. NaN and blank text are null.
    """
    values = [None if isinstance(v, str) and not v.strip() else v for v in values]
    kinds = {type(value) for value in values if value is not None}
    if strange := sorted(kind.__name__ for kind in kinds if kind not in SINGLE):
        return None, f"holds {', '.join(strange)}; choose what to read of it in the query's SELECT"
    if kinds <= {str}:
        return pa.array(values, pa.string()), ""
    if len(kinds) == 1 and (array := array_of_one_kind(kinds.pop(), values)) is not None:
        return array, ""
    if kinds == {int, float} and all(abs(v) <= EXACT for v in values if isinstance(v, int)):
        return floats(values), ""
    told = f"values of several types ({', '.join(sorted(k.__name__ for k in kinds))}) read as text"
    return texts(values), told if len(kinds) > 1 else ""


def array_of_one_kind(kind: type, values: Sequence[Any]) -> pa.Array | None:
    """Return a column of values that are of one type; None if Arrow's has no room for one."""
    known = [value for value in values if value is not None]
    if kind is Decimal:
        return decimals(values, known)
    if kind is datetime:
        return moments(values, known)
    if kind is float:
        return floats(values)
    if kind is UUID:
        return texts(values)
    odd = (kind is int and not all(-MOST <= v < MOST for v in known)) or (
        kind is time and any(v.tzinfo for v in known)
    )
    return None if odd else pa.array(values, ARROW[kind])


def floats(values: Sequence[Any]) -> pa.Array:
    """Return numbers as float64; a negative zero is zero, for the two are in no order."""
    numbers = [None if v is None or v != v else float(v) + 0.0 for v in values]  # noqa: PLR0124
    return pa.array(numbers, pa.float64())


def decimals(values: Sequence[Any], known: Sequence[Decimal]) -> pa.Array | None:
    """Return decimals that all have as many digits behind the point, None if they do not.

    345.10 among 1.5 would become 1.50: such a column is text.
    """
    exponents = {value.as_tuple().exponent for value in known}
    scale = exponents.pop()
    if exponents or not isinstance(scale, int) or scale > 0:
        return None
    if any(max(len(value.as_tuple().digits), -scale) > DIGITS for value in known):
        return None
    return pa.array(values, pa.decimal128(DIGITS, -scale))


def moments(values: Sequence[Any], known: Sequence[datetime]) -> pa.Array | None:
    """Return moments, in UTC if they have a zone; None if only some have one."""
    zoned = {value.tzinfo is not None for value in known}
    if len(zoned) > 1:
        return None
    if not zoned.pop():
        return pa.array(values, pa.timestamp("us"))
    there = [None if value is None else value.astimezone(UTC) for value in values]
    return pa.array(there, pa.timestamp("us", "UTC"))


def texts(values: Sequence[Any]) -> pa.Array:
    """Return values as the text in which the program compares them."""
    plain = (str(value) if isinstance(value, UUID) else value for value in values)
    return pa.array([text_of(value) for value in plain], pa.string())
