"""Repeats: rows of a table of people that are one cell, and whether adding them up can be meant.

A table may be finer than its study: by year, or by an age that no predictor uses. Adding these up
is right unless a row is there twice, or holds the sum or the share of others.
"""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.columns import codes_of, how_often, numbers_in
from sweep.data.findings import Findings, KeyPath
from sweep.data.totals import TOTALS
from sweep.words.numbers import count_of
from sweep.words.values import brief, clip_name, few

__all__ = ["tell_repeats"]

SAME = 0.02  # by how much a row of totals may differ from the sum of the others, relatively
HALF = 0.5
MOST_LEVELS = 50  # levels of a column that could be those of a table
SHARES = frozenset(
    {
        *("percent", "per cent", "percentage", "pct", "%", "share", "proportion", "rate"),
        *("prozent", "anteil", "pourcentage", "porcentaje", "percentuale", "procent"),
    }
)
"""Levels, with case folded, of rows that hold no people but shares of them."""


def tell_repeats(  # a table, what of it is used, and whom to tell
    rows: pd.DataFrame,
    used: Sequence[str],
    elsewhere: Collection[str],
    size: str,
    path: KeyPath,
    findings: Findings,
) -> None:
    """Tell of rows that are one cell; refuse those that would count people twice.

    ``rows`` has all columns of the file, as folded text, and its kept rows; ``used`` are those
    that are read of it, those of ``elsewhere`` what the study reads of its other tables, and
    ``size`` is that of people.
    """
    codes = pd.DataFrame({name: codes_of(rows[name]) for name in rows.columns})
    cell = codes.groupby(list(used), sort=False).ngroup().to_numpy()
    times = np.bincount(cell, minlength=1)
    if times.max() == 1:
        return
    if message := repeated_words(codes, size):
        findings.mistake(path, message)
        return
    codes["(cell)"] = cell
    others = [name for name in rows.columns if name not in {*used, size}]
    parting = [n for n in others if len(codes[["(cell)", n]].drop_duplicates()) > len(times)]
    people = np.nan_to_num(numbers_in(rows[size]))
    wrong = [words for n in parting for words in sums_words(rows[n], cell, people)]
    for message in wrong:
        findings.mistake(path, message)
    unused = [name for name in parting if name not in elsewhere]
    if not wrong and (unused or not parting):
        findings.notice(path, added_words(rows, times, unused, size))


def repeated_words(codes: pd.DataFrame, size: str) -> str | None:
    """Return what is wrong with rows that repeat others in every column, None if nothing is.

    Of people some are alike, and some more often than others; of cells, none. ``codes`` are the
    numbers of each row's values.
    """
    times = codes.groupby(list(codes.columns), sort=False).size().to_numpy()
    again = times[times > 1]
    if not len(again):
        return None
    once = codes.drop_duplicates()
    are_people = len(set(again.tolist())) > 1 or (len(again) < len(times) and again.max() > 2)
    if are_people or codes[size].nunique() == 1 or once.drop(columns=size).duplicated().any():
        return None
    return (
        f"{count_of(int((again - 1).sum()), 'row')} of {len(codes):,} repeat another in every "
        "column, its size too, and their people would be counted again: remove these rows from "
        "the file; if each row is a person, give each a number of its own in a further column"
    )


def sums_words(
    column: pd.Series, cell: NDArray[np.integer], people: NDArray[np.float64]
) -> list[str]:
    """Return what is wrong with levels of an unused column that hold sums or shares of others.

    A sum is one in at least half of its cells (row,): by name if it is no less than the others
    together; by size alone if it is always theirs, and these are several.
    """
    levels = list(how_often(column))
    if not 1 < len(levels) <= MOST_LEVELS:
        return []
    texts = column.astype(object).to_numpy()
    every = np.bincount(cell, people)
    found = []
    for level in levels:
        mine = np.bincount(cell, people * (texts == level), len(every))
        at = np.flatnonzero(np.bincount(cell, texts == level, len(every)) > 0)
        rest = every[at] - mine[at]
        named = level.casefold() in TOTALS and np.mean(mine[at] >= (1 - SAME) * rest) >= HALF
        same = np.isclose(mine[at], rest, rtol=1e-6).all() and rest.all()
        if named or (same and len(levels) > 2 and len(at) > 1):
            found.append(double_words(column, level, "the sum of the others"))
        elif level.casefold() in SHARES:
            found.append(double_words(column, level, "shares, beside numbers of people"))
    return found


def double_words(column: pd.Series, level: str, what: str) -> str:
    """Return what is wrong with the rows of one level of a column that the study does not use."""
    count, name = how_often(column)[level], str(column.name)
    return (
        f"{count_of(count, 'row')} with {brief(level)} in column {name!r}, which the study does "
        f"not use, seem to hold {what}, and would be added to them: leave one or the other out "
        f'with filter: "{name} != {level!r}"'
    )


def added_words(
    rows: pd.DataFrame, times: NDArray[np.integer], parting: Sequence[str], size: str
) -> str:
    """Return which rows are added up, and over what: ``parting`` are the columns they differ in."""
    least, most = int(times.min()), int(times.max())
    each = f"{most:,}" if least == most else f"{least:,} to {most:,}"
    head = f"{each} rows per cell are added up"
    if not parting:
        return f"{head}: they differ in nothing but their size, {size!r}"
    return (
        f"{head} over columns that the study does not use: {few(parting, lambda n: over(rows[n]))}"
    )


def over(column: pd.Series) -> str:
    """Return a column's name, with its levels where they are few."""
    levels, name = list(how_often(column)), clip_name(str(column.name))
    return f"{name} ({few(sorted(levels), str)})" if len(levels) <= MOST_LEVELS else name
