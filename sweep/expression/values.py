"""Values: a column's distinct values, and what they can be compared with.

A column holds text, whatever its file's format stores. What it holds besides (numbers, true and
false, dates) is what all its distinct values can be read as.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sweep.errors import DataError
from sweep.words.text import NUMBER, text_of
from sweep.words.values import brief

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["DATE", "DATES", "NUMBERS", "TEXT", "TRUTH", "Distinct", "distinct_of"]

# Aliases are evaluated late: neither NumPy nor pandas is imported to read a config.
type Rows = NDArray[np.bool_]
type Codes = NDArray[np.intp]
type Series = pd.Series[Any]
type Number = int | float

DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?")
DAY = len("2026-01-31")
NUMBERS, TRUTH, DATES, TEXT = "numbers", "true or false", "dates", "text"


@dataclass(frozen=True)
class Distinct:
    """A column by its distinct values: each row's code, -1 where missing, and their texts."""

    name: str
    codes: Codes
    texts: Sequence[str]

    def holds(self) -> str | None:
        """Return what a column holds, None when every value is missing."""
        if not self.texts:
            return None
        if all(text in ("true", "false") for text in self.texts):
            return TRUTH
        if all(NUMBER.fullmatch(text) for text in self.texts):
            return NUMBERS
        return DATES if all(map(moment_of, self.texts)) else TEXT

    def numbers(self) -> list[Number | None]:
        """Return each distinct value as a number, None where it is none."""
        return [exact_number(text) for text in self.texts]

    def moments(self) -> list[datetime]:
        """Return each distinct value as a moment: they all are dates."""
        return [moment for text in self.texts if (moment := moment_of(text)) is not None]

    def has_times(self) -> bool:
        """Return whether it holds dates, and some of them with a time of day."""
        return any(len(text) > DAY for text in self.texts) and self.holds() == DATES

    def no_moments(self) -> dict[str, int]:
        """Return what is no date in a column that holds dates for the most part, with counts."""
        odd = {text: n for text, n in self.often().items() if moment_of(text) is None}
        return odd if 2 * sum(odd.values()) < sum(self.often().values()) else {}

    def spread(self, holds: Sequence[bool]) -> Rows:
        """Return each row's answer from that of its value; missing is false."""
        import numpy as np

        # The appended False is what code -1, missing, picks.
        return np.array([*holds, False], dtype=np.bool_)[self.codes]

    def often(self) -> dict[str, int]:
        """Return in how many rows each distinct value stands."""
        import numpy as np

        times = np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))
        return {text: n for text, n in zip(self.texts, times.tolist(), strict=True) if n}

    def count(self, holds: Callable[[str], bool]) -> int:
        """Return how many rows hold a value for which something is true."""
        return int(self.spread([holds(text) for text in self.texts]).sum())


def distinct_of(series: Series, name: str) -> Distinct:
    """Return a column by its distinct values.

    Raises
    ------
    DataError
        If it holds lists, records or bytes.
    """
    import pandas as pd

    try:
        codes, values = pd.factorize(series)
        texts = [text_of(value.item() if hasattr(value, "item") else value) for value in values]
    except TypeError as error:
        msg = (
            f"column {name!r} holds values such as lists or records: an expression compares text, "
            f"numbers or true/false ({error})"
        )
        raise DataError(msg) from None
    if None in texts:  # a blank text is missing
        kept = [text for text in texts if text is not None]
        place = {text: k for k, text in enumerate(kept)}
        import numpy as np

        codes = np.array([-1 if t is None else place[t] for t in texts] + [-1])[codes]
        return Distinct(name, codes, kept)
    return Distinct(name, codes, [text for text in texts if text is not None])


def exact_number(text: str) -> Number | None:
    """Return the number that a text writes; integers to the last digit."""
    found = NUMBER.fullmatch(text)
    if found is None:
        return None
    return int(text) if found[2] is None and found[3] is None else float(text)


def moment_of(text: str) -> datetime | None:
    """Return the moment that an ISO date, or date and time, names; None for other text."""
    if not DATE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def moments_of(name: str, moments: Sequence[datetime]) -> Sequence[datetime]:
    """Return moments that can be compared with one another.

    Raises
    ------
    DataError
        If some name a time zone and others do not.
    """
    zoned = [moment.tzinfo is not None for moment in moments]
    if any(zoned) and not all(zoned):
        odd = moments[zoned.index(True)].isoformat()
        msg = f"column {name!r}: some times have a zone ({brief(odd)}) and others have none"
        raise DataError(msg)
    return moments


def on_clock_of(name: str, moments: Sequence[datetime], literal: datetime) -> datetime:
    """Return a condition's moment as it compares with a column's, on the one clock that these have.

    Raises
    ------
    DataError
        If some have a zone and others none, or the condition names a zone and they do not, or it
        names none and they have several.
    """
    clocks = {moment.utcoffset() for moment in moments_of(name, moments)}
    zoned = literal.tzinfo is not None
    if not clocks or zoned == (None not in clocks):
        return literal
    if zoned:
        msg = f"column {name!r}: its times have no zone, and {literal.isoformat()!r} has one: "
        raise DataError(msg + "write it without")
    if len(clocks) > 1:
        msg = f"column {name!r}: its times have {len(clocks)} zones, and {literal.isoformat()!r} "
        raise DataError(msg + f"has none: write the one that is meant: '{literal.isoformat()}Z'")
    return literal.replace(tzinfo=moments[0].tzinfo)
