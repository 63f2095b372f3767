"""ReadStat: the library that reads files of SPSS and Stata, and its errors in words."""

import codecs
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sweep.errors import DataError
from sweep.words.text import text_of
from sweep.words.values import clip, few

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyreadstat import metadata_container

__all__ = [
    "Reader",
    "beyond_exact",
    "codes_of",
    "metadata_of",
    "odd_text",
    "text_column",
    "unsaid_encoding",
    "values_of",
    "wrong_encoding",
]

type Reader = Callable[..., Any]
"""A function of pyreadstat: ``read_sav`` or ``read_dta``."""

type Values = list[Any]
"""A column as pyreadstat gives it: numbers or texts, None where nothing is."""

EXACT = 2.0**53  # from here on a float stands for several whole numbers
UNREADABLE = "\ufffd"  # what stands for bytes that are no text


def metadata_of(reader: Reader, path: Path, encoding: str | None) -> "metadata_container":
    """Return what a file says of its columns, without its rows.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    metadata: metadata_container = call(reader, path, encoding, metadataonly=True)[1]
    if None in metadata.column_names:
        raise wrong_encoding(path, encoding)
    return metadata


def values_of(
    reader: Reader, path: Path, encoding: str | None, names: Sequence[str]
) -> tuple[Mapping[str, Values], "metadata_container"]:
    """Return some columns, codes as stored and what the file calls missing among them.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    # No columns at all would be every column.
    columns, metadata = call(reader, path, encoding, usecols=list(names), metadataonly=not names)
    return (columns if names else {}), metadata


def call(reader: Reader, path: Path, encoding: str | None, **options: object) -> Any:
    """Call a reader so that nothing is converted: no labels, no dates, no missing codes."""
    from pyreadstat import PyreadstatError, ReadstatError

    known = iconv_name(path, encoding)
    try:
        return reader(
            path,
            encoding=known,
            user_missing=True,
            disable_datetime_conversion=True,
            output_format="dict",
            **options,
        )
    except (ReadstatError, PyreadstatError, ValueError, LookupError, OverflowError) as error:
        raise unreadable_error(path, error, encoding) from error


def iconv_name(path: Path, encoding: str | None) -> str | None:
    """Return an encoding by the name that ReadStat knows, None as it is."""
    try:
        return None if encoding is None else codecs.lookup(encoding).name
    except LookupError as error:
        msg = f"{path}: format.encoding: there is no encoding {encoding!r}; cp1252 is one"
        raise DataError(msg) from error


def unreadable_error(path: Path, error: Exception, encoding: str | None) -> DataError:
    """Return the error to raise for a file that cannot be read."""
    if not path.exists():
        return DataError(f"{path}: there is no such file")
    if encoding and "character set" in str(error):
        return DataError(f"{path}: format.encoding: its reader does not know {encoding!r}")
    if isinstance(error, UnicodeError) or "encoding" in str(error):
        return wrong_encoding(path, encoding)
    return DataError(f"{path}: cannot be read: {clip(error, 300)}; is it whole?")


def wrong_encoding(path: Path, encoding: str | None) -> DataError:
    """Return the error to raise for text that is not in the file's encoding, or the config's."""
    said = f"in {encoding}, as format.encoding says" if encoding else "what the file says it is"
    return DataError(
        f"{path}: its text is not {said}; if it is Western European, write "
        "`format: {encoding: cp1252}`"
    )


def codes_of(values: Iterable[object]) -> list[str]:
    """Return codes as text, as a column's values are written."""
    return [text for value in values if (text := text_of(value)) is not None]


def text_column(values: Values) -> Values:
    """Return texts as stored, None for those that are empty or blank."""
    return [value if value is not None and value.strip() else None for value in values]


def beyond_exact(numbers: "NDArray[np.float64]") -> str:
    """Return what is to be told of whole numbers that a float does not tell apart, else nothing."""
    known = numbers[~np.isnan(numbers)]
    count = int(np.count_nonzero(np.abs(known) >= EXACT))
    return f"{count:,} numbers beyond 2^53: this format keeps 15 digits; of ids keep text" * (
        count > 0
    )


def odd_text(path: Path, columns: Mapping[str, Values]) -> list[str]:
    """Return a note if texts hold what stands for unreadable bytes."""
    odd = [name for name, v in columns.items() if any(UNREADABLE in (text or "") for text in v)]
    if not odd:
        return []
    return [
        f"{path.name}: unreadable letters ({UNREADABLE}) in {few(odd)}: if its encoding is not "
        "what it says, write `format: {encoding: cp1252}`"
    ]


def unsaid_encoding(
    path: Path, about: "metadata_container", texts: Mapping[str, Values]
) -> list[str]:
    """Return a note if letters were read in an encoding that the file does not name."""
    labels = [
        *about.column_names,
        *about.column_labels,
        *(t for v in about.variable_value_labels.values() for t in v.values()),
    ]
    said = (text for values in (labels, *texts.values()) for text in values if text)
    if all(text.isascii() for text in said):
        return []
    return [
        f"{path.name}: the file does not say its encoding: read as cp1252; if letters look wrong,"
        " write `format: {encoding: ...}`"
    ]
