"""Margin tables: margins made of tables and shares, brought to one number of people."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.config.population import is_shares
from sweep.data.findings import Findings, KeyPath
from sweep.data.margins import AGREEMENT, Margin
from sweep.words.names import did_you_mean
from sweep.words.text import fold
from sweep.words.values import brief, few

__all__ = ["levels_in", "margin_of", "margin_of_shares", "scaled", "table_by"]

ROUNDED = 0.002  # by how much totals of rounded tables may differ, relatively


def table_by(
    rows: pd.DataFrame, levels: Mapping[str, Sequence[str]], people: np.ndarray
) -> np.ndarray:
    """Return people (row,) summed by some variables' levels; rows without one are left out."""
    codes = [places_of(rows[v], own) for v, own in levels.items()]
    known = np.all([code >= 0 for code in codes], axis=0)
    table = np.zeros([len(own) for own in levels.values()])
    np.add.at(table, tuple(code[known] for code in codes), people[known])
    return table


def places_of(column: pd.Series, levels: Sequence[str]) -> NDArray[np.intp]:
    """Return each row's place (row,) among some levels, -1 where it has none of them."""
    return pd.Index(list(levels), dtype=object).get_indexer(pd.Index(column.astype(object)))


def margin_of(rows: pd.DataFrame, by: Sequence[str], size: str) -> Margin:
    """Return the margin of some variables in a table of people; levels are in letter order."""
    levels = {v: tuple(sorted(map(str, pd.unique(rows[v].dropna())))) for v in by}
    return Margin(levels, table_by(rows, levels, rows[size].to_numpy(float)))


def margin_of_shares(variable: str, shares: Mapping[str, float]) -> Margin:
    """Return the margin that shares by level are; levels that fold to one are one."""
    made: dict[str, float] = {}
    for level, share in shares.items():
        made[fold(level)] = made.get(fold(level), 0.0) + share
    return Margin({variable: tuple(made)}, np.array(list(made.values())))


def scaled(
    margins: Sequence[Margin], total: float | None, path: KeyPath, findings: Findings
) -> list[Margin]:
    """Return margins with shares turned into people: of the other margins, or of ``total``.

    That a margin holds shares is seen by its sum, 1 or 100, and told where others hold counts.
    Totals that differ as rounded tables do are made one, and that is told.
    """
    counts = [m for m in margins if not is_shares(m.total)]
    if counts and total is not None:
        message = f"{counts[0].words()} holds {counts[0].total:,.10g} people: remove the total"
        findings.mistake((*path, "total"), message)
    if not counts and total is None:
        message = "all margins are shares: say in population.total how many people there are"
        findings.mistake((*path, "margins"), message)
        return list(margins)
    people = counts[0].total if counts else float(total or 1.0)
    for index, margin in enumerate(margins):
        if counts and is_shares(margin.total):
            words = f"{margin.words()} sums to {margin.total:.6g}, so it holds shares: scaled to"
            findings.notice((*path, "margins", index), f"{words} {people:,.10g} people")
        elif is_rounded(margin.total, people):
            words = f"{margin.words()} sums to {margin.total:,.10g} people, and another margin to"
            rounded = "as if rounded: scaled to that"
            findings.notice((*path, "margins", index), f"{words} {people:,.10g}, {rounded}")
    return [
        Margin(m.levels, m.table * (people / m.total))
        if is_shares(m.total) or is_rounded(m.total, people)
        else m
        for m in margins
    ]


def is_rounded(total: float, people: float) -> bool:
    """Return whether a total is another but for rounding, and not the same."""
    return AGREEMENT < abs(total / people - 1) <= ROUNDED if total > 0 < people else False


def levels_in(
    margins: Sequence[Margin], path: KeyPath, findings: Findings
) -> dict[str, tuple[str, ...]]:
    """Return each variable's levels; margins that name others are mistakes."""
    levels: dict[str, tuple[str, ...]] = {}
    for index, margin in enumerate(margins):
        for place, (name, own) in enumerate(margin.levels.items()):
            known = levels.setdefault(name, tuple(sorted(own)))
            odd = [*(x for x in own if x not in known), *(x for x in known if x not in own)]
            if odd:
                side = "another margin lacks" if odd[0] in own else "is in another margin, not here"
                near = did_you_mean(odd[0], list(known if odd[0] in own else own))
                words = f"margins have different levels of {name!r}: {brief(odd[0])} {side}.{near}"
                also = f" (also {few(odd[1:])})" if odd[1:] else ""
                where = (*path, "margins", index, "by", place)
                findings.mistake(where, f"{words}{also} Use population.map or derive")
    return levels
