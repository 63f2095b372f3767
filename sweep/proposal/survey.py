"""Survey: what a survey's file holds, column by column, as a proposal looks at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.codebook import Codebook, ColumnBook
from sweep.data.columns import codes_of, how_often, texts_of
from sweep.sources.source import Source
from sweep.sources.tables import TextTable, book_of, read_text_table
from sweep.words.text import number_of

__all__ = ["Column", "SurveyFile", "look_at"]


@dataclass(frozen=True)
class Column:
    """One column: its values as folded text, and what the file says of it.

    ``counts`` are the answers in the order of their codes, numbers or frequency; ``gone``
    are values that are read as missing. ``shared`` is whether two codes have one label.
    """

    name: str
    place: int
    values: pd.Series
    book: ColumnBook
    counts: Mapping[str, int]
    gone: Mapping[str, int]
    shared: bool = False

    @property
    def label(self) -> str | None:
        """Return what the file calls it, if that says more than its name."""
        label = self.book.label
        return label if label and label.casefold() != self.name.casefold() else None

    @property
    def answered(self) -> int:
        """Return how many rows hold a value."""
        return sum(self.counts.values())

    @property
    def blank(self) -> int:
        """Return how many rows hold nothing at all."""
        return len(self.values) - self.answered - sum(self.gone.values())

    @cached_property
    def codes(self) -> NDArray[np.intp]:
        """Return each row's place (row,) among the answers of ``counts``, -1 where it has none."""
        places = {text: place for place, text in enumerate(self.counts)}
        own = np.array([*(places.get(text, -1) for text in texts_of(self.values)), -1], np.intp)
        made: NDArray[np.intp] = own[codes_of(self.values)]
        return made

    @cached_property
    def there(self) -> NDArray[np.bool_]:
        """Return which rows (row,) hold a value."""
        return np.asarray(self.codes >= 0)

    @cached_property
    def numbers(self) -> dict[str, float]:
        """Return the answers that are plain numbers."""
        found = {text: number_of(text) for text in self.counts}
        return {text: number for text, number in found.items() if number is not None}


@dataclass(frozen=True)
class SurveyFile:
    """A survey's file: its columns in order, and what it says of them together.

    ``refused`` are columns that hold no single values, with what they hold.
    """

    source: Source
    columns: Mapping[str, Column]
    book: Codebook
    people: int
    notes: tuple[str, ...]
    refused: Mapping[str, str]


def look_at(source: Source) -> SurveyFile:
    """Read all of a survey's file.

    Raises
    ------
    DataError
        If it cannot be read, or holds no columns.
    """
    book = book_of(source)
    table = read_text_table(source, list(source.columns))
    columns = {
        name: column_of(name, place, table, book)
        for place, name in enumerate(source.columns)
        if name in table.rows
    }
    return SurveyFile(source, columns, book, len(table.rows), table.notes, table.refused)


def column_of(name: str, place: int, table: TextTable, book: Codebook) -> Column:
    """Return one column of a table that was read."""
    own, values = book.of(name), table.rows[name]
    often = how_often(values)
    gone = {own.values.get(text, text): n for text, n in table.read.missing.get(name, {}).items()}
    return Column(name, place, values, own, in_order(often, own), gone, name in table.shared)


def in_order(often: Mapping[str, int], book: ColumnBook) -> dict[str, int]:
    """Return answers in the order of their codes or numbers; of other text, the frequent first."""
    codes = {label: number_of(code) for code, label in book.values.items()}
    places = {label: place for place, label in enumerate(book.values.values())}

    def key(text: str) -> tuple[bool, float, int, int, str]:
        number = codes.get(text, number_of(text))
        place = places.get(text, len(places))
        return (number is None, number or 0.0, place, -often[text], text)

    return {text: often[text] for text in sorted(often, key=key)}
