"""Design: the transform that a sweep does once: levels, each respondent's cell, the frame.

Levels are the population's. A survey value that the population does not know is an error; a level
of the population that nobody answered from is legal, and is estimated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sweep.config import Predictor, Study
from sweep.data.cells import encode_codes
from sweep.data.columns import numbers_in
from sweep.data.covariates import covariate_values
from sweep.data.frame import Frame, frame_of
from sweep.data.levels import Covariates, encode_column, levels_of
from sweep.data.respondents import Respondents, respondent_rows, weights
from sweep.data.variables import Table
from sweep.errors import DataError
from sweep.expression import columns as columns_of
from sweep.expression import parse
from sweep.keys import Json
from sweep.words.numbers import count_of
from sweep.words.values import brief

__all__ = ["Design", "encode", "group_variables", "variables_of"]


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
    summary: Json


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


def table_summary(table: Table, kept: int, dropped: Sequence[tuple[str, int]]) -> Json:
    """Return what became of a table's rows."""
    reasons = [{"reason": r, "count": c} for r, c in [*table.dropped, *dropped] if c]
    return {"read": table.read, "kept": kept, "dropped": reasons}


def population_rows(rows: pd.DataFrame, variables: Sequence[str], study: Study) -> pd.DataFrame:
    """Return the population's rows with people in them, complete in every variable.

    Raises
    ------
    DataError
        If a variable is lacking or missing in a row, or sizes are no numbers or zero everywhere.
    """
    size = study.population.size
    for name in variables:
        if name not in rows.columns:
            msg = (
                f"variable {name!r} is used by study.predictors or study.groups, but the "
                f"population has neither a column nor a derivation for it"
            )
            raise DataError(msg)
    sizes = pd.Series(numbers_in(rows[size]), index=rows.index)
    wrong = rows[~(np.isfinite(sizes) & (sizes >= 0))]
    if len(wrong):
        value = wrong[size].tolist()[0]
        found = f"no number of people in {count_of(len(wrong), 'row')} ({brief(value)})"
        msg = f"population size {size!r}: {found}"
        raise DataError(msg)
    rows = rows.assign(**{size: sizes})[sizes > 0]
    if not len(rows):
        msg = f"population size column {size!r} is zero everywhere: there is nobody to estimate for"
        raise DataError(msg)
    for name in variables:
        missing = int(rows[name].isna().sum())
        if missing:
            msg = (
                f"the population's {name!r} is missing in {count_of(missing, 'row')}: every person "
                f"has a level; complete it, or leave those rows out with study.population.filter"
            )
            raise DataError(msg)
    return rows
