"""Delimited files: CSV and its kin, every column as the text that is written in it.

Delimiter, encoding, decimal comma and Qualtrics' extra rows are found out and told; the config's
``format`` overrides. An empty or blank cell is missing, and so is an ``NA`` without quotes; in
quotes it is text.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.data.codebook import Codebook, ColumnBook
from sweep.errors import DataError
from sweep.sources.columns import wanted_of
from sweep.sources.head import Head, head_of
from sweep.sources.ragged import check_swallowed, row_of, unreadable_error
from sweep.sources.reading import Format, Reading
from sweep.sources.written import Decimals, Written, as_written
from sweep.words.numbers import count_of
from sweep.words.values import brief, clip_name, few

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["codebook", "names", "read"]

BLOCK = 1 << 20  # bytes that Arrow parses together; a row that is longer makes it larger
WIDE, WIDEST = 250, 40  # columns for each of which in a block there are rows enough; blocks' most
LONGEST_BLOCK = 1 << 30


def names(path: Path, format: Format) -> list[str]:
    """Return the names of a file's columns.

    Raises
    ------
    DataError
        If the file cannot be read, or its header cannot be told.
    """
    return [name for name in head_of(path, format).names if name]


def codebook(path: Path, format: Format) -> Codebook:
    """Return what a file says of its columns: Qualtrics' question texts, below the header.

    Raises
    ------
    DataError
        If the file cannot be read, or its header cannot be told.
    """
    labels = head_of(path, format).labels
    return Codebook({name: ColumnBook(label) for name, label in labels.items()})


def read(path: Path, columns: Sequence[str] | None, format: Format) -> Reading:
    """Return columns of a file as dictionaries of text.

    Raises
    ------
    DataError
        If the file cannot be read, lacks a column, or a row is longer or shorter than the header.
    """
    import pyarrow as pa

    head = head_of(path, format)
    wanted = wanted_of(path, [name for name in head.names if name], columns)
    asked = set(wanted)
    found: dict[str, Written] = {}
    for place, column in columns_at(path, head, wanted, format.missing):
        check_swallowed(path, head, place, column)
        check_unnamed(path, head, place, column)
        if head.names[place] in asked:
            found[head.names[place]] = as_written(column, format.missing, decimals(format, head))
    written = {name: found.pop(name) for name in wanted}
    kept = {name: w.column for name, w in written.items() if w.refused is None}
    return Reading(
        table=pa.table(kept),
        codebook=Codebook({n: ColumnBook(head.labels[n]) for n in wanted if n in head.labels}),
        notes=(*head.notes, *notes_on(written)),
        refused={name: w.refused for name, w in written.items() if w.refused is not None},
        missing={name: w.missing for name, w in written.items() if w.missing},
    )


def decimals(format: Format, head: Head) -> Decimals:
    """Return what a comma in a number may be: where semicolons separate, often the decimal sign."""
    if format.decimal is not None:
        return "comma" if format.decimal == "," else "point"
    return "perhaps a comma" if head.delimiter == ";" else "point"


def columns_at(
    path: Path, head: Head, wanted: Sequence[str], missing: tuple[str, ...]
) -> "Iterator[tuple[int, pa.DictionaryArray]]":
    """Yield the columns to look at with their places; each is forgotten once the next is asked for.

    These are the wanted ones, those without a name and the last one, where mistakes show.
    """
    names = {*wanted, ""}
    last = len(head.names) - 1
    places = [n for n, name in enumerate(head.names) if name in names or n == last]
    columns = read_places(path, head, places, missing)
    for place in places:
        yield place, joined(columns.pop(place))


def read_places(
    path: Path, head: Head, places: Sequence[int], missing: tuple[str, ...]
) -> "dict[int, pa.ChunkedArray]":
    """Return the columns at some places of a file, in blocks as large as its longest row needs."""
    import pyarrow as pa

    block = BLOCK * min(max(len(head.names) // WIDE, 1), WIDEST)  # each costs memory per column
    while True:
        try:
            table = read_blocks(path, head, places, missing, block).unify_dictionaries()
            return {n: table.column(str(n)) for n in places}
        except (pa.ArrowInvalid, OSError, UnicodeDecodeError) as error:
            if "straddling" not in str(error) or block >= LONGEST_BLOCK:
                raise unreadable_error(path, head, error) from error
            block *= 8


def read_blocks(
    path: Path, head: Head, places: Sequence[int], missing: tuple[str, ...], block: int
) -> "pa.Table":
    """Return the columns at some places of a file, called by their place, as Arrow reads them."""
    import pyarrow as pa
    from pyarrow import csv

    columns = [str(n) for n in range(len(head.names))]
    included = [str(n) for n in places]
    text = pa.dictionary(pa.int32(), pa.string())
    if path.stat().st_size == head.start:
        return pa.table({name: pa.chunked_array([], text) for name in included})
    with pa.OSFile(str(path)) as file:
        file.seek(head.start)
        return csv.read_csv(
            file,
            csv.ReadOptions(column_names=columns, encoding=head.encoding.codec, block_size=block),
            csv.ParseOptions(delimiter=head.delimiter, newlines_in_values=True),
            csv.ConvertOptions(
                include_columns=included,
                column_types=dict.fromkeys(included, text),
                null_values=list(missing),
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )


def joined(column: "pa.ChunkedArray") -> "pa.DictionaryArray":
    """Return a column in one piece."""
    import pyarrow as pa

    if column.num_chunks == 0:
        return pa.array([], pa.string()).dictionary_encode()
    whole = column.combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def check_unnamed(path: Path, head: Head, place: int, column: "pa.DictionaryArray") -> None:
    """Check that a column without a name holds nothing: Excel writes such behind the last.

    Row names of R stand in a first column without a name, and are left out.

    Raises
    ------
    DataError
        If it holds values: a delimiter within a value has moved the row.
    """
    if head.names[place] or place == 0:
        return
    value = next((str(v) for v in column.dictionary.to_pylist() if str(v).strip()), None)
    if value is not None:
        row = row_of(column, value)
        why = f"does a value hold the delimiter {head.delimiter!r} without quotes?"
        if row == 1:
            why += " If the header goes on in row 2, give each column a name in one row"
        msg = (
            f"{path}: column {place + 1} has no name and holds values, {brief(value)} in row"
            f" {row:,} below the header: {why}"
        )
        raise DataError(msg)


def notes_on(written: Mapping[str, Written]) -> list[str]:
    """Return what is to be told of the columns that were read."""
    notes: list[str] = []
    nothing = {name: w.missing for name, w in written.items() if w.missing}
    if nothing:
        text = next(iter(next(iter(nothing.values()))))
        shown = few(nothing, lambda n: f"{clip_name(n)} ({count_of(nothing[n][text], 'row')})")
        notes.append(f"{text} without quotes is missing: {shown}; missing_values says otherwise")
    commas = {name: w.comma for name, w in written.items() if w.comma is not None}
    if commas:
        shown = few(commas, lambda n: f"{clip_name(n)} ({commas[n].strip()})")
        notes.append(
            f"a decimal comma is read as a point: {shown}; format: {{decimal: .}} keeps it"
        )
    points = {name: w.thousands for name, w in written.items() if w.thousands is not None}
    if points:
        shown = few(points, lambda n: f"{clip_name(n)} ({points[n].strip()})")
        notes.append(f"points in groups of three are read as thousands: {shown}")
    return notes
