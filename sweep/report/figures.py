"""Figures: how numbers are written; no digit that Monte Carlo error does not support."""

import math

__all__ = ["count", "decimals", "percent", "plain", "significant"]

SPACE = "\u00a0"  # a percent sign never starts a line


def decimals(mcse: float | None) -> int:
    """Return the decimals of a percentage whose Monte Carlo standard error is ``mcse``.

    One decimal when two standard errors stay below 0.05 points, else none. None is no support.
    """
    return 1 if mcse is not None and 2 * mcse < 0.0005 else 0


def percent(value: float | None, mcse: float | None = 0.0) -> str:
    """Return a proportion as ``43.1 %``; a tiny one is ``<0.1 %``, never zero.

    Rounds half up, as the page's script does, so that both write the same text.
    """
    if value is None or math.isnan(value):
        return "–"
    digits = decimals(mcse)
    scale = 10**digits
    rounded = math.floor(100 * value * scale + 0.5) / scale
    if rounded == 0 < value:
        return f"<{1 / scale:.{digits}f}{SPACE}%"
    if rounded == 100 and value < 1:
        return f">{100 - 1 / scale:.{digits}f}{SPACE}%"
    return f"{rounded:.{digits}f}{SPACE}%"


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
