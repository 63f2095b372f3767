"""Sheet: the one sheet of a workbook that is read, its header, and its rows that hold something."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.errors import DataError
from sweep.sources.columns import called, renamed
from sweep.sources.question_rows import question_rows
from sweep.sources.reading import Format
from sweep.words.names import did_you_mean
from sweep.words.numbers import count_of
from sweep.words.text import fold, text_of
from sweep.words.values import brief, clip, few

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

__all__ = ["Cell", "Sheet", "sheet_of", "sheets_in"]

type Cell = str | int | float | bool | time | date | datetime | timedelta
"""What a cell holds; "" is nothing."""

LOOKED_AT = 30  # rows among which the header may stand


@dataclass(frozen=True)
class Sheet:
    """A sheet: where its columns stand, by name, and its rows below row ``header``, from 1.

    ``labels`` are texts of questions that stood between the header and the rows, by name.
    """

    name: str
    places: Mapping[str, int]
    header: int
    rows: Sequence[Sequence[Cell]]
    notes: tuple[str, ...]
    labels: Mapping[str, str]


def sheet_of(path: Path, format: Format) -> Sheet:
    """Return the sheet that the config names, else the first that holds anything.

    Raises
    ------
    DataError
        If the workbook cannot be read, lacks the sheet, or its header cannot be told.
    """
    with opened(path) as book:
        sheet, notes = chosen(path, book, format.sheet)
        cells: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
    top = format.skip_rows or 0
    where = f"{path}: sheet {sheet.name!r}"
    places, written = header_of(path, where, cells[top:], top, merged)
    rows = [row for row in cells[top + 1 :] if not is_empty(row)]
    between = len(cells) - top - 1 - trailing(cells[top + 1 :]) - len(rows)
    if between:
        notes.append(f"left out between others: {count_of(between, 'row')} with nothing in it")
    below = sum(first[0] > top for first, _ in merged)
    if below:
        notes.append(f"of {count_of(below, 'merged cell')} only the first holds the value")
    asked = question_rows(written, (texts_in(row) for row in rows))
    notes += [*renamed(written), *[asked.note] * bool(asked.count)]
    labels = {n: fold(asked.texts[k]) for n, k in places.items() if k < len(asked.texts)}
    known = {name: label for name, label in labels.items() if label}
    return Sheet(sheet.name, places, top + 1, rows[asked.count :], tuple(notes), known)


def texts_in(cells: Sequence[Cell]) -> list[str]:
    """Return cells as text, "" where nothing is; a duration as Python writes it."""
    as_is = (str, timedelta)
    return [str(cell) if isinstance(cell, as_is) else text_of(cell) or "" for cell in cells]


def sheets_in(path: Path) -> list[str]:
    """Return the names of a workbook's sheets that are shown and hold anything, in their order.

    Raises
    ------
    DataError
        If the workbook cannot be read.
    """
    with opened(path) as book:
        return [sheet.name for sheet in shown(book)]


@contextmanager
def opened(path: Path) -> "Iterator[CalamineWorkbook]":
    """Open a workbook for a block; raises as `sheet_of` does if that cannot be read."""
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            yield book
    except OSError as error:
        msg = f"{path}: cannot be read: {error.strerror or clip(error, 100)}"
        raise DataError(msg) from error
    except python_calamine.CalamineError as error:
        msg = f"{path}: is no workbook that can be read: {clip(error, 100)}"
        raise DataError(msg) from error


def shown(book: "CalamineWorkbook") -> "list[CalamineSheet]":
    """Return the sheets of a workbook that are shown and hold anything."""
    import python_calamine

    seen = python_calamine.SheetVisibleEnum.Visible
    kind = python_calamine.SheetTypeEnum.WorkSheet
    names = [m.name for m in book.sheets_metadata if m.visible == seen and m.typ == kind]
    return [sheet for name in names if (sheet := book.get_sheet_by_name(name)).end is not None]


def chosen(
    path: Path, book: "CalamineWorkbook", wanted: str | None
) -> "tuple[CalamineSheet, list[str]]":
    """Return the sheet to read, and what is to be told of the choice."""
    if wanted is not None:
        if wanted not in book.sheet_names:
            guess = did_you_mean(wanted, book.sheet_names)
            msg = (
                f"{path}: there is no sheet {wanted!r}.{guess} Its sheets: {few(book.sheet_names)}"
            )
            raise DataError(msg)
        return book.get_sheet_by_name(wanted), []
    sheets = shown(book)
    if not sheets:
        msg = f"{path}: no sheet of it that is shown holds anything: say format: {{sheet: ...}}"
        raise DataError(msg)
    several = [sheet.name for sheet in sheets]
    told = f"sheet {brief(several[0])} is read, the first of {few(several)}: format: {{sheet: ...}}"
    return sheets[0], [told] if len(several) > 1 else []


def header_of(
    path: Path,
    where: str,
    cells: Sequence[Sequence[Cell]],
    top: int,
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
) -> tuple[dict[str, int], list[str]]:
    """Return where the columns stand, by name, and their names as they are written.

    Raises
    ------
    DataError
        If a column holds values and has no name, or cells of the header are merged.
    """
    if not cells:
        msg = f"{where}: holds nothing after {count_of(top, 'row')}"
        raise DataError(msg)
    unnamed = [n for n, cell in enumerate(cells[0]) if is_blank(cell)]
    holding = [n for n in unnamed if not is_empty([row[n] for row in cells])]
    across = any(first[0] <= top <= last[0] for first, last in merged)
    named = [cell for cell in cells[0] if not is_blank(cell)]
    if holding or across or not named:
        why = "cells of it are merged" if across else f"it names {count_of(len(named), 'column')}"
        more = f", {count_of(len(holding), 'other')} below it without a name" if holding else ""
        msg = f"{where}: row {top + 1} is no header: {why}{more}{advice(cells, top)}"
        raise DataError(msg)
    written = texts_in(cells[0])
    names = called(path, written)
    return {name: n for n, name in enumerate(names) if name}, written


def advice(cells: Sequence[Sequence[Cell]], top: int) -> str:
    """Return which row looks like the header, and what to write."""
    width = max(sum(not is_blank(cell) for cell in row) for row in cells)
    for number, row in enumerate(cells[1:LOOKED_AT], top + 2):
        filled = [cell for cell in row if not is_blank(cell)]
        texts = [cell for cell in filled if isinstance(cell, str)]
        if len(set(texts)) == len(filled) == width:
            return f". Row {number} looks like it: say format: {{skip_rows: {number - 1}}}"
    return ". Give each column a name in one row, or say format: {skip_rows: ...}"


def is_blank(cell: Cell) -> bool:
    """Return whether nothing is written in a cell."""
    return isinstance(cell, str) and not fold(cell)


def is_empty(cells: Sequence[Cell]) -> bool:
    """Return whether nothing is written in any of some cells."""
    return all(is_blank(cell) for cell in cells)


def trailing(rows: Sequence[Sequence[Cell]]) -> int:
    """Return how many rows at the end hold nothing."""
    return next((n for n, row in enumerate(reversed(rows)) if not is_empty(row)), len(rows))
