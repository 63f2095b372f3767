"""Head: how a delimited file is written, what its columns are called, where respondents begin.

Rows of question texts below the header are the columns' labels. A first line ``sep=;`` is Excel's
and names the delimiter.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from sweep.errors import DataError
from sweep.sources.columns import called, renamed
from sweep.sources.delimiter import CANDIDATES, check_split, delimiter_in
from sweep.sources.question_rows import LOOKED_AT, question_rows
from sweep.sources.reading import Format
from sweep.sources.records import first_lines, records
from sweep.sources.text_encoding import Encoding, encoding_of
from sweep.words.text import fold
from sweep.words.values import brief

__all__ = ["Head", "head_of"]

SEPARATOR = re.compile(r'"?sep=(.)"?\s*')


@dataclass(frozen=True)
class Head:
    """What is known of a delimited file before its respondents are read.

    ``names`` are those of its columns in its order, "" where one has none; ``labels`` are by name.
    ``start`` is the byte where respondents begin, ``skip`` the lines above the header.
    """

    encoding: Encoding
    delimiter: str
    skip: int
    names: tuple[str, ...]
    labels: Mapping[str, str]
    start: int
    notes: tuple[str, ...]


def head_of(path: Path, format: Format) -> Head:
    """Return what a file's first rows say, as far as its config does not say otherwise.

    Raises
    ------
    DataError
        If the file is missing, empty, or its header cannot be told.
    """
    try:
        encoding = encoding_of(path, format.encoding)
        delimiter, skip = separated(path, encoding, format)
        below = islice(records(path, encoding, delimiter, skip), LOOKED_AT)
        rows = list(islice(below, 3))
    except OSError as error:
        msg = f"{path}: cannot be read: {error.strerror}"
        raise DataError(msg) from error
    if not rows:
        msg = f"{path}: is empty, or has no header after {skip} lines"
        raise DataError(msg)
    header = rows[0].values
    check_split(path, encoding, skip, header)
    names = called(path, header)
    if not any(names):
        msg = f"{path}: its header names no column: if it is below, say format: {{skip_rows: ...}}"
        raise DataError(msg)
    asked = question_rows(names, (row.values for row in chain(rows[1:], below)))
    labels = {
        n: fold(text) for n, text in zip(names, asked.texts, strict=False) if n and fold(text)
    }
    notes = encoding.notes()
    if format.delimiter is None and expected(path) != delimiter:
        notes.append(f"columns are separated by {CANDIDATES.get(delimiter, brief(delimiter))}")
    notes += renamed(header)
    notes += [asked.note] * bool(asked.count)
    return Head(
        encoding, delimiter, skip, tuple(names), labels, rows[asked.count].end, tuple(notes)
    )


def expected(path: Path) -> str:
    """Return the delimiter that a file's suffix promises."""
    return "\t" if path.suffix.lower() in {".tsv", ".tab"} else ","


def separated(path: Path, encoding: Encoding, format: Format) -> tuple[str, int]:
    """Return a file's delimiter, and how many lines stand above its header."""
    if format.delimiter is not None and not re.fullmatch(r'[^"\r\n]', format.delimiter):
        msg = f"{path}: {brief(format.delimiter)} is no delimiter: it is one sign, as ';'"
        raise DataError(msg)
    skip = format.skip_rows or 0
    first = first_lines(path, encoding, 1)
    said = SEPARATOR.fullmatch(first[0]) if first and not skip else None
    if said:
        return format.delimiter or said[1], 1
    return format.delimiter or delimiter_in(path, encoding, skip), skip
