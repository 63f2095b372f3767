"""Tables: some columns of a CSV or Parquet file, as written."""

from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd

from sweep.data.variables import NUMBER, ROW
from sweep.errors import DataError
from sweep.words.names import did_you_mean
from sweep.words.values import clip, clip_name, few

__all__ = ["read_columns", "read_table"]

MISSING = ["", "NA"]  # what a CSV writes for nothing; "None" is a label like any other


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
    """Return some columns of a CSV or Parquet file, under their new names.

    In a CSV, a column is numeric only if every value is a plain number: codes such as ``01`` stay
    text. Empty cells and ``NA`` are missing, and nothing else is.

    Raises
    ------
    DataError
        If the file cannot be read or lacks a column.
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
    usecols = [old[name] for name in dict.fromkeys(wanted)]
    try:
        if path.suffix.lower() == ".parquet":
            table = pd.read_parquet(path, columns=usecols)
        else:
            table = read_text(path, usecols).apply(infer)
    except (OSError, ValueError, pd.errors.ParserError) as error:
        raise unreadable_error(path, error) from error
    return table.rename(columns=dict(rename))


def read_text(path: Path, names: list[str]) -> pd.DataFrame:
    """Return columns of a CSV as text; a row longer or shorter than the header is an error."""
    import pyarrow as pa
    from pyarrow import csv

    options = csv.ConvertOptions(
        include_columns=names,
        column_types=dict.fromkeys(names, pa.string()),
        null_values=MISSING,
        strings_can_be_null=True,
    )
    parsing = csv.ParseOptions(newlines_in_values=True)
    table: pd.DataFrame = csv.read_csv(
        path, parse_options=parsing, convert_options=options
    ).to_pandas()
    return table


def unreadable_error(path: Path, error: Exception) -> DataError:
    """Return the error to raise for a file that cannot be read; no row of it is in there."""
    if isinstance(error, FileNotFoundError):
        return DataError(f"{path}: there is no such file")
    return DataError(f"{path}: {clip(ROW.sub(r'\1', str(error)), 300)}")


def infer(column: pd.Series) -> pd.Series:
    """Return a CSV column as numbers if every value is a plain number, else as it is."""
    known = column.dropna()
    if len(known) and known.str.fullmatch(NUMBER).all():
        return pd.to_numeric(column)
    return column
