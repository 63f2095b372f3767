"""Ragged rows: where a delimited file is not the table that its header promises."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.errors import DataError
from sweep.sources.head import Head
from sweep.sources.records import Record, records
from sweep.words.numbers import count_of
from sweep.words.values import brief, clip

if TYPE_CHECKING:
    import pyarrow as pa

LINE_END = re.compile(r"\r\n|\r|\n")
WIDTHS = re.compile(r"Expected \d+ columns, got \d+")

__all__ = ["check_swallowed", "row_of", "unreadable_error"]


def unreadable_error(path: Path, head: Head, error: Exception) -> DataError:
    """Return the error to raise for rows that Arrow could not read, with the line of the first."""
    if isinstance(error, OSError) and error.strerror:
        return DataError(f"{path}: cannot be read: {error.strerror}")
    width = len(head.names)
    try:
        rows = records(path, head.encoding, head.delimiter, head.skip)
        row = next((row for row in rows if len(row.values) != width), None)
    except DataError as found:
        return found
    if row is not None:
        return ragged_error(path, head, row)
    widths = WIDTHS.search(str(error))  # behind it Arrow shows the whole row
    what = widths[0] if widths else clip(str(error).split(":")[-1].strip(), 100)
    return DataError(f"{path}: cannot be read as {head.encoding.codec}: {what}")


def ragged_error(path: Path, head: Head, row: Record) -> DataError:
    """Return the error to raise for a row that is not as wide as the header."""
    width = len(head.names)
    more = len(row.values) > width
    why = (
        f"does a value hold the delimiter {head.delimiter!r} without quotes?"
        if more
        else "is a line broken within a value, or is it no row?"
    )
    return DataError(
        f"{path}: line {row.line:,} has {count_of(len(row.values), 'value')}, the header"
        f" {count_of(width, 'name')}: {why}"
    )


def check_swallowed(path: Path, head: Head, place: int, column: "pa.DictionaryArray") -> None:
    """Check that no value holds whole rows, as after a quotation mark that nothing closes.

    Raises
    ------
    DataError
        If the lines within a value have as many delimiters as a row.
    """
    for value in column.dictionary.to_pylist():
        if ("\n" in value or "\r" in value) and holds_rows(value, head, place):
            msg = (
                f"{path}: row {row_of(column, value):,} below the header has a quotation mark that"
                f" is not closed in column {head.names[place]!r}: the value holds"
                f" {len(LINE_END.findall(value)):,} more lines, and begins {brief(value)}"
            )
            raise DataError(msg)


def row_of(column: "pa.DictionaryArray", value: str) -> int:
    """Return the first row below the header that holds a value, from 1."""
    import pyarrow.compute as pc

    code = pc.cast(pc.index(column.dictionary, value), column.indices.type)
    return int(pc.index(column.indices, code).as_py()) + 1


def holds_rows(value: str, head: Head, place: int) -> bool:
    """Return whether a value of several lines is really the rows that follow it.

    Each line within is as wide as a row; the last ends the file, or is what stands before another
    quotation mark in the same column.
    """
    widest = len(head.names) - 1
    _, *within, last = (line.count(head.delimiter) for line in LINE_END.split(value))
    least = 3 if widest < 2 else 0  # in prose, a line with one comma in it is no row
    if widest == 0 or len(within) < least or any(width != widest for width in within):
        return False
    ends = last in {place, widest} or value.endswith(("\n", "\r"))
    return ends and (bool(within) or value.endswith('"'))
