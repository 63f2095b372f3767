"""Tables: some columns of a source as folded text, with what is missing taken out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.answers.column import GONE
from sweep.data.codebook import Codebook, ColumnBook
from sweep.data.columns import codes_of, how_often, renamed, text_series, texts_of
from sweep.data.option_missing import says_missing
from sweep.errors import DataError
from sweep.keys import Json
from sweep.sources.question_rows import check_import_ids
from sweep.sources.reading import Reading
from sweep.sources.source import Source
from sweep.sources.text_columns import TextColumn, rows_of, text_and_spellings
from sweep.words.names import did_you_mean
from sweep.words.text import fold
from sweep.words.values import clip_name, few

__all__ = ["Read", "TextTable", "book_of", "column_names", "read_table", "read_text_table"]


@dataclass(frozen=True)
class Read:
    """What there is to say of columns that were read: by column, then by text.

    ``spellings`` are the ways in which a text was written that is written in several; ``missing``
    is how many values were read as missing.
    """

    spellings: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    missing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def of(self, columns: Collection[str]) -> "Read":
        """Return what there is to say of some of the columns."""
        return Read(
            {name: own for name, own in self.spellings.items() if name in columns},
            {name: own for name, own in self.missing.items() if name in columns},
        )

    def as_json(self) -> Json:
        """Return it as it is stored."""
        return {"spellings": self.spellings, "missing": self.missing}


@dataclass(frozen=True)
class TextTable:
    """Columns of folded text (row,), under the study's names, and what there is to say of them.

    ``refused`` says of columns that were asked for why they hold no text. ``notes`` are about the
    file. ``shared`` has by column the texts that several codes of it are labelled with, or are.
    ``coded`` are columns in which values occur that the file calls missing: their codes (row,),
    these among them. ``gone`` are columns in which values that say something are called missing, by
    the file or the study: as in ``rows``, with `sweep.data.answers.column.GONE` for these.
    """

    rows: pd.DataFrame
    refused: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    read: Read = field(default_factory=Read)
    shared: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    coded: Mapping[str, pd.Series] = field(default_factory=dict)
    gone: Mapping[str, pd.Series] = field(default_factory=dict)

    def at(self, places: NDArray[np.integer]) -> "TextTable":
        """Return the table of some rows, by their places."""

        def chosen(columns: Mapping[str, pd.Series]) -> dict[str, pd.Series]:
            return {n: own.iloc[places].reset_index(drop=True) for n, own in columns.items()}

        if len(self.rows.columns):
            rows = self.rows.iloc[places].reset_index(drop=True)
        else:  # every column is refused
            rows = pd.DataFrame(index=pd.RangeIndex(len(places)))
        return replace(self, rows=rows, coded=chosen(self.coded), gone=chosen(self.gone))


def column_names(source: Source) -> list[str]:
    """Return the names of a source's columns, as the study has them, without reading its rows.

    Raises
    ------
    DataError
        If the source cannot be read, or renaming makes two columns of one name.
    """
    return list(old_names(source))


def old_names(source: Source) -> dict[str, str]:
    """Return what the file calls each column, by the study's name; raises as `column_names`."""
    old: dict[str, str] = {}
    for name in source.columns:
        new = source.study_name(name)
        if new and new in old:
            msg = f"{source}: columns {old[new]!r} and {name!r} would both be called {new!r}"
            raise DataError(msg)
        old[new] = name
    return old


def book_of(source: Source) -> Codebook:
    """Return what a source says of its columns, under the study's names, without its rows.

    Labels and codes are folded, as values are.
    """
    book = source.codebook
    columns = {source.study_name(name): folded(column) for name, column in book.columns.items()}
    sets = {
        name: replace(own, columns=tuple(map(source.study_name, own.columns)))
        for name, own in book.sets.items()
    }
    return replace(book, columns=columns, sets=sets)


def folded(book: ColumnBook) -> ColumnBook:
    """Return a column's book with its labels as values are compared."""
    return replace(book, values={fold(code): fold(label) for code, label in book.values.items()})


def read_table(source: Source, wanted: Collection[str]) -> pd.DataFrame:
    """Return some columns of a source as folded text.

    Raises
    ------
    DataError
        If it cannot be read, lacks a column, or a column holds lists, records or bytes.
    """
    table = read_text_table(source, wanted)
    for name, why in table.refused.items():
        msg = f"{source}: column {name!r} {why}"
        raise DataError(msg)
    return table.rows


