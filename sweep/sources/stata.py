"""Stata: .dta files: codes as stored, and the codebook that comes with them.

Extended missing values stay in the table as ``.a`` to ``.z``, and the codebook names them and their
labels: a column that holds one is text, its numbers written as `sweep.words.text` writes them.
System-missing and empty text are null. A ``float`` of Stata is the shortest decimal number that it
may have been typed as: 0.1, not 0.10000000149.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sweep.data.codebook import Codebook, ColumnBook
from sweep.errors import DataError
from sweep.sources.columns import wanted_in_file_order
from sweep.sources.moments import DAY, dates_of, in_calendar, moments_of
from sweep.sources.reading import Format, Reading
from sweep.sources.readstat import (
    beyond_exact,
    metadata_of,
    odd_text,
    text_column,
    unsaid_encoding,
    values_of,
)
from sweep.words.text import text_of

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray
    from pyreadstat import metadata_container

__all__ = ["codebook", "names", "read"]

EPOCH = -3_653 * DAY  # 1 January 1960, in seconds from 1970
DATED = re.compile(r"%-?(?:t(\w)|(d))")  # %td, %-tdD_m_Y and, of old, %d
PERIODS = {"w": "weeks", "m": "months", "q": "quarters", "h": "half-years", "b": "business days"}
END = b"</stata_dta>"
LAST = 64  # bytes in which the last tag stands
SAYS_UTF8 = 118  # the first version of the format whose text is UTF-8


def names(path: Path, format: Format) -> list[str]:
    """Return the names of a file's columns without reading its rows.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    from pyreadstat import read_dta

    return list(metadata_of(read_dta, path, format.encoding).column_names)


def codebook(path: Path, format: Format) -> Codebook:
    """Return what a file says of its columns without reading its rows.

    Extended missing values are named only by a reading: where they occur is in the rows.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    return read(path, [], format).codebook


def read(path: Path, columns: Sequence[str] | None, format: Format) -> Reading:
    """Return some columns of a file, or all, and the codebook of all.

    Whole numbers are int64, others float64; daily dates and moments are Arrow's; weeks, months,
    quarters and the like stay Stata's numbers, told in a note.

    Raises
    ------
    DataError
        If it cannot be read or lacks a column.
    """
    import pyarrow as pa
    from pyreadstat import read_dta

    about = metadata_of(read_dta, path, format.encoding)
    check_whole(path)
    wanted = wanted_in_file_order(path, about.column_names, columns)
    values, found = values_of(read_dta, path, format.encoding, wanted)
    made = {name: column(about, name, values[name]) for name in wanted}
    arrays = {name: array for name, (array, _) in made.items() if array is not None}
    refused = {name: why for name, (array, why) in made.items() if array is None}
    texts = {n: v for n, v in values.items() if about.readstat_variable_types[n] == "string"}
    notes = [f"{path.name}: {n}: {why}" for n, (_, why) in made.items() if n in arrays and why]
    unsaid = format.encoding is None and version_of(path) < SAYS_UTF8
    guessed = unsaid_encoding(path, about, texts) if unsaid else []
    notes = [*odd_text(path, texts), *guessed, *notes]
    letters: Mapping[str, Sequence[Any]] = found.missing_user_values
    books = {n: column_book(about, n, letters.get(n, ())) for n in about.column_names}
    return Reading(pa.table(arrays), Codebook(books), tuple(notes), refused)


def column(
    about: "metadata_container", name: str, values: list[Any]
) -> "tuple[pa.Array | None, str]":
    """Return a column, None if it cannot be used, and what is to be told of it."""
    import pyarrow as pa

    kind = about.readstat_variable_types[name]
    if kind == "string":
        return pa.array(text_column(values), pa.string()), ""
    letters = {at: f".{v}" for at, v in enumerate(values) if isinstance(v, str)}
    plain = [None if at in letters else v for at, v in enumerate(values)]
    array, note = number_column(kind, about.original_variable_types.get(name) or "", plain)
    if array is not None and letters:
        texts = [letters.get(at, text_of(v)) for at, v in enumerate(array.to_pylist())]
        array = pa.array(texts, pa.string())
    return array, note


def number_column(
    kind: str, form: str, values: list[float | None]
) -> "tuple[pa.Array | None, str]":
    """Return numbers, or the dates that a format calls them, and what is to be told of it."""
    import pyarrow as pa

    dated = DATED.match(form)
    unit = (dated[1] or dated[2]) if dated else ""
    if unit in {"d", "c", "C"}:
        return dated_column(unit, np.array(values, dtype=np.float64))
    note = f"read as Stata's number of {PERIODS[unit]}, not as dates" if unit in PERIODS else ""
    if kind == "float":
        values = [None if v is None else float(str(np.float32(v))) for v in values]
    whole = kind.startswith("int")
    note = note or beyond_exact(np.array(values, dtype=np.float64))
    return pa.array(values, pa.int64() if whole else pa.float64()), note


def dated_column(unit: str, numbers: "NDArray[np.float64]") -> "tuple[pa.Array | None, str]":
    """Return days, or milliseconds, from 1960 as dates or moments."""
    seconds = numbers * DAY + EPOCH if unit == "d" else numbers / 1000 + EPOCH
    if not in_calendar(seconds):
        return None, "its dates do not all lie in the years 1 to 9999"
    if unit == "d":
        return dates_of(seconds), ""
    told = "read without leap seconds: up to 27 seconds late" if unit == "C" else ""
    return moments_of(seconds), told


def column_book(about: "metadata_container", name: str, letters: Sequence[Any]) -> ColumnBook:
    """Return what a file says of one column; ``letters`` are the extended missing in its rows."""
    labels = about.variable_value_labels.get(name, {})
    written = {
        f".{code}" if isinstance(code, str) else str(text_of(code)): label
        for code, label in labels.items()
    }
    missing = {f".{letter}" for letter in letters} | {c for c in written if c.startswith(".")}
    label = about.column_names_to_labels.get(name) or None
    return ColumnBook(label, written, tuple(sorted(missing)))


def version_of(path: Path) -> int:
    """Return the version of the format: 118 is that of Stata 14."""
    with path.open("rb") as file:
        head = file.read(32)
    _, found, rest = head.partition(b"<release>")
    return int(rest[:3]) if found else head[0]


def check_whole(path: Path) -> None:
    """Check that a file ends as it began: one cut behind its rows has lost its value labels.

    Raises
    ------
    DataError
        If its last tag is not there. Versions before 117 have no tags.
    """
    with path.open("rb") as file:
        tagged = file.read(11) == b"<stata_dta>"
        file.seek(-min(LAST, file.seek(0, 2)), 2)
        end = file.read()
    if tagged and not end.rstrip().endswith(END):  # editors and versioning end files with a line
        msg = f"{path}: the file is cut short: its last tag is not there"
        raise DataError(msg)
