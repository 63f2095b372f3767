"""Codebook: what a file says of its own columns: labels, values it calls missing, response sets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sweep.words.text import number_of

__all__ = ["Codebook", "ColumnBook", "ResponseSet"]


@dataclass(frozen=True)
class ColumnBook:
    """What a file says of one column.

    ``values`` are labels by code, in the file's order; codes are text, as `sweep.words.text` writes
    them. ``missing`` are the codes that the file itself calls missing, ``missing_ranges`` the same
    from a number to a number, ends included.
    """

    label: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    missing_ranges: tuple[tuple[float, float], ...] = ()

    def calls_missing(self, code: str) -> bool:
        """Return whether the file says of a code that nothing was said."""
        if code in self.missing:
            return True
        number = number_of(code) if self.missing_ranges else None
        return number is not None and any(
            low <= number <= high for low, high in self.missing_ranges
        )


@dataclass(frozen=True)
class ResponseSet:
    """Columns that are one question with several answers.

    Of a ``dichotomy`` each column is an option, chosen where it holds ``counted``; of a
    ``category`` each column holds one of the options chosen.
    """

    name: str
    label: str | None
    kind: Literal["dichotomy", "category"]
    columns: tuple[str, ...]
    counted: str | None = None


@dataclass(frozen=True)
class Codebook:
    """What a file says of its columns, and of those that belong together.

    ``weight`` and ``serial`` are the columns that the file calls its weights and its respondents'
    numbers; nothing is weighted by them unless a config says so.
    """

    columns: Mapping[str, ColumnBook] = field(default_factory=dict)
    sets: Mapping[str, ResponseSet] = field(default_factory=dict)
    weight: str | None = None
    serial: str | None = None

    def of(self, column: str) -> ColumnBook:
        """Return what is known of a column; nothing, where the file does not say."""
        return self.columns.get(column, ColumnBook())
