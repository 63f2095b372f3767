"""Survey: read the tables that a config names, only the columns it names, and prepare them.

``prepare`` filters, derives and turns every categorical variable into text labels, for survey and
population alike, and counts every row it drops with the reason.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from sweep.config import Cut, Recode, Study
from sweep.errors import DataError
from sweep.expression import columns as columns_of
from sweep.expression import evaluate, parse

__all__ = ["Table", "labels", "prepare", "read_columns", "read_table", "sources_of"]

MISSING = ["", "NA"]  # what a CSV writes for nothing; "None" is a label like any other
EXACT = 2.0**53  # below this every whole float is one integer
NUMBER = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d*)?([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Table:
    """A prepared table: the kept rows, their numbers in the source, and what was dropped why."""

    rows: pd.DataFrame
    kept: np.ndarray[tuple[int], np.dtype[np.int64]]
    read: int
    dropped: tuple[tuple[str, int], ...]


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
        raise unreadable(path, error) from error
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
            near = get_close_matches(name, old, n=1)
            guess = f"; did you mean {near[0]!r}?" if near else ""
            shown = ", ".join(list(old)[:20]) + (", ..." if len(old) > 20 else "")
            msg = f"{path}: there is no column {name!r}{guess} (columns: {shown})"
            raise DataError(msg)
    if not wanted:
        msg = f"{path} has none of the variables that the study uses (columns: {', '.join(old)})"
        raise DataError(msg)
    usecols = [old[name] for name in dict.fromkeys(wanted)]
    try:
        if path.suffix.lower() == ".parquet":
            table = pd.read_parquet(path, columns=usecols)
        else:
            table = read_text(path, usecols).apply(infer)
    except (OSError, ValueError, pd.errors.ParserError) as error:
        raise unreadable(path, error) from error
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


def unreadable(path: Path, error: Exception) -> DataError:
    """Return the error to raise for a file that cannot be read."""
    reason = "there is no such file" if isinstance(error, FileNotFoundError) else str(error)
    return DataError(f"{path}: {reason}")


def infer(column: pd.Series) -> pd.Series:
    """Return a CSV column as numbers if every value is a plain number, else as it is."""
    known = column.dropna()
    if len(known) and known.str.fullmatch(NUMBER).all():
        return pd.to_numeric(column)
    return column


def labels(column: pd.Series) -> pd.Series:
    """Return a column's values as text labels: 1.0 is "1", True is "true", missing is missing."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    known = column.notna()
    if pd.api.types.infer_dtype(column, skipna=True) == "boolean":  # of any dtype, with gaps or not
        text = column[known].astype(bool).map({True: "true", False: "false"})
    elif pd.api.types.is_numeric_dtype(column.dtype):
        numbers = column[known].astype(float)
        whole = (numbers == np.floor(numbers)) & (numbers.abs() < EXACT)
        text = numbers.map(repr).where(~whole, numbers.where(whole, 0).astype(np.int64).astype(str))
    else:
        text = column[known].astype(str)
    return text.reindex(column.index).astype("str")


def sources_of(variables: Sequence[str], study: Study, available: Collection[str]) -> list[str]:
    """Return the file columns that some variables are made from; what is not there is left out."""
    needed = (source_of(variable, study, available) for variable in variables)
    return [name for name in dict.fromkeys(needed) if name in available]


def source_of(variable: str, study: Study, available: Collection[str]) -> str:
    """Return the column a variable is made from.

    A table that lacks it, and has the derived variable itself, is taken at its word: a census
    comes with age bands, the survey with ages.
    """
    rule = study.derive.get(variable)
    source = rule.cut if isinstance(rule, Cut) else (rule.column if rule else None) or variable
    return source if source in available else variable


def prepare(
    table: pd.DataFrame,
    variables: Mapping[str, str],
    condition: str | None,
    study: Study,
    what: str,
) -> Table:
    """Return the rows that meet a condition, with every variable derived and labelled.

    Parameters
    ----------
    variables
        Variable to the (derived or plain) column that it is; those the table lacks are left out.
    condition
        An expression over the table's own columns; rows where it does not hold are dropped.
    what
        "survey" or "population", for messages.
    """
    read = len(table)
    dropped: list[tuple[str, int]] = []
    kept = np.arange(read, dtype=np.int64)
    if condition is not None:
        holds = evaluate(parse(condition), table)
        dropped.append((f"filter: {condition}", int((~holds).sum())))
        table, kept = table[holds], kept[holds]
    if not len(table):
        msg = f"the {what} has no rows left" + (f" after filter {condition!r}" if condition else "")
        raise DataError(msg)
    made: dict[str, pd.Series] = {}
    for variable, column in variables.items():
        values = derive(column, table, study, what)
        if values is not None:
            made[variable] = values
    rest = {c: table[c] for c in table.columns if c not in made}
    return Table(pd.DataFrame({**rest, **made}, index=table.index), kept, read, tuple(dropped))


def derive(name: str, table: pd.DataFrame, study: Study, what: str) -> pd.Series | None:
    """Return one variable's labels, None if the table has nothing to make it from."""
    rule = study.derive.get(name)
    source = source_of(name, study, table.columns)
    if source not in table.columns:
        return None
    if isinstance(rule, Cut) and source == rule.cut:
        return cut(table[source], rule, what)
    text = labels(table[source])
    return text.replace(rule.recode) if isinstance(rule, Recode) else text


def cut(column: pd.Series, rule: Cut, what: str) -> pd.Series:
    """Return the label of the band each value lies in; missing below the first band."""
    if not pd.api.types.is_numeric_dtype(column.dtype):
        bad = column.dropna().astype(str)
        bad = bad[~bad.str.fullmatch(NUMBER)]
        shown = repr(bad.iloc[0]) if len(bad) else "text"
        msg = f"the {what}'s column {rule.cut!r} cannot be cut: it holds {shown}, not only numbers"
        raise DataError(msg)
    open_below = len(rule.labels) == len(rule.at) + 1
    edges = [-np.inf, *rule.at, np.inf] if open_below else [*rule.at, np.inf]
    bands = pd.cut(column.astype(float), edges, right=False, labels=list(rule.labels))
    return bands.astype("str")


def condition_columns(condition: str | None) -> frozenset[str]:
    """Return the columns an optional expression reads."""
    return columns_of(parse(condition)) if condition is not None else frozenset()
