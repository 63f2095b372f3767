"""Level maps: people moved from the population's levels to the study's, whole or by shares."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sweep.config.section import KEY
from sweep.data.findings import Findings, KeyPath
from sweep.words.names import did_you_mean
from sweep.words.numbers import count_of
from sweep.words.text import fold
from sweep.words.values import brief, few

__all__ = ["mapped"]

type Moves = Mapping[str, Mapping[str, float]]
"""By the population's level: the study's levels that it becomes, with the share of each."""


def mapped(
    rows: pd.DataFrame, size: str, maps: Mapping[str, Moves], path: KeyPath, findings: Findings
) -> pd.DataFrame:
    """Return a population's rows with the levels of the study.

    A level of several becomes as many rows, each with its share of the people in the column
    ``size``. What becomes of which level is told; a level that the map leaves out, or names and
    the population lacks, is a mistake under ``path`` and the variable.
    """
    for variable in [v for v in maps if v in rows.columns]:
        if rows[variable].isna().any():
            continue  # refused, with how many: every person has a level
        moves = {fold(level): folded(shares) for level, shares in maps[variable].items()}
        summed = rows.groupby(rows[variable].astype(str), sort=True)[size].sum()
        people = {str(level): float(n) for level, n in summed.items()}
        if refuse_differences(variable, people, moves, (*path, variable), findings):
            continue
        findings.notice((*path, variable), moves_words(variable, people, moves))
        rows = moved(rows, size, variable, moves)
    return rows


def folded(shares: Mapping[str, float]) -> dict[str, float]:
    """Return shares by folded level; levels that fold to one are one."""
    made: dict[str, float] = {}
    for level, share in shares.items():
        made[fold(level)] = made.get(fold(level), 0.0) + share
    return made


def refuse_differences(
    variable: str, people: Mapping[str, float], moves: Moves, path: KeyPath, findings: Findings
) -> bool:
    """Note the levels that only the map or only the population has; return whether there are."""
    gone = [level for level in moves if level not in people]
    left = [level for level in people if level not in moves]
    for level in gone:
        near = did_you_mean(level, left or list(people))
        has = f"the population's {variable!r} has no level {brief(level)}.{near}"
        findings.mistake((*path, level, KEY), f"{has} It has: {few(list(people))}")
    if left:
        counted = few(left, lambda level: f"{brief(level)} ({people[level]:,.6g} people)")
        near = did_you_mean(left[0], gone)
        words = f"{count_of(len(left), 'level')} of the population left out of the map: {counted}"
        write = f"write {brief(left[0])}: {brief(left[0])} for one that stays as it is"
        findings.mistake(path, f"{words}.{near} Every level has to be named; {write}")
    return bool(gone or left)


def moves_words(variable: str, people: Mapping[str, float], moves: Moves) -> str:
    """Return what becomes of whom, in one line; levels that keep their name are left out."""

    def words(level: str) -> str:
        parts = [
            f"{target} ({'' if share == 1 else f'{share:.4g}: '}{people[level] * share:,.6g})"
            for target, share in moves[level].items()
        ]
        return f"{level} -> {' + '.join(parts)}"

    changed = [level for level in people if list(moves[level]) != [level]]
    return f"{variable} of the population, by number of people: {few(changed, words)}"


def moved(rows: pd.DataFrame, size: str, variable: str, moves: Moves) -> pd.DataFrame:
    """Return rows with one variable's levels moved, a row for each level that one becomes."""
    old = rows[variable].astype(str)
    times = old.map({level: len(shares) for level, shares in moves.items()}).to_numpy(np.int64)
    pairs = [(t, s) for level in old for t, s in moves[level].items()]
    made = rows.iloc[np.repeat(np.arange(len(rows)), times)].reset_index(drop=True)
    levels = sorted({target for shares in moves.values() for target in shares})
    column = pd.Categorical([target for target, _ in pairs], pd.Index(levels, dtype="str"))
    shares = np.array([share for _, share in pairs])
    return made.assign(**{variable: column, size: made[size].to_numpy(float) * shares})
