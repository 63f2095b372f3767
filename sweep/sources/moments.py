"""Moments: numbers that a statistics package calls dates, as dates.

SPSS counts seconds from 14 October 1582, Stata days or milliseconds from 1 January 1960. Both keep
them as floats: a second of this century is exact to two microseconds, so that fractions are rounded
to milliseconds.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["DAY", "dates_of", "in_calendar", "moments_of", "times_of"]

DAY = 86_400  # seconds
FIRST = -719_162 * DAY  # 1 January of the year 1, in seconds from 1970
END = 2_932_897 * DAY  # 1 January of the year 10000
MICRO = 1_000_000


def in_calendar(seconds: "NDArray[np.float64]") -> bool:
    """Return whether all seconds from 1970 lie in the years 1 to 9999; NaN is no date."""
    known = seconds[~np.isnan(seconds)]
    return bool(np.all((known >= FIRST) & (known < END)))


def dates_of(seconds: "NDArray[np.float64]") -> "pa.Array":
    """Return seconds from 1970 as Arrow dates, NaN as null; a time of day is left out."""
    import pyarrow as pa

    missing = np.isnan(seconds)
    days = np.floor(np.where(missing, 0, seconds) / DAY).astype(np.int32)
    return pa.array(days, mask=missing).cast(pa.date32())


def moments_of(seconds: "NDArray[np.float64]") -> "pa.Array":
    """Return seconds from 1970 as Arrow timestamps without a zone, NaN as null."""
    import pyarrow as pa

    return pa.array(micros_of(seconds), mask=np.isnan(seconds)).cast(pa.timestamp("us"))


def times_of(seconds: "NDArray[np.float64]") -> "pa.Array | None":
    """Return seconds from midnight as Arrow times, NaN as null; None if one is no time of a day."""
    import pyarrow as pa

    known = seconds[~np.isnan(seconds)]
    micros = micros_of(seconds)
    if np.any(known < 0) or np.any(micros >= DAY * MICRO):
        return None
    return pa.array(micros, mask=np.isnan(seconds)).cast(pa.time64("us"))


def micros_of(seconds: "NDArray[np.float64]") -> "NDArray[np.int64]":
    """Return seconds as whole microseconds, rounded to milliseconds; NaN as 0."""
    known = np.where(np.isnan(seconds), 0, seconds)
    whole = np.floor(known)
    millis = np.rint((known - whole) * 1000).astype(np.int64)
    return whole.astype(np.int64) * MICRO + millis * 1000
