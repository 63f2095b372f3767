"""Variables: each column that a study names, derived, for the rows that count.

``prepare`` derives and filters, for survey and population alike, and counts every row it drops with
the reason. A condition sees derived variables as well as the file's columns.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from sweep.config import Cut, Predictor, Study
from sweep.data.columns import how_often
from sweep.data.derivation import derive, recoded_values, source_of, tell_uncut
from sweep.data.findings import Findings, KeyPath
from sweep.data.left_out import tell_left_out
from sweep.expression import Expression, evaluate, normalise, parse
from sweep.expression import columns as columns_of
from sweep.expression.order import by_levels
from sweep.words.text import fold

__all__ = ["Table", "condition_of", "condition_sources", "prepare", "sources_of"]


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


def condition_of(text: str, study: Study) -> Expression:
    """Return a condition of the study; an order of declared levels is put as those levels.

    Raises
    ------
    DataError
        If it compares with what is no level.
    """
    return by_levels(parse(text), declared_orders(study))


def declared_orders(study: Study) -> dict[str, tuple[str, ...]]:
    """Return the levels of the variables whose order the study declares."""
    declared = {
        name: tuple(fold(level) for level in predictor.levels)
        for name, predictor in study.predictors.items()
        if predictor.levels is not None
    }
    cuts = {name: rule.labels for name, rule in study.derive.items() if isinstance(rule, Cut)}
    by_column = {p.column or name: name for name, p in study.predictors.items()}
    bands = {
        name: tuple(fold(label) for label in labels)
        for name, labels in cuts.items()
        if study.predictors.get(by_column.get(name, name), Predictor()).levels is None
    }
    return bands | declared


def sources_of(variables: Sequence[str], study: Study, available: Collection[str]) -> list[str]:
    """Return the file columns that some variables are made from; what is not there is left out."""
    needed = (source_of(variable, study, available) for variable in variables)
    return [name for name in dict.fromkeys(needed) if name in available]


def condition_sources(condition: str | None, study: Study, available: Collection[str]) -> list[str]:
    """Return the file columns that an optional condition reads, itself or by what is derived."""
    names = sorted(columns_of(parse(condition))) if condition is not None else []
    return [source_of(name, study, available) for name in names]


def prepare(
    table: pd.DataFrame,
    variables: Mapping[str, str],
    condition: str | None,
    study: Study,
    what: str,
    findings: Findings,
) -> Table:
    """Return the rows that meet a condition, with every variable derived.

    Parameters
    ----------
    variables
        Variable to the (derived or plain) column that it is; those the table lacks are left out.
    condition
        An expression over derived variables and columns; other rows are dropped.
    what
        "survey" or "population", for messages.

    Raises
    ------
    Mistaken
        If no row is left.
    """
    made = made_variables(table, variables, study)
    held = {name: tuple(how_often(values)) for name, values in made.items()}
    recoded = recoded_values(table, variables.values(), study)
    whole = pd.DataFrame({**{c: table[c] for c in table.columns if c not in made}, **made})
    dropped: list[tuple[str, int]] = []
    kept = np.arange(len(table), dtype=np.int64)
    if condition is not None:
        holds = where_it_holds(whole, condition, study, ("study", what, "filter"), findings)
        words = f"filter: {normalise(parse(condition))}"
        dropped.append((words, int((~holds).sum())))
        whole, table, kept = whole[holds], table[holds], kept[holds]
    check_rows(whole, condition, what, findings)
    for column in variables.values():
        tell_uncut(table, column, study, what, findings, ("study", "derive", column, "cut"))
    read = len(kept) + sum(count for _, count in dropped)
    return Table(whole, kept, read, tuple(dropped), held, recoded)


def check_rows(rows: pd.DataFrame, condition: str | None, what: str, findings: Findings) -> None:
    """Refuse a table of nobody.

    Raises
    ------
    Mistaken
        After telling the filter that left none.
    """
    if not len(rows):
        words = f" after filter {condition!r}" if condition else ""
        key = "filter" if condition else "source"
        findings.mistake(("study", what, key), f"the {what} has no rows left{words}")
        findings.stop_if_mistaken()


def where_it_holds(
    table: pd.DataFrame, condition: str, study: Study, path: KeyPath, findings: Findings
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return the rows where a condition holds; what it does not find is told under its key.

    Of one that says nothing of the table, all rows, and the mistake is told.
    """
    with findings.at(*path):
        expression = condition_of(condition, study)
        extra = {
            name: made
            for name in columns_of(expression)
            if name in study.derive and (made := derive(name, table, study)) is not None
        }
        seen = table.assign(**extra) if extra else table
        told = partial(findings.notice, path)
        tell_left_out(expression, seen, told)
        holds: np.ndarray[tuple[int], np.dtype[np.bool_]] = evaluate(expression, seen, told)
        return holds
    return np.ones(len(table), np.bool_)


def made_variables(
    table: pd.DataFrame, variables: Mapping[str, str], study: Study
) -> dict[str, pd.Series]:
    """Return each variable that the table has something to make of."""
    made = {variable: derive(column, table, study) for variable, column in variables.items()}
    return {variable: values for variable, values in made.items() if values is not None}
