"""Cells: whether a separator parts the cells of a question with several answers."""

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import chain

from sweep.data.answers.several import SEPARATORS, parts_of
from sweep.data.answers.told import answer_words
from sweep.words.text import fold

__all__ = ["cell_mistake", "other_separator", "separator_as_read"]

SHOWN = 2  # cells that a message quotes
LINE_END, BAR = "\n", "|"  # lines that are answers are read with a bar between them


def separator_as_read(separator: str, cells: Collection[str]) -> str:
    """Return what parts cells as they are read: a bar, where line breaks do and did."""
    breaks = separator.strip(" \t") in {LINE_END, "\r\n", "\r"}
    return BAR if breaks and any(BAR in cell for cell in cells) else separator


def cell_mistake(column: str, separator: str, cells: Sequence[str]) -> str | None:
    """Return why a separator cannot part the cells of a column, None if it may.

    ``cells`` are the different answers in the column. Where nobody gave two answers the separator
    occurs in none, and that is fine unless something else parts them.
    """
    if fold(f"x{separator}x") != f"x{separator}x":
        return (
            f"separator {separator!r}: tabs and repeated blanks are read as one blank and part "
            "nothing, and so are line breaks where the lines are no answers in other cells. Part "
            f"the answers of column {column!r} by another sign, such as '|'"
        )
    if any(separator in cell for cell in cells):
        return None
    other = other_separator(cells)
    if other is None:
        return None
    several = [cell for cell in cells if len(parts_of(cell, other)) > 1]
    shown = answer_words(several[:SHOWN])
    fault = f"separator {separator!r} occurs in no cell of column {column!r}"
    if other == " ":
        return (
            f"{fault}, and cells such as {shown} hold several answers with a line break or a blank "
            "between them: part them by another sign, such as '|'"
        )
    return (
        f"{fault}; {other!r} parts {len(several):,} of its {len(cells):,} different cells, such as "
        f"{shown}: write separator: {other!r}"
    )


def other_separator(cells: Collection[str]) -> str | None:
    """Return what parts cells that hold several answers for sure, None if nothing does.

    A bar or a semicolon does if one part occurs in another cell, and so does a comma if one is a
    cell by itself; anything else if all the parts of a cell are.
    """
    for separator in SEPARATORS:
        cut = {cell: parts_of(cell, separator) for cell in cells}
        several = [parts for parts in cut.values() if len(parts) > 1]
        often = Counter(chain.from_iterable(cut.values()))
        if separator in "|;" and any(often[part] > 1 for parts in several for part in parts):
            return separator
        alone = [[part in cut for part in parts] for parts in several]
        if any(any(found) if separator == "," else all(found) for found in alone):
            return separator
    return None
