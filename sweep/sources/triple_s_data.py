"""Triple-S data: the file of the records, and what stands in a variable's place in each of them."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from sweep.errors import DataError
from sweep.sources.reading import Format
from sweep.sources.triple_s_file import Definition, Variable
from sweep.words.numbers import count_of
from sweep.words.values import few

__all__ = ["Rows", "data_file", "placed", "rows_of"]

FIXED = (".asc", ".dat", ".txt")
DELIMITED = (".csv",)

type Rows = Sequence[str] | Sequence[Sequence[str]]
"""Records: each a line of text, or of a CSV its fields."""


def data_file(path: Path, defined: Definition) -> Path:
    """Return the data file of a survey: that which it names, else the one of its own name.

    It lies beside the definitions; a folder or an address that they name is not followed.

    Raises
    ------
    DataError
        If there is none.
    """
    suffixes = DELIMITED + FIXED if defined.csv else FIXED + DELIMITED
    tried = [path.stem + suffix for suffix in suffixes]
    if defined.href:
        tried.insert(0, re.split(r"[/\\]", unquote(defined.href))[-1])
    there = {file.name.casefold(): file for file in sorted(path.parent.iterdir())}
    for name in tried:
        file = there.get(name.casefold())
        if file is not None and file != path and file.is_file():
            return file
    msg = f"{path}: its data file is not beside it; looked for {few(tried)}"
    raise DataError(msg)


def rows_of(path: Path, defined: Definition, format: Format) -> tuple[Rows, list[str]]:
    """Return the records of a survey, and what is to be told of them.

    Raises
    ------
    DataError
        If the data file cannot be read, or its records are not those of the definitions.
    """
    file = data_file(path, defined)
    encoding = format.encoding or defined.encoding
    try:
        text = file.read_bytes().decode(encoding).removeprefix("\ufeff")
    except OSError as error:
        msg = f"{file}: cannot be read: {error.strerror}"
        raise DataError(msg) from error
    except (UnicodeDecodeError, LookupError) as error:
        msg = f"{file}: its text is not {encoding}; write `format: {{encoding: cp1252}}`"
        raise DataError(msg) from error
    text = text.rstrip("\r\n\x1a")  # DOS ends a file with Ctrl-Z
    if defined.csv:
        return fields(file, text, defined, format.delimiter or ","), []
    return lines(file, text, defined)


def lines(file: Path, text: str, defined: Definition) -> tuple[list[str], list[str]]:
    """Return records that are lines; of one that ends early the rest is blank, told."""
    found = re.split(r"\r\n|\n|\r", text)[defined.skip :]
    while found and not found[-1]:
        found.pop()
    width = max((v.finish for v in defined.variables), default=0)
    if "" in found:
        msg = f"{file}: line {found.index('') + 1 + defined.skip:,} is empty"
        raise DataError(msg)
    short = sum(len(line) < width for line in found)
    told = f"{file.name}: {count_of(short, 'record')} shorter than {width:,}: the rest is blank"
    return [line.ljust(width) for line in found], [told] if short else []


def fields(file: Path, text: str, defined: Definition, delimiter: str) -> list[list[str]]:
    """Return records that are fields of a CSV; each has as many as the others."""
    width = max((v.finish for v in defined.variables), default=0)
    found: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader):
            if number >= defined.skip and row:
                found.append(row)
            if number >= defined.skip and row and (len(row) < width or len(row) != len(found[0])):
                msg = (
                    f"{file}: line {reader.line_num:,} has {count_of(len(row), 'field')}; the "
                    f"definitions name {width:,}, the first record has {len(found[0]):,}"
                )
                raise DataError(msg)
    except csv.Error as error:
        msg = f"{file}: line {reader.line_num:,}: {error}"
        raise DataError(msg) from error
    return found


def placed(variable: Variable, rows: Rows, defined: Definition) -> tuple[Variable, list[str]]:
    """Return what stands in a variable's place, record by record.

    Of a spread multiple with a field for each code, these are put together, equally wide.
    """
    start, finish = variable.start - 1, variable.finish
    parts = [row[start:finish] for row in rows]
    if not defined.csv:
        return variable, ["".join(part) for part in parts]
    wide = max((len(field) for part in parts for field in part), default=0)
    if finish - start == 1 or not wide:
        return variable, ["".join(part) for part in parts]
    cells = ["".join(field.rjust(wide) for field in part) for part in parts]
    return replace(variable, width=wide), cells
