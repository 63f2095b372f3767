"""Variables: each column that a study names, derived and labelled, for the rows that count.

``prepare`` filters, derives and turns every categorical variable into text labels, for survey and
population alike, and counts every row it drops with the reason.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sweep.config import Cut, Recode, Study
from sweep.errors import DataError
from sweep.expression import columns as columns_of
from sweep.expression import evaluate, parse
from sweep.words.values import brief

__all__ = ["Table", "condition_columns", "labels", "prepare", "sources_of"]

EXACT = 2.0**53  # below this every whole float is one integer
ROW = re.compile(r"(columns, got \d+): .*", re.DOTALL)  # what Arrow adds is the row
NUMBER = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d*)?([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Table:
    """A prepared table: the kept rows, their numbers in the source, and what was dropped why."""

    rows: pd.DataFrame
    kept: np.ndarray[tuple[int], np.dtype[np.int64]]
    read: int
    dropped: tuple[tuple[str, int], ...]


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

    Raises
    ------
    DataError
        If no row is left, or a derivation cannot be made.
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
    """Return the label of the band each value lies in; missing below the first band.

    Raises
    ------
    DataError
        If the column holds other than numbers.
    """
    if not pd.api.types.is_numeric_dtype(column.dtype):
        bad = column.dropna().astype(str)
        bad = bad[~bad.str.fullmatch(NUMBER)]
        shown = brief(bad.iloc[0]) if len(bad) else "text"
        msg = f"the {what}'s column {rule.cut!r} cannot be cut: it holds {shown}, not only numbers"
        raise DataError(msg)
    open_below = len(rule.labels) == len(rule.at) + 1
    edges = [-np.inf, *rule.at, np.inf] if open_below else [*rule.at, np.inf]
    bands = pd.cut(column.astype(float), edges, right=False, labels=list(rule.labels))
    return bands.astype("str")


def condition_columns(condition: str | None) -> frozenset[str]:
    """Return the columns an optional expression reads."""
    return columns_of(parse(condition)) if condition is not None else frozenset()
