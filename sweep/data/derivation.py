"""Derivation: new variables from a table's columns: bands of a number, values by other names."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from sweep.config import Cut, Recode, Study
from sweep.config.section import KEY
from sweep.data.columns import how_often, number_words, numbers_in, renamed, text_series
from sweep.data.findings import Findings, KeyPath
from sweep.words.names import did_you_mean
from sweep.words.numbers import count_of
from sweep.words.text import fold, number_of
from sweep.words.values import brief, few

__all__ = ["derive", "recoded_values", "refuse_idle_recodes", "source_of", "tell_uncut"]

CODES = (98.0, 99.0, 998.0, 999.0)
"""Numbers by which surveys write that there was no answer."""

APART = 5.0  # how far such a number is from the next below it, where it is no age


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


def recoded_values(
    table: pd.DataFrame, names: Iterable[str], study: Study
) -> dict[str, tuple[str, ...]]:
    """Return what a table holds in the columns from which some variables are recoded."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        source = source_of(name, study, table.columns)
        if isinstance(study.derive.get(name), Recode) and source in table.columns:
            found[name] = tuple(how_often(table[source]))
    return found


def refuse_idle_recodes(
    study: Study, tables: Sequence[Mapping[str, Collection[str]]], findings: Findings
) -> None:
    """Refuse to recode a value that no table holds: what was meant would stay as it is.

    ``tables`` are by variable the values of the columns it is recoded from.
    """
    for name, rule in study.derive.items():
        there = list(dict.fromkeys(text for table in tables for text in table.get(name, ())))
        if not isinstance(rule, Recode) or not there:
            continue
        for old in rule.recode:
            if fold(old) not in there:
                guess = did_you_mean(fold(old), there)
                findings.mistake(
                    ("study", "derive", name, "recode", old, KEY),
                    f"neither survey nor population holds {brief(old)}.{guess} "
                    f"They hold: {few(there)}",
                )


def cut(column: pd.Series, rule: Cut) -> pd.Series:
    """Return the label of the band each number lies in; missing outside of all, and for text.

    An edge belongs to the band above it; the last edge of a closed rule to none.
    """
    open_below = len(rule.labels) == len(rule.at) + 1
    edges = np.array(rule.at)
    values = numbers_in(column)
    band = np.searchsorted(edges, values, side="right") - (0 if open_below else 1)
    inside = np.isfinite(values) & (band >= 0) & (band < len(rule.labels))
    codes = np.where(inside, band, -1).astype(np.int64)
    return text_series(codes, [fold(label) for label in rule.labels], column.index)


def suspect_codes(column: pd.Series, rule: Cut) -> dict[str, int]:
    """Return values in an open last band that look like codes for no answer, with their counts.

    Those beyond twice the last edge, and 98, 99, 998 or 999; where they stand apart from the rest:
    with a last edge of 35 there are people of 90, and some of 89.
    """
    if len(rule.labels) < len(rule.at):  # closed: what lies outside is missing
        return {}
    often = {number_of(text): (text, n) for text, n in how_often(column).items()}
    values = sorted(v for v in often if v is not None)
    last = rule.at[-1]
    far = beyond(values, last)
    codes = [v for v in values if v in CODES and v >= last and v not in far]
    rest = [v for v in values if v not in far and v not in codes]
    apart = [v for v in codes if rest and v - rest[-1] > APART]
    return dict(often[v] for v in [*apart, *far])


def beyond(values: Sequence[float], last: float) -> list[float]:
    """Return the ascending values from the first beyond twice an edge, further than it apart."""
    for below, value in pairwise(values):
        if last > 0 and value > 2 * last and value - below > last:
            return [v for v in values if v >= value]
    return []


def refuse_codes(
    column: pd.Series, rule: Cut, what: str, findings: Findings, path: KeyPath
) -> None:
    """Refuse numbers that may mean no answer, until the config says what they are."""
    found = suspect_codes(column, rule)
    if found:
        shown = few(found, lambda text: f"{text} ({count_of(found[text], 'row')})")
        findings.mistake(
            path,
            f"the {what}'s column {rule.cut!r} has values far above the rest, which would all lie "
            f"in {rule.labels[-1]!r}: {shown}. Name them in study.{what}.missing_values, or close "
            f"the last band with one edge more in 'at'",
        )


def tell_outside(
    column: pd.Series, rule: Cut, what: str, findings: Findings, path: KeyPath
) -> None:
    """Tell of numbers outside of all bands: they are missing."""
    low = -np.inf if len(rule.labels) > len(rule.at) else rule.at[0]
    high = rule.at[-1] if len(rule.labels) < len(rule.at) else np.inf
    outside = {
        text: n
        for text, n in how_often(column).items()
        if (v := number_of(text)) is not None and not low <= v < high
    }
    if outside:
        rows = count_of(sum(outside.values()), "row")
        findings.notice(
            path,
            f"the {what}'s column {rule.cut!r} lies outside of all bands in {rows} "
            f"({few(list(outside))}): read as missing",
        )


def tell_uncut(
    table: pd.DataFrame, name: str, study: Study, what: str, findings: Findings, path: KeyPath
) -> None:
    """Tell of values that should be cut and are no numbers."""
    rule = study.derive.get(name)
    if not isinstance(rule, Cut) or rule.cut not in table.columns:
        return
    column = table[rule.cut]
    refuse_codes(column, rule, what, findings, path)
    tell_outside(column, rule, what, findings, path)
    wrong = column.notna().to_numpy() & ~np.isfinite(numbers_in(column))
    if not wrong.any():
        return
    message = f"the {what}'s column {rule.cut!r} holds no number to cut: "
    message += number_words(column, wrong)
    if wrong.sum() == column.notna().sum():
        findings.mistake(path, message)
    else:
        findings.notice(path, f"{message}; read as missing")
