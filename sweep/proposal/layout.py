"""Layout: which columns of a table are people, and which are levels; margins in one table."""

import re
from collections.abc import Sequence

import pandas as pd

from sweep.data.columns import how_often
from sweep.data.totals import TOTALS
from sweep.proposal.words import called
from sweep.words.text import number_of

__all__ = ["is_measured", "is_total", "listed_variables", "side_by_side", "size_of", "sizes_in"]

GROUPED = re.compile(r"[\d.,'’ \u00a0\u202f]+%?")
EQUAL = 0.01  # by how much the totals of margins may differ, as a share


def sizes_in(rows: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns that may hold numbers of people: those named so, or else the last."""
    numeric = [
        str(name)
        for name in rows
        if (often := how_often(rows[name])) and all(GROUPED.fullmatch(text) for text in often)
    ]
    named = [name for name in numeric if called(name, "population", "size")]
    last = [name for name in numeric[-1:] if len(rows.columns) > 1]
    return tuple(named or last)


def is_measured(column: pd.Series) -> bool:
    """Return whether a column holds measurements, such as a share of votes: no levels."""
    numbers = [number_of(text) for text in how_often(column)]
    return all(n is not None for n in numbers) and any(n and not n.is_integer() for n in numbers)


def size_of(text: object) -> float:
    """Return the number that a cell of sizes writes, whatever parts its thousands; else nothing."""
    plain = number_of(str(text))
    if plain is not None:
        return plain
    bare = re.sub(r"[^\d]", "", str(text))
    return float(bare) if bare else 0.0


def is_total(level: object) -> bool:
    """Return whether a level is called as totals are."""
    return str(level).casefold() in TOTALS


def listed_variables(
    rows: pd.DataFrame, levels: Sequence[str], people: pd.Series
) -> tuple[str, str] | None:
    """Return the columns of variables and of levels, if the rows are a list of margins.

    Then no level belongs to two variables, and all variables sum to one total.
    """
    if len(levels) != 2:
        return None
    for kind, level in (levels, levels[::-1]):
        pairs = rows[[kind, level]].dropna().drop_duplicates()
        apart = not pairs[level].duplicated().any() and len(pairs) == len(rows)
        real = ~rows[level].astype(object).map(is_total).to_numpy(bool)
        totals = people[real].groupby(rows.loc[real, kind].astype(object)).sum()
        equal = totals.max() - totals.min() <= EQUAL * totals.max()
        if apart and equal and 1 < len(totals) < len(pairs):
            return kind, level
    return None


def side_by_side(
    rows: pd.DataFrame, levels: Sequence[str], sizes: Sequence[str]
) -> list[tuple[str, str]]:
    """Return the pairs of levels and sizes, if all columns are such pairs: margins in a row."""
    names = [str(name) for name in rows]
    pairs = list(zip(names[::2], names[1::2], strict=False))
    alternate = [one for one, _ in pairs] == [*levels] and [n for _, n in pairs] == [*sizes]
    return pairs if alternate and len(names) % 2 == 0 and len(pairs) > 1 else []
