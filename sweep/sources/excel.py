"""Excel and OpenDocument: one sheet of a workbook, its first row the names of the columns.

Cells are what the program stores, not what it shows: a whole number is an integer, a date is ISO.
Rows and columns without anything in them are no rows and no columns.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.data.codebook import Codebook, ColumnBook
from sweep.sources.columns import wanted_of
from sweep.sources.error_cells import error_cells
from sweep.sources.reading import Format, Reading
from sweep.sources.sheet import Cell, Sheet, sheet_of
from sweep.words.numbers import count_of
from sweep.words.text import text_of
from sweep.words.values import clip_name, few

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["codebook", "names", "read"]

EXACT = 10**15  # beyond, Excel keeps fifteen digits of a number and no more


def names(path: Path, format: Format) -> list[str]:
    """Return the names of a sheet's columns.

    Raises
    ------
    DataError
        If the workbook cannot be read, or the sheet's header cannot be told.
    """
    return list(sheet_of(path, format).places)


def codebook(path: Path, format: Format) -> Codebook:
    """Return what a sheet says of its columns: texts of questions below its header.

    Raises
    ------
    DataError
        If the workbook cannot be read, or the sheet's header cannot be told.
    """
    labels = sheet_of(path, format).labels
    return Codebook({name: ColumnBook(label) for name, label in labels.items()})


def read(path: Path, columns: Sequence[str] | None, format: Format) -> Reading:
    """Return columns of a sheet as dictionaries of text.

    Raises
    ------
    DataError
        If the workbook cannot be read, or the sheet lacks a column.
    """
    import pyarrow as pa

    sheet = sheet_of(path, format)
    wanted = wanted_of(path, list(sheet.places), columns)
    cells = {name: [row[sheet.places[name]] for row in sheet.rows] for name in wanted}
    refused = {n: "holds durations" for n in wanted if any_of(cells[n], timedelta)}
    kept = {name: texts(cells[name]) for name in wanted if name not in refused}
    errors = error_cells(path, sheet, wanted)
    notes = [*sheet.notes, *notes_on(sheet, {n: cells[n] for n in kept})]
    if errors:
        shown = few(errors, lambda n: f"{clip_name(n)} ({sum(errors[n].values())})")
        notes.append(f"cells that hold an error, as #N/A, are missing: {shown}")
    book = Codebook({n: ColumnBook(sheet.labels[n]) for n in wanted if n in sheet.labels})
    return Reading(pa.table(kept), book, tuple(notes), refused, errors)


def any_of(cells: Sequence[Cell], kind: type) -> bool:
    """Return whether a column has a cell of a type."""
    return any(isinstance(cell, kind) for cell in cells)


def texts(cells: Sequence[Cell]) -> "pa.DictionaryArray":
    """Return a column's cells as text: what is text already as it is written."""
    import pyarrow as pa

    written = ((cell or None) if isinstance(cell, str) else text_of(cell) for cell in cells)
    return pa.array(written, pa.string()).dictionary_encode()


def notes_on(sheet: Sheet, columns: Mapping[str, Sequence[Cell]]) -> list[str]:
    """Return what is to be told of the columns that were read."""
    notes: list[str] = []
    mixed = {n: dates for n, cells in columns.items() if (dates := dates_beside_text(cells))}
    if mixed:
        shown = few(mixed, lambda n: f"{clip_name(n)} ({count_of(mixed[n], 'date')})")
        notes.append(f"dates stand beside text, as Excel makes of answers like 3-5: {shown}")
    long = [n for n, cells in columns.items() if any(is_long(cell) for cell in cells)]
    if long:
        shown = few(long, clip_name)
        notes.append(
            f"numbers of more than 15 digits have lost the others in {sheet.name}: {shown}"
        )
    return notes


def dates_beside_text(cells: Sequence[Cell]) -> int:
    """Return how many dates a column holds, if it holds text as well, else none."""
    dates = sum(isinstance(cell, date) for cell in cells)
    return dates if dates and any(isinstance(cell, str) and cell.strip() for cell in cells) else 0


def is_long(cell: Cell) -> bool:
    """Return whether a cell holds a whole number of more digits than Excel keeps."""
    return isinstance(cell, float) and cell.is_integer() and abs(cell) >= EXACT
