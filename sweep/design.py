"""Design: the transform that a sweep does once: levels, each respondent's cell, the frame.

Levels are the population's. A survey value that the population does not know is an error; a level
of the population that nobody answered from is legal, and is estimated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.cells import encode_codes
from sweep.config import MISSING_LIMIT, Cut, Predictor, Study
from sweep.effects import standardise
from sweep.errors import DataError
from sweep.expression import columns as columns_of
from sweep.expression import parse
from sweep.frame import Frame, frame_of
from sweep.survey import Table

__all__ = ["Design", "Respondents", "encode", "group_variables", "variables_of"]

Covariates = dict[str, dict[str, NDArray[np.float64]]]


@dataclass(frozen=True)
class Respondents:
    """The respondents a sweep keeps: personal data, never leaves the store.

    ``row`` (respondent,) numbers the survey's rows; ``cell`` the grid's cells; ``codes``
    (respondent, group variable) the further variables the survey has, -1 where missing.
    """

    row: NDArray[np.int64]
    cell: NDArray[np.int64]
    codes: NDArray[np.int32]
    weight: NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """What all outcomes share.

    ``levels`` of the predictors and ``further`` ones of the frame variables that groups use, both
    in config order; ``asked`` names the further variables that the survey has too.
    """

    levels: dict[str, tuple[str, ...]]
    further: dict[str, tuple[str, ...]]
    asked: tuple[str, ...]
    covariates: Covariates
    respondents: Respondents
    frame: Frame
    summary: dict[str, Any]


def group_variables(study: Study) -> list[str]:
    """Return the variables that groups use and the model does not, in the order they appear."""
    used: list[str] = []
    for group in study.groups:
        used += group.by
        if group.where is not None:
            used += sorted(columns_of(parse(group.where)))
    return [v for v in dict.fromkeys(used) if v not in study.predictors]


def variables_of(study: Study) -> dict[str, str]:
    """Return every variable to prepare, and the (derived or plain) column that it is."""
    predictors = {name: p.column or name for name, p in study.predictors.items()}
    return predictors | {name: name for name in group_variables(study)}


def encode(
    survey: Table, population: Table, covariates: Mapping[str, pd.DataFrame], study: Study
) -> Design:
    """Return the design of a sweep from prepared tables.

    Raises
    ------
    DataError
        If a value has no level, too many predictors are missing, or sizes or weights are no
        numbers of people.
    """
    further = group_variables(study)
    people = population_rows(population.rows, [*study.predictors, *further], study)
    levels = {name: levels_of(name, people[name], p, study) for name, p in study.predictors.items()}
    more = {name: levels_of(name, people[name], Predictor(), study) for name in further}
    rows, dropped = respondent_rows(survey, list(levels), study)
    codes = {name: encode_column(rows[name], name, labels) for name, labels in levels.items()}
    asked = tuple(name for name in further if name in survey.rows.columns)
    extra = [encode_column(rows[name], name, more[name]) for name in asked]
    respondents = Respondents(
        survey.kept[rows.index.to_numpy()],
        encode_codes(codes, levels),
        np.stack(extra, axis=1) if extra else np.zeros((len(rows), 0), np.int32),
        weights(rows, study),
    )
    frame = frame_of(people, levels, more, study.population.size)
    summary = {
        "survey": table_summary(survey, len(rows), dropped),
        "population": {
            **table_summary(population, len(people), []),
            "size": float(frame.size.sum()),
        },
        "cells": len(np.unique(frame.cell)),
        "occupied": len(np.unique(respondents.cell)),
        "predictors": {name: list(labels) for name, labels in levels.items()},
    }
    tables = {n: covariate_values(n, t, levels[n], study) for n, t in covariates.items()}
    return Design(levels, more, asked, tables, respondents, frame, summary)


def table_summary(table: Table, kept: int, dropped: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """Return what became of a table's rows."""
    reasons = [{"reason": r, "count": c} for r, c in [*table.dropped, *dropped] if c]
    return {"read": table.read, "kept": kept, "dropped": reasons}


def population_rows(rows: pd.DataFrame, variables: Sequence[str], study: Study) -> pd.DataFrame:
    """Return the population's rows with people in them, complete in every variable."""
    size = study.population.size
    for name in variables:
        if name not in rows.columns:
            msg = (
                f"variable {name!r} is used by study.predictors or study.groups, but the "
                f"population has neither a column nor a derivation for it"
            )
            raise DataError(msg)
    sizes = pd.to_numeric(rows[size], errors="coerce").astype(float)
    wrong = rows[~(np.isfinite(sizes) & (sizes >= 0))]
    if len(wrong):
        value = wrong[size].tolist()[0]
        msg = f"population size {size!r}: {len(wrong)} rows hold no number of people ({value!r})"
        raise DataError(msg)
    rows = rows.assign(**{size: sizes})[sizes > 0]
    if not len(rows):
        msg = f"population size column {size!r} is zero everywhere: there is nobody to estimate for"
        raise DataError(msg)
    for name in variables:
        missing = int(rows[name].isna().sum())
        if missing:
            msg = (
                f"the population's {name!r} is missing in {missing} rows: every person has a "
                f"level; complete it, or leave those rows out with study.population.filter"
            )
            raise DataError(msg)
    return rows


