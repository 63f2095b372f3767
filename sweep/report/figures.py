"""Figures: how numbers are written; no digit that Monte Carlo error does not support.

A percentage's last digit holds if two standard errors stay below half of its unit. All rows of a
column have the same decimals, as many as hold in every row that is shown: one or none. Where not
even whole per cents hold, the number says so.
"""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal

__all__ = [
    "ERROR_DIGITS",
    "bare_percent",
    "count",
    "decimals",
    "holds",
    "mark",
    "percent",
    "plain",
    "probability",
    "rounded_share",
    "rounded_shares",
    "significant",
    "significants",
]

DASH = "–"
SPACE = "\u00a0"  # a percent sign never starts a line
ROUGH = "≈"
ERROR_DIGITS = 2  # of an error: what the page's script has
SHARE_DIGITS = 7  # of a share, likewise: four more than are ever written


def holds(error: float | None, digits: int) -> bool:
    """Return whether a percentage with some decimals holds, given its share's standard error.

    An error that is not known supports nothing.
    """
    known = None if error is None else significant(error, ERROR_DIGITS)
    return known is not None and 2 * known < 0.005 / 10**digits


def decimals(errors: Iterable[float | None]) -> int:
    """Return the decimals of a column of percentages, given the errors of the rows shown."""
    return 1 if all(holds(error, 1) for error in errors) else 0


def mark(error: float | None) -> str:
    """Return what precedes a number of which not even whole per cents hold, else nothing."""
    return "" if holds(error, 0) else ROUGH


def percent(value: float | None, digits: int = 1) -> str:
    """Return a proportion as ``43.1 %``; a tiny one is ``<0.1 %``, never zero."""
    number = bare_percent(value, digits)
    return number if number == DASH else f"{number}{SPACE}%"


def bare_percent(value: float | None, digits: int = 1) -> str:
    """Return a percentage without its sign: ``43.1``, ``<0.1``, ``>99.9``, or a dash.

    Rounds half up, and of the very number that the page's script has, so that both write the same
    text, and a terminal too.
    """
    share = None if value is None else rounded_share(value)
    if share is None:
        return DASH
    scale = 10**digits
    rounded = math.floor(100 * share * scale + 0.5) / scale
    if rounded == 0 < share:
        return f"<{1 / scale:.{digits}f}"
    if rounded == 100 and share < 1:
        return f">{100 - 1 / scale:.{digits}f}"
    return f"{rounded:.{digits}f}"


def rounded_share(value: float) -> float | int | None:
    """Return a proportion as the page's script has it; one below 1 stays below."""
    share = significant(value, SHARE_DIGITS)
    return 1 - 10.0**-SHARE_DIGITS if share == 1 and value < 1 else share


def rounded_shares(values: Sequence[float]) -> list[float | int | None]:
    """Return `rounded_share` of each of many proportions."""
    below = 1 - 10.0**-SHARE_DIGITS
    shares = significants(values, SHARE_DIGITS)
    return [below if s == 1 and v < 1 else s for s, v in zip(shares, values, strict=True)]


def probability(value: float) -> str:
    """Return the probability of an interval as the config has it: ``90 %``, ``97.5 %``."""
    return f"{(100 * Decimal(repr(value))).normalize():f}{SPACE}%"


def count(value: float | None) -> str:
    """Return a whole number with thousands separated, or a dash."""
    if value is None or math.isnan(value):
        return "–"
    return f"{value:,.0f}"


def plain(value: float | None, digits: int = 3) -> str:
    """Return a number with fixed decimals, or a dash."""
    if value is None or math.isnan(value):
        return "–"
    return f"{value:.{digits}f}"


def significant(value: float, digits: int) -> float | int | None:
    """Return a number rounded to significant digits, short in JSON; NaN is null."""
    if not math.isfinite(value):
        return None
    rounded = float(f"{value:.{digits}g}")
    return int(rounded) if rounded.is_integer() else rounded


def significants(values: Sequence[float], digits: int) -> list[float | int | None]:
    """Return `significant` of each of many numbers, all of them formatted at once."""
    texts = (f"%.{digits}g " * len(values) % tuple(values)).split()
    return [
        None if not math.isfinite(value) else int(rounded) if rounded.is_integer() else rounded
        for value, rounded in zip(values, map(float, texts), strict=True)
    ]
