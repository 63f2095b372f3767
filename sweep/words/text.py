"""Text: what was written, in the one form in which values are compared.

A level or an answer is text, whatever the file's format stores it as: 1, 1.0 and "1" are one, and
so are two spellings that look alike. The folded form is what tables and reports show.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

__all__ = ["NUMBER", "fold", "number_of", "text_of"]

NUMBER = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d*)?([eE][+-]?\d+)?")
"""A plain number: ``007`` and ``1,000`` are text."""

EXACT = 2.0**53  # below this every whole float is one integer
UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # soft hyphen, zero-width, BOM
JOINERS = "\u200c\u200d"  # inside a word of Persian or Hindi, or an emoji, they are letters


def fold(text: str) -> str:
    """Return a text as values are compared: in NFC, without what nobody sees, blanks made single.

    Case stays, and so does what is written between words.
    """
    if text.isascii():
        return text.strip() if text.isprintable() and "  " not in text else " ".join(text.split())
    seen = unicodedata.normalize("NFC", text).translate(UNSEEN)
    words = (word.strip(JOINERS) for word in seen.split())
    return " ".join(word for word in words if word)


def text_of(value: object) -> str | None:
    """Return a value of any file as folded text, None where nothing is written.

    Whole floats are written as integers, truth values as ``true`` and ``false``, dates in ISO form
    and a time of midnight as its date.

    Raises
    ------
    TypeError
        If it is no single value: a list, a record, bytes.
    """
    if value is None:
        return None
    written = next((write for kind, write in WRITTEN if isinstance(value, kind)), None)
    if written is None:
        msg = f"a {type(value).__name__} is not text, a number, true or false, or a date"
        raise TypeError(msg)
    return written(value)


def text_of_float(value: float) -> str | None:
    """Return a float as text, the shortest that reads as it; no number is missing."""
    if math.isnan(value):
        return None
    return str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)


def text_of_decimal(value: Decimal) -> str | None:
    """Return a decimal as text, every digit kept; a whole one as an integer."""
    if value.is_nan():
        return None
    whole = value.is_finite() and value == value.to_integral_value()
    return str(int(value)) if whole else str(value)


def number_of(text: str) -> float | None:
    """Return the number that a text writes, None if it is not a plain one."""
    return float(text) if NUMBER.fullmatch(text) else None


def text_of_moment(value: datetime) -> str:
    """Return a date with a time as ISO text; midnight without a zone is the date alone."""
    midnight = value.time() == time() and value.tzinfo is None
    return (value.date() if midnight else value).isoformat()


WRITTEN: tuple[tuple[type, Callable[[Any], str | None]], ...] = (
    (str, lambda text: fold(text) or None),
    (bool, lambda value: "true" if value else "false"),
    (int, str),
    (float, text_of_float),
    (Decimal, text_of_decimal),
    (datetime, text_of_moment),
    (date, date.isoformat),
    (time, time.isoformat),
)
"""How a value of each type is written; the first that fits, for truth values are integers too."""
