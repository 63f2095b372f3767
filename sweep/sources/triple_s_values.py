"""Triple-S values: what stands in a variable's place in every record, as Arrow columns.

A place that is all blank is missing, for every type. A single holds a code, right-justified with
blanks or zeros; a bitstring a 0 or 1 for each code, the place being the code; a spread multiple
codes one behind the other, 0 where there is none; a logical 0 or 1; a date YYYYMMDD; a time HHMMSS.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa

from sweep.sources.triple_s_file import Variable, plain_code
from sweep.words.values import brief

__all__ = ["Unreadable", "columns_of"]

WHOLE = re.compile(r"-?\d+")
NUMBER = re.compile(r"[-+]?\d*\.?\d*")
MOST = 2**63

type Cells = Sequence[str]
"""What stands in one variable's place, record by record."""


class Unreadable(ValueError):
    """A value is none of its variable's type; the message says which, and in which record."""


def columns_of(variable: Variable, cells: Cells) -> dict[str, pa.Array]:
    """Return a variable's column by its name, or those of a multiple, one for each code.

    Raises
    ------
    Unreadable
        If a value is none of its type, or none of a multiple's codes.
    """
    if variable.kind != "multiple":
        return {variable.name: column_of(variable, cells)}
    options = options_of(variable, cells)
    return {f"{variable.name}_{code}": array for code, array in options.items()}


def column_of(variable: Variable, cells: Cells) -> pa.Array:
    """Return the column of a variable that holds one value."""
    read, kind = READERS[variable.kind]
    if variable.literal:
        read, kind = str.strip, pa.string()
    values = [each(read, cell, record) for record, cell in enumerate(cells, 1)]
    if variable.kind == "quantity":
        return quantities(values)
    return pa.array(values, kind)


def each(read: Callable[[str], Any], cell: str, record: int) -> Any:
    """Return one value, None for a blank place."""
    if not cell.strip():
        return None
    try:
        return read(cell)
    except ValueError as error:
        msg = f"record {record:,} holds {brief(cell)}, {error}"
        raise Unreadable(msg) from error


def single(cell: str) -> int:
    """Return a code."""
    text = cell.strip()
    if not WHOLE.fullmatch(text):
        msg = "which is no whole number"
        raise ValueError(msg)
    return int(text)


def quantity(cell: str) -> Decimal:
    """Return a number with all its digits."""
    text = cell.strip()
    if not NUMBER.fullmatch(text) or not any(map(str.isdigit, text)):
        msg = "which is no number"
        raise ValueError(msg)
    return Decimal(text)


def quantities(values: Sequence[Decimal | None]) -> pa.Array:
    """Return numbers as int64 if all are whole, else as float64; as text if they are too long."""
    known = [value for value in values if value is not None]
    if any(value != value.to_integral_value() for value in known):
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    whole = [None if v is None else int(v) for v in values]
    if any(v is not None and not -MOST <= v < MOST for v in whole):
        return pa.array([None if v is None else str(v) for v in whole], pa.string())
    return pa.array(whole, pa.int64())


def logical(cell: str) -> bool:
    """Return whether a 1 stands there."""
    text = cell.strip()
    if text not in {"0", "1"}:
        msg = "which is neither 0 nor 1"
        raise ValueError(msg)
    return text == "1"


def day(cell: str) -> date:
    """Return a date."""
    return datetime.strptime(of_digits(cell, 8, "YYYYMMDD"), "%Y%m%d").date()


def hour(cell: str) -> time:
    """Return a time of day."""
    return datetime.strptime(of_digits(cell, 6, "HHMMSS"), "%H%M%S").time()


def of_digits(cell: str, digits: int, form: str) -> str:
    """Return a text of so many digits."""
    text = cell.strip()
    if len(text) != digits or not text.isascii() or not text.isdigit():
        msg = f"which is not {form}"
        raise ValueError(msg)
    return text


READERS: Mapping[str, tuple[Callable[[str], Any], pa.DataType]] = {
    "single": (single, pa.int64()),
    "quantity": (quantity, pa.float64()),
    "character": (str.rstrip, pa.string()),
    "logical": (logical, pa.bool_()),
    "date": (day, pa.date32()),
    "time": (hour, pa.time64("us")),
}


def options_of(variable: Variable, cells: Cells) -> dict[str, pa.Array]:
    """Return one column of 0 and 1 for each code of a multiple; null where the place is blank."""
    codes = variable.codes()
    chosen = spread if variable.subfields else bits
    answers = [
        each(lambda cell: chosen(variable, codes, cell), cell, record)
        for record, cell in enumerate(cells, 1)
    ]
    return {
        code: pa.array([None if a is None else int(code in a) for a in answers], pa.int8())
        for code in codes
    }


def bits(variable: Variable, codes: Sequence[str], cell: str) -> set[str]:
    """Return the codes whose places hold a 1; places of codes that there are not are ignored."""
    places = [int(code) for code in codes]
    if len(cell) < max(places, default=0):
        msg = f"which has no place for code {max(places)}"
        raise ValueError(msg)
    odd = {cell[place - 1] for place in places} - {"0", "1"}
    if odd:
        msg = "of which some places hold neither 0 nor 1"
        raise ValueError(msg)
    return {str(place) for place in places if cell[place - 1] == "1"}


def spread(variable: Variable, codes: Sequence[str], cell: str) -> set[str]:
    """Return the codes that are written one behind the other."""
    width = variable.width or max(map(len, codes), default=1)
    used = variable.subfields * width
    if len(cell) < used or cell[used:].strip(" 0"):
        msg = f"which is not {variable.subfields} codes of width {width}"
        raise ValueError(msg)
    parts = [cell[at : at + width].strip() for at in range(0, used, width)]
    found = {part if variable.literal else plain_code(part) for part in parts if part}
    strange = sorted(found - set(codes) - {"0"})
    if strange:
        msg = f"in which {brief(strange[0])} is no code of it"
        raise ValueError(msg)
    return found & set(codes)
