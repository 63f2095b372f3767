"""Output: how data is written on standard output, as aligned tables and as JSON."""

import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sweep.client.terminal import inert
from sweep.keys import Json

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frame_rows", "json_text", "print_json", "print_lines", "table_lines"]


UNCOMMON = re.compile(r"[^\n -~]")
"""What is not known to be printable without a look."""


def print_lines(lines: Sequence[str]) -> None:
    """Print lines on standard output."""
    sys.stdout.write("".join(f"{inert(line)}\n" for line in lines))


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output; what is no number becomes null."""
    sys.stdout.write(json_text(value, 2))


def json_text(value: Any, indent: int) -> str:
    """Return a value as JSON with what a terminal would obey as escapes: it reads the same."""
    text = json.dumps(json_value(value), indent=indent, ensure_ascii=False)
    return UNCOMMON.sub(lambda found: shown(found[0]), text) + "\n"


def shown(character: str) -> str:
    """Return a character as it is, or as an escape if a terminal would not show it."""
    return character if character.isprintable() else json.dumps(character)[1:-1]


def frame_rows(frame: "pd.DataFrame") -> list[Json]:
    """Return a frame's rows as plain JSON values."""
    names = [str(name) for name in frame.columns]
    columns = [
        [json_value(value) for value in frame[name].astype("object").tolist()]
        for name in frame.columns
    ]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def json_value(value: Any) -> Any:
    """Return a value in JSON's terms: null for NaN, infinities and pandas' NA."""
    if isinstance(value, Mapping):
        return {str(k): json_value(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(v) for v in value]
    if hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    if value is None or isinstance(value, str | bool | int):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else None


def table_lines(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[str]:
    """Return a header and one line per row, columns aligned: numbers right, text left.

    Nothing is cut off, whatever the terminal's width: the output is for `grep` too.
    """
    cells = [[cell_text(row.get(column)) for column in columns] for row in rows]
    numeric = [any(is_number(row.get(column)) for row in rows) for column in columns]
    widths = [max([len(name), *(len(line[k]) for line in cells)]) for k, name in enumerate(columns)]
    lines = [
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        )
        for line in [list(columns), *cells]
    ]
    return [line.rstrip() for line in lines]


def is_number(value: Any) -> bool:
    """Tell whether a cell is a number."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def cell_text(value: Any) -> str:
    """Return one cell."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    if is_number(value):  # an int, or a Decimal with the digits it is to be shown with
        return f"{value:,}"
    return inert(str(value)).replace("\n", " ")
