"""SPSS: .sav and .zsav files: codes as stored, and the codebook that comes with them.

Values that the file calls missing stay in the table and are named by the codebook; system-missing
and empty text are null. Nothing is shown by a format but dates, moments and times of day.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sweep.data.codebook import Codebook, ColumnBook
from sweep.sources.columns import wanted_in_file_order
from sweep.sources.moments import DAY, dates_of, in_calendar, moments_of, times_of
from sweep.sources.reading import Format, Reading
from sweep.sources.readstat import (
    beyond_exact,
    codes_of,
    metadata_of,
    odd_text,
    text_column,
    unsaid_encoding,
    values_of,
)
from sweep.sources.spss_dictionary import (
    Records,
    check_codes,
    dictionary_of,
    records_of,
    says_encoding,
)

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray
    from pyreadstat import metadata_container

__all__ = ["codebook", "names", "read"]

EPOCH = -141_428 * DAY  # 14 October 1582, in seconds from 1970
DATES = {"DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR"}
MOMENTS = {"DATETIME", "YMDHMS"}
TIMES = {"TIME", "DTIME", "MTIME"}


def names(path: Path, format: Format) -> list[str]:
    """Return the names of a file's columns without reading its rows.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    from pyreadstat import read_sav

    sound_records(path, format)
    return list(metadata_of(read_sav, path, format.encoding).column_names)


def codebook(path: Path, format: Format) -> Codebook:
    """Return what a file says of its columns, all of them, without reading its rows.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    return read(path, [], format).codebook


def read(path: Path, columns: Sequence[str] | None, format: Format) -> Reading:
    """Return some columns of a file, or all, and its whole codebook.

    Numbers are float64, dates, moments and times of day are Arrow's, all else is text. A time
    beyond a day stays a number of seconds, told in a note.

    Raises
    ------
    DataError
        If it cannot be read or lacks a column.
    """
    import pyarrow as pa
    from pyreadstat import read_sav

    records = sound_records(path, format)
    about = metadata_of(read_sav, path, format.encoding)
    wanted = wanted_in_file_order(path, about.column_names, columns)
    values, _ = values_of(read_sav, path, format.encoding, wanted)
    made = {name: column(about, name, values[name]) for name in wanted}
    arrays = {name: array for name, (array, _) in made.items() if array is not None}
    refused = {name: why for name, (array, why) in made.items() if array is None}
    dated = {name: array.type != pa.float64() for name, array in arrays.items()}
    encoding = format.encoding or about.file_encoding or "utf-8"
    more = dictionary_of(records, about.column_names, encoding)
    book = Codebook(books_of(about, values, dated), more.sets, more.weight)
    told = [f"{path.name}: {note}" for note in more.notes]
    if more.weight is not None:
        told.append(f"{path.name}: the file says that its weight is {more.weight!r}")
    notes = [
        f"{path.name}: {n}: {why}" for n, (array, why) in made.items() if array is not None and why
    ]
    texts = {n: v for n, v in values.items() if is_text(about, n)}
    unsaid = format.encoding is None and not says_encoding(records)
    guessed = unsaid_encoding(path, about, texts) if unsaid else []
    odd = odd_text(path, texts)
    return Reading(pa.table(arrays), book, (*odd, *guessed, *notes, *told), refused)


def sound_records(path: Path, format: Format) -> Records:
    """Return a file's dictionary, once it is known that the library can read it."""
    records = records_of(path)
    check_codes(path, records, format.encoding)
    return records


def is_text(about: "metadata_container", name: str) -> bool:
    """Return whether a column holds text."""
    return bool(about.readstat_variable_types[name] == "string")


def form_of(about: "metadata_container", name: str) -> str:
    """Return the name of the format by which SPSS shows a column: ``F``, ``A``, ``DATE``."""
    found = re.match(r"[A-Z]+", about.original_variable_types.get(name) or "")
    return found.group() if found else ""


def column(
    about: "metadata_container", name: str, values: list[Any]
) -> "tuple[pa.Array | None, str]":
    """Return a column, None if it cannot be used, and what is to be told of it."""
    import pyarrow as pa

    if is_text(about, name):
        return pa.array(text_column(values), pa.string()), ""
    numbers = np.array(values, dtype=np.float64)  # None is NaN
    form = form_of(about, name)
    dated = dated_column(form, numbers)
    if dated is not None:
        return dated
    plain = pa.array(numbers, pa.float64(), from_pandas=True)
    told = "times beyond a day are read as seconds" if form in TIMES else beyond_exact(numbers)
    return plain, told


def dated_column(form: str, numbers: "NDArray[np.float64]") -> "tuple[pa.Array | None, str] | None":
    """Return what a format calls dates as dates; None for a format or numbers that are none."""
    if form in TIMES:
        times = times_of(numbers)
        return None if times is None else (times, "")
    if form not in DATES | MOMENTS:
        return None
    seconds = numbers + EPOCH
    if not in_calendar(seconds):
        return None, "its dates do not all lie in the years 1 to 9999"
    if form in MOMENTS:
        return moments_of(seconds), ""
    within = int(np.count_nonzero(np.nan_to_num(seconds) % DAY))
    told = f"{within:,} dates have a time of day, which their format does not show; it is left out"
    return dates_of(seconds), told if within else ""


def books_of(
    about: "metadata_container", values: Mapping[str, list[Any]], dated: Mapping[str, bool]
) -> dict[str, ColumnBook]:
    """Return what a file says of every column, also of those that were not read."""
    return {
        name: column_book(about, name, values.get(name, []), dated.get(name, True))
        for name in about.column_names
    }


def column_book(
    about: "metadata_container", name: str, values: list[Any], dated: bool
) -> ColumnBook:
    """Return what a file says of one column.

    Codes of dates are written as the dates are; of a range of dates, those that occur.
    """
    form = form_of(about, name) if dated else ""
    given: list[Any] = about.missing_ranges.get(name, [])
    spans = [(span["lo"], span["hi"]) for span in given]
    singles = [low for low, high in spans if low == high]
    ranges = tuple((float(low), float(high)) for low, high in spans if low != high)
    if form in DATES | MOMENTS | TIMES:
        known = sorted({v for v in values if v is not None})
        singles += [v for v in known if any(low <= v <= high for low, high in ranges)]
        ranges = ()
    return ColumnBook(
        about.column_names_to_labels.get(name) or None,
        {
            text: label
            for code, label in about.variable_value_labels.get(name, {}).items()
            for text in code_texts(form, code)
        },
        tuple(text for code in singles for text in code_texts(form, code)),
        ranges,
    )


def code_texts(form: str, code: float | str) -> list[str]:
    """Return a code as text, as the column's values are written; none for an empty one."""
    made = None if isinstance(code, str) else dated_column(form, np.array([code]))
    return codes_of([code] if made is None or made[0] is None else made[0].to_pylist())
