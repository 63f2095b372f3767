"""Derivation: new variables from a table's columns: bands of a number, values by other names."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from sweep.config import Cut, Recode, Study
from sweep.data.columns import number_words, numbers_in, renamed, text_series
from sweep.data.findings import Findings, KeyPath
from sweep.words.text import fold

__all__ = ["derive", "source_of", "tell_uncut"]


def source_of(variable: str, study: Study, available: Collection[str]) -> str:
    """Return the column a variable is made from.

    A table that lacks it, and has the derived variable itself, is taken at its word: a census
    comes with age bands, the survey with ages.
    """
    rule = study.derive.get(variable)
    source = rule.cut if isinstance(rule, Cut) else (rule.column if rule else None) or variable
    return source if source in available else variable


def derive(name: str, table: pd.DataFrame, study: Study) -> pd.Series | None:
    """Return one variable (row,), None if the table has nothing to make it from."""
    rule = study.derive.get(name)
    source = source_of(name, study, table.columns)
    if source not in table.columns:
        return None
    if isinstance(rule, Cut) and source == rule.cut:
        return cut(table[source], rule)
    if not isinstance(rule, Recode):
        return table[source]
    return renamed(table[source], {fold(old): fold(new) for old, new in rule.recode.items()})


def cut(column: pd.Series, rule: Cut) -> pd.Series:
    """Return the label of the band each number lies in; missing outside of all, and for text."""
    open_below = len(rule.labels) == len(rule.at) + 1
    edges = np.array(rule.at)
    values = numbers_in(column)
    band = np.searchsorted(edges, values, side="right") - (0 if open_below else 1)
    known = np.isfinite(values)
    codes = np.where(known & (band >= 0), band, -1).astype(np.int64)
    return text_series(codes, [fold(label) for label in rule.labels], column.index)


def tell_uncut(
    table: pd.DataFrame, name: str, study: Study, what: str, findings: Findings, path: KeyPath
) -> None:
    """Tell of values that should be cut and are no numbers."""
    rule = study.derive.get(name)
    if not isinstance(rule, Cut) or rule.cut not in table.columns:
        return
    column = table[rule.cut]
    wrong = column.notna().to_numpy() & ~np.isfinite(numbers_in(column))
    if not wrong.any():
        return
    message = f"the {what}'s column {rule.cut!r} holds no number to cut: "
    message += number_words(column, wrong)
    if wrong.sum() == column.notna().sum():
        findings.mistake(path, message)
    else:
        findings.notice(path, f"{message}; read as missing")