def levels_of(name: str, values: pd.Series, predictor: Predictor, study: Study) -> tuple[str, ...]:
    """Return a variable's levels: those of the population, in the config's order if it has one."""
    present = set(values.unique())
    rule = study.derive.get(predictor.column or name)
    if predictor.levels is not None:
        ordered = list(predictor.levels)
        absent = [label for label in ordered if label not in present]
        if absent:
            msg = (
                f"study.predictors.{name}.levels: {absent[0]!r} is not in the population (it has "
                f"{sorted(present)}): remove it, or correct it"
            )
            raise DataError(msg)
    elif isinstance(rule, Cut):
        ordered = [label for label in rule.labels if label in present]
    else:
        ordered = sorted(present, key=natural)
    strange = sorted(present - set(ordered))
    if strange:
        count = int((values == strange[0]).sum())
        msg = (
            f"population column {name!r} has the value {strange[0]!r} in {count} rows, which is "
            f"not among study.predictors.{name}.levels {ordered}: add it, recode it or filter it"
        )
        raise DataError(msg)
    return tuple(ordered)


def natural(label: str) -> tuple[int, float, str]:
    """Return a sort key: numbers by value, then words by letter."""
    try:
        number = float(label)
    except ValueError:
        number = np.nan
    return (1, 0.0, label) if np.isnan(number) else (0, number, label)  # "nan" is a word


def respondent_rows(
    survey: Table, predictors: Sequence[str], study: Study
) -> tuple[pd.DataFrame, list[tuple[str, int]]]:
    """Return the respondents with every predictor known, by position, and who was dropped why."""
    rows = survey.rows.reset_index(drop=True)
    dropped: list[tuple[str, int]] = []
    total = len(rows)
    for name in predictors:
        if name not in rows.columns:
            msg = f"predictor {name!r}: the survey has neither a column nor a derivation for it"
            raise DataError(msg)
        missing = rows[name].isna()
        share = float(missing.mean()) if len(rows) else 0.0
        if share > MISSING_LIMIT and study.survey.missing == "error":
            msg = (
                f"predictor {name!r} is missing for {int(missing.sum())} of {len(rows)} "
                f"respondents ({share:.1%}, allowed {MISSING_LIMIT:.0%}): complete it, or "
                f"accept the loss with study.survey.missing: drop"
            )
            raise DataError(msg)
        dropped.append((f"missing {name}", int(missing.sum())))
        rows = rows[~missing]
    if not len(rows):
        msg = f"none of {total} respondents has every predictor ({', '.join(predictors)})"
        raise DataError(msg)
    return rows, dropped


def encode_column(values: pd.Series, name: str, levels: Sequence[str]) -> NDArray[np.int32]:
    """Return each label's code, -1 where missing.

    Raises
    ------
    DataError
        If a label is not a level, with the value, the column and how many respondents have it.
    """
    codes = pd.Index(list(levels)).get_indexer(pd.Index(values)).astype(np.int32)
    unknown = values[(codes < 0) & values.notna().to_numpy()]
    if len(unknown):
        counted = unknown.value_counts()
        shown = ", ".join(f"{value!r} ({count} respondents)" for value, count in counted.items())
        msg = (
            f"survey column {name!r} has values that the population does not know: {shown}. "
            f"Levels: {list(levels)}. Recode them in study.derive, or drop them with "
            f"study.survey.filter"
        )
        raise DataError(msg)
    return codes


def weights(rows: pd.DataFrame, study: Study) -> NDArray[np.float64]:
    """Return each respondent's weight; ones if the config names no column."""
    name = study.survey.weight
    if name is None:
        return np.ones(len(rows))
    values = pd.to_numeric(rows[name], errors="coerce").to_numpy(float)
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        value = rows[name].tolist()[int(np.argmax(wrong))]
        msg = (
            f"weight column {name!r}: {int(wrong.sum())} respondents have no usable weight (such "
            f"as {value!r}); a weight is a number of at least 0"
        )
        raise DataError(msg)
    return values


def covariate_values(
    predictor: str, table: pd.DataFrame, levels: Sequence[str], study: Study
) -> dict[str, NDArray[np.float64]]:
    """Return each covariate of a predictor by level, standardised."""
    spec = study.covariates[predictor]
    where = f"study.covariates.{predictor} ({spec.source})"
    repeated = table[spec.key][table[spec.key].duplicated()]
    if len(repeated):
        msg = f"{where}: level {repeated.iloc[0]!r} has more than one row"
        raise DataError(msg)
    by_level = table.set_index(spec.key)
    missing = [label for label in levels if label not in by_level.index]
    if missing:
        msg = f"{where}: no row for {len(missing)} levels of {predictor!r}, such as {missing[0]!r}"
        raise DataError(msg)
    made: dict[str, NDArray[np.float64]] = {}
    for column in spec.columns:
        values = pd.to_numeric(by_level.loc[list(levels), column], errors="coerce").to_numpy(float)
        if not np.isfinite(values).all():
            label = levels[int(np.argmin(np.isfinite(values)))]
            msg = f"{where}: column {column!r} holds no number for level {label!r}"
            raise DataError(msg)
        made[column] = standardise(values)
    return made