def read_text_table(source: Source, wanted: Collection[str]) -> TextTable:
    """Return some columns of a source as folded text; one that holds none stops no other.

    Nothing written, what the file calls missing and what the study does is missing. A column with
    value labels holds its labels, or its codes, as the study says.

    Raises
    ------
    DataError
        If it cannot be read or lacks a column.
    """
    old = old_names(source)
    check_wanted(source, wanted, list(old))
    names = {old[name]: name for name in dict.fromkeys(wanted)}
    reading = source.read(list(names))
    missing = {names[n]: dict(found) for n, found in reading.missing.items() if n in names}
    read = {n: text_of_column(reading, n, source) for n in names if n not in reading.refused}
    made = {names[n]: column for n, column in read.items()}
    for name, column in made.items():
        if column.missing:
            missing[name] = {**missing.get(name, {}), **column.missing}
    return TextTable(
        rows=pd.DataFrame(
            {name: column.values for name, column in made.items()},
            index=rows_of(reading.table.num_rows),
            copy=False,
        ),
        refused={names[n]: why for n, why in reading.refused.items() if n in names},
        notes=reading.notes,
        read=Read({n: c.spellings for n, c in made.items() if c.spellings}, missing),
        shared={n: c.shared for n, c in made.items() if c.shared},
        coded={n: c.coded for n, c in made.items() if c.coded is not None},
        gone={n: c.gone for n, c in made.items() if c.gone is not None},
    )


@dataclass(frozen=True)
class ReadColumn:
    """One column as `TextTable` has it: its values (row,), and what it has further of the column.

    ``missing`` is how often each value occurs that is called missing.
    """

    values: pd.Series
    spellings: Mapping[str, Sequence[str]]
    missing: Mapping[str, int]
    shared: Mapping[str, Sequence[str]]
    coded: pd.Series | None
    gone: pd.Series | None


def text_of_column(reading: Reading, name: str, source: Source) -> ReadColumn:
    """Return a column that was read as text, without what is called missing."""
    column = text_and_spellings(reading.table.column(name))
    check_import_ids(source, name, column.texts)
    book = folded(reading.codebook.of(name))
    values, gone = without_missing(column, book, source)
    coded = None
    if any(map(book.calls_missing, gone)):
        coded, _ = without_missing(column, ColumnBook(values=book.values), source)
    labels = book.values if source.values == "labels" else {}
    shown = renamed(values, labels) if labels else values
    shared = codes_in_common(values, labels) if labels else {}
    return ReadColumn(
        shown, column.spellings, gone, shared, coded, with_gone(column.values, gone, labels)
    )


def with_gone(
    column: pd.Series, gone: Collection[str], labels: Mapping[str, str]
) -> pd.Series | None:
    """Return a column with a mark where what is missing was said; None where nothing was said.

    Marks such as NA are as a blank.
    """
    said = {text for text in gone if says_missing(text)}
    if not said:
        return None
    return renamed(without(column, set(gone) - said), {**labels, **dict.fromkeys(said, GONE)})


def codes_in_common(column: pd.Series, labels: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the texts that several codes of a column would become, with these codes."""
    codes: dict[str, list[str]] = {}
    for code in how_often(column):
        codes.setdefault(labels.get(code, code), []).append(code)
    return {text: several for text, several in codes.items() if len(several) > 1}


def check_wanted(source: Source, wanted: Collection[str], names: list[str]) -> None:
    """Refuse to read a column that is not there, or nothing at all.

    Raises
    ------
    DataError
        With the nearest name, and those there are.
    """
    known = frozenset(names)
    for name in wanted:
        if name not in known:
            guess, there = did_you_mean(name, names), few(names, clip_name)
            msg = f"{source}: there is no column {name!r}.{guess} Its columns: {there}"
            raise DataError(msg)
    if not wanted:
        there = few(names, clip_name)
        msg = f"{source} has none of the variables that the study uses (columns: {there})"
        raise DataError(msg)


def without_missing(
    column: TextColumn, book: ColumnBook, source: Source
) -> tuple[pd.Series, dict[str, int]]:
    """Return a column without what is missing, and how often each such value was written."""
    texts, values = column.texts, column.values
    gone = [is_missing(text, book, source) for text in texts]
    if not any(gone):
        return values, {}
    often = how_often(values)
    counts = {text: often[text] for text, out in zip(texts, gone, strict=True) if out}
    return without(values, counts), counts


def without(column: pd.Series, gone: Collection[str]) -> pd.Series:
    """Return a column without some of its texts: nothing is there."""
    kept = [text for text in texts_of(column) if text not in gone]
    place = {text: k for k, text in enumerate(kept)}
    places = np.array([place.get(text, -1) for text in texts_of(column)] + [-1], np.int64)
    return text_series(places[codes_of(column)], kept, column.index)


def is_missing(text: str, book: ColumnBook, source: Source) -> bool:
    """Return whether a value means nothing was said: the study or the file itself says so."""
    said = text in source.missing or book.values.get(text) in source.missing
    return said or book.calls_missing(text)
