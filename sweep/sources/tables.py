"""Tables: some columns of a file, as folded text."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sweep.errors import DataError
from sweep.sources.text_columns import text_column
from sweep.words.names import did_you_mean
from sweep.words.values import clip, clip_name, few

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TextTable", "read_columns", "read_table", "read_text_table"]

MISSING = ["", "NA"]  # what a CSV writes for nothing; "None" is a label like any other
ROW = re.compile(r"(columns, got \d+): .*", re.DOTALL)  # what Arrow adds is the row


@dataclass(frozen=True)
class TextTable:
    """Columns of folded text (row,), and why some that were asked for are none, by name."""

    rows: pd.DataFrame
    refused: Mapping[str, str]


def read_columns(path: Path) -> list[str]:
    """Return the names of a file's columns without reading its rows.

    Raises
    ------
    DataError
        If the file is missing, unreadable, or has a column name twice.
    """
    try:
        if path.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq

            names = list(pq.read_schema(path).names)
        else:
            head = pd.read_csv(path, header=None, nrows=1, dtype=str, keep_default_na=False)
            names = [str(name) for name in head.iloc[0]]
    except (OSError, ValueError, pd.errors.ParserError) as error:
        raise unreadable_error(path, error) from error
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"{path}: column {twice[0]!r} appears twice; rename one of them"
        raise DataError(msg)
    return names


def read_table(path: Path, wanted: Collection[str], rename: Mapping[str, str]) -> pd.DataFrame:
    """Return some columns of a file as folded text, under their new names.

    Raises
    ------
    DataError
        If the file cannot be read, lacks a column, or a column holds lists, records or bytes.
    """
    table = read_text_table(path, wanted, rename)
    for name, why in table.refused.items():
        msg = f"{path}: column {name!r} {why}"
        raise DataError(msg)
    return table.rows


def read_text_table(path: Path, wanted: Collection[str], rename: Mapping[str, str]) -> TextTable:
    """Return some columns of a file as folded text, under their new names; none stops the others.

    Empty cells, and ``NA`` in a CSV, are missing, and nothing else is.

    Raises
    ------
    DataError
        If the file cannot be read or lacks a column.
    """
    old = old_names(path, wanted, rename)
    usecols = [old[name] for name in dict.fromkeys(wanted)]
    try:
        if path.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq

            table = pq.read_table(path, columns=usecols)
        else:
            table = read_text(path, usecols)
    except (OSError, ValueError) as error:
        raise unreadable_error(path, error) from error
    made: dict[str, pd.Series] = {}
    refused: dict[str, str] = {}
    for name in usecols:
        new = rename.get(name, name)
        try:
            made[new] = text_column(table.column(name))
        except TypeError as error:
            refused[new] = f"({table.schema.field(name).type}): {error}"
    return TextTable(pd.DataFrame(made, index=pd.RangeIndex(table.num_rows)), refused)


def old_names(path: Path, wanted: Collection[str], rename: Mapping[str, str]) -> dict[str, str]:
    """Return each column's name in the file by its new one.

    Raises
    ------
    DataError
        If two columns get one name, one that is wanted is not there, or none is wanted.
    """
    old: dict[str, str] = {}
    for name in read_columns(path):
        new = rename.get(name, name)
        if new in old:
            msg = f"{path}: columns {old[new]!r} and {name!r} would both be called {new!r}"
            raise DataError(msg)
        old[new] = name
    for name in wanted:
        if name not in old:
            guess = did_you_mean(name, old)
            msg = f"{path}: there is no column {name!r}.{guess} Its columns: {few(old, clip_name)}"
            raise DataError(msg)
    if not wanted:
        msg = (
            f"{path} has none of the variables that the study uses (columns: {few(old, clip_name)})"
        )
        raise DataError(msg)
    return old


def read_text(path: Path, names: list[str]) -> "pa.Table":
    """Return columns of a CSV as text; a row longer or shorter than the header is an error."""
    import pyarrow as pa
    from pyarrow import csv

    options = csv.ConvertOptions(
        include_columns=names,
        column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
        null_values=MISSING,
        strings_can_be_null=True,
    )
    parsing = csv.ParseOptions(newlines_in_values=True)
    return csv.read_csv(path, parse_options=parsing, convert_options=options)


def unreadable_error(path: Path, error: Exception) -> DataError:
    """Return the error to raise for a file that cannot be read; no row of it is in there."""
    if isinstance(error, FileNotFoundError):
        return DataError(f"{path}: there is no such file")
    return DataError(f"{path}: {clip(ROW.sub(r'\1', str(error)), 300)}")
