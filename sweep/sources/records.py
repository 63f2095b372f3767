"""Records: the rows of a delimited file one by one, with the line and byte where each stands.

For looks at a file's first rows, and for the place of a mistake: what is large is read by Arrow.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sweep.errors import DataError
from sweep.sources.text_encoding import Encoding

csv.field_size_limit(1 << 26)  # of the whole process; a header may be one field of a wrong trial

__all__ = ["Record", "first_lines", "records"]


@dataclass(frozen=True)
class Record:
    """The values of one row, the line of the file it begins in, and the byte it ends before."""

    values: list[str]
    line: int
    end: int


def records(path: Path, encoding: Encoding, delimiter: str, skip: int = 0) -> Iterator[Record]:
    """Yield the rows of a file after so many lines of it; lines with nothing in them are no rows.

    Raises
    ------
    DataError
        If the bytes are not of that encoding, or a value is longer than a book.
    """
    with path.open("rb") as file:
        file.seek(encoding.mark)
        text = io.TextIOWrapper(file, encoding.codec, newline="")
        end = encoding.mark
        line = 1

        def lines() -> Iterator[str]:
            nonlocal end
            for written in text:
                end += len(written.encode(encoding.codec))
                yield written

        source = lines()
        try:
            line += sum(1 for _ in islice(source, skip))
            reader = csv.reader(source, delimiter=delimiter)
            for values in reader:
                if values:
                    yield Record(values, line, end)
                line = skip + reader.line_num + 1
        except UnicodeDecodeError as error:
            msg = f"{path}: is not written in {encoding.codec}: say format: {{encoding: ...}}"
            raise DataError(msg) from error
        except csv.Error as error:
            msg = f"{path}: line {line}: {error}; is a quotation mark not closed?"
            raise DataError(msg) from error


def first_lines(path: Path, encoding: Encoding, count: int) -> list[str]:
    """Return the first lines of a file as they are written, without their ends."""
    with path.open("rb") as file:
        file.seek(encoding.mark)
        text = io.TextIOWrapper(file, encoding.codec, errors="replace", newline="")
        return [line.rstrip("\r\n") for line in islice(text, count)]
