"""Variables: each column that a study names, derived, for the rows that count.

``prepare`` derives and filters, for survey and population alike, and counts every row it drops with
the reason. A condition sees derived variables as well as the file's columns.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.columns import how_often
from sweep.data.derivation import derive, recoded_values, seen_by, tell_made
from sweep.data.exclusions import EXCLUDED, check_ids, excluded_respondents
from sweep.data.findings import Findings, KeyPath
from sweep.data.left_out import tell_left_out, tell_undecided
from sweep.data.rules import Rules, columns_in, columns_seen, resolve
from sweep.expression import columns as columns_of
from sweep.expression import normalise, parse
from sweep.words.names import did_you_mean
from sweep.words.values import clip_name, few

__all__ = ["Table", "condition_sources", "prepare", "sources_of", "unknown_words"]


@dataclass(frozen=True)
class Table:
    """A prepared table: the kept rows, their numbers in the source, and what was dropped why.

    Before anything was dropped, ``held`` are the values of each variable, and ``recoded`` those of
    the columns from which derived variables are recoded, by the variable.
    """

    rows: pd.DataFrame
    kept: np.ndarray[tuple[int], np.dtype[np.int64]]
    read: int
    dropped: tuple[tuple[str, int], ...]
    held: Mapping[str, Collection[str]] = field(default_factory=dict)
    recoded: Mapping[str, Collection[str]] = field(default_factory=dict)


def sources_of(variables: Iterable[str], rules: Rules, available: Collection[str]) -> list[str]:
    """Return the file columns that some variables are made from; what is not there is left out."""
    made = [resolve(variable, rules, available) for variable in variables]
    return list(dict.fromkeys(c for one in made if one is not None for c in columns_in(one)))


def condition_sources(
    condition: str | None,
    rules: Rules,
    available: Collection[str],
    path: KeyPath,
    findings: Findings,
) -> list[str]:
    """Return the file columns that an optional condition reads, itself or by what is derived.

    A name that the file has nothing for is a mistake of the condition's key.
    """
    found = {} if condition is None else columns_seen(condition, rules, available)
    for name, columns in found.items():
        if not columns:
            findings.mistake(path, unknown_words(name, rules, available))
    return list(dict.fromkeys(c for columns in found.values() for c in columns))


def unknown_words(name: str, rules: Rules, available: Collection[str]) -> str:
    """Return the message for a name that a table has nothing for."""
    known = [*available, *(made for made in rules.made if made not in available)]
    guess, there = did_you_mean(name, known), few(known, clip_name)
    lacks = f"the {rules.what} has no column {name!r}"
    if name in rules.made:
        lacks = f"the {rules.what} has not what {name!r} is derived from"
    return f"{lacks}.{guess} There are: {there}"


def prepare(
    table: pd.DataFrame,
    variables: Mapping[str, str],
    condition: str | None,
    rules: Rules,
    findings: Findings,
) -> Table:
    """Return the rows that meet a condition, with every variable derived.

    Of a survey, respondents are left out by name and ids looked at as its section says.

    Parameters
    ----------
    variables
        Variable to the (derived or plain) column that it is; those the table lacks are left out.
    condition
        An expression over derived variables and columns; other rows are dropped.

    Raises
    ------
    Mistaken
        If no row is left.
    """
    made = made_variables(table, variables, rules, findings)
    held = {name: tuple(how_often(values)) for name, values in made.items()}
    recoded = recoded_values(table, variables.values(), rules)
    whole = pd.DataFrame({**{c: table[c] for c in table.columns if c not in made}, **made})
    kept, dropped = rows_that_count(table, condition, rules, findings)
    if len(kept) < len(table):
        whole, table = whole.iloc[kept], table.iloc[kept]
    mistaken = {found.path for found in findings.mistakes}
    for name in dict.fromkeys([*variables.values(), *names_told(condition, rules)]):
        if (path := rules.paths.get(name, ())) not in mistaken:
            with findings.at(*path):
                tell_made(name, table, rules, findings)
    read = len(kept) + sum(count for _, count in dropped)
    return Table(whole, kept, read, tuple(dropped), held, recoded)


def names_told(condition: str | None, rules: Rules) -> list[str]:
    """Return what else is told of a table: of a survey all that is derived: a base may use it."""
    if rules.what == "survey":
        return list(rules.made)
    names = sorted(columns_of(parse(condition))) if condition is not None else []
    return [rules.column_of(name) for name in names]


def rows_that_count(
    table: pd.DataFrame, condition: str | None, rules: Rules, findings: Findings
) -> tuple[NDArray[np.int64], list[tuple[str, int]]]:
    """Return the rows (row,) that are kept, and how many were dropped why.

    Raises
    ------
    Mistaken
        If no row is left.
    """
    dropped: list[tuple[str, int]] = []
    kept = np.arange(len(table), dtype=np.int64)
    mistaken = {found.path for found in findings.mistakes}
    if condition is not None and (*rules.here, "filter") not in mistaken:
        holds = where_it_holds(table, condition, rules, findings)
        dropped.append((f"filter: {normalise(parse(condition))}", int((~holds).sum())))
        kept = kept[holds]
    check_rows(len(kept), condition, rules, findings)
    if rules.what == "survey":
        stays = who_stays(table.iloc[kept], kept, rules, findings)
        dropped += [(EXCLUDED, int((~stays).sum()))] if not stays.all() else []
        kept = kept[stays]
    return kept, dropped


def check_rows(rows: int, condition: str | None, rules: Rules, findings: Findings) -> None:
    """Refuse a table of nobody.

    Raises
    ------
    Mistaken
        If there is none: what comes next would find fault with that alone.
    """
    if not rows:
        after = f" after filter {condition!r}" if condition else ""
        where = (*rules.here, "filter" if condition else "source")
        findings.mistake(where, f"the {rules.what} has no rows left{after}")
        findings.stop_if_mistaken()


def where_it_holds(
    table: pd.DataFrame, condition: str, rules: Rules, findings: Findings
) -> NDArray[np.bool_]:
    """Return the rows where a filter holds; what it does not find is told under its key.

    All, where it cannot be put to the table: that is a mistake.
    """
    path = (*rules.here, "filter")
    with findings.at(*path):
        seen, told = seen_by([condition], table, rules), partial(findings.notice, path)
        tell_left_out([seen.expression(condition)], seen.values, told)
        tell_undecided(condition, seen, told)
        return seen.holds(condition, told)
    return np.ones(len(table), np.bool_)


def who_stays(
    table: pd.DataFrame, kept: NDArray[np.int64], rules: Rules, findings: Findings
) -> NDArray[np.bool_]:
    """Return which respondents are not left out (respondent,); their ids must differ.

    Raises
    ------
    Mistaken
        If all are left out.
    """
    spec = rules.study.survey
    stays = np.ones(len(table), np.bool_)
    if spec.exclude_respondents:
        with findings.at("study", "survey", EXCLUDED):
            seen = seen_by(spec.exclude_respondents.values(), table, rules)
            stays = ~excluded_respondents(rules.study, seen, len(table), findings)
        if not stays.any():
            findings.stop_if_mistaken()
    if spec.id is not None and spec.id in table.columns:
        check_ids(table[spec.id][stays], kept[stays], findings)
    return stays


def made_variables(
    table: pd.DataFrame, variables: Mapping[str, str], rules: Rules, findings: Findings
) -> dict[str, pd.Series]:
    """Return each variable that the table has something to make of."""
    made = {}
    for variable, column in variables.items():
        with findings.at(*rules.paths.get(column, ("study", "derive"))):
            values = derive(column, table, rules)
            if values is not None:
                made[variable] = values
    return made
