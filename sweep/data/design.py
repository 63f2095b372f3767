"""Design: the transform that a sweep does once: levels, each respondent's cell, the frame.

Levels are the population's. A survey value that the population does not know is an error; a level
of the population that nobody answered from is legal, and is estimated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.config import Predictor, Study
from sweep.data.cells import check_numbers, encode_codes
from sweep.data.covariates import covariate_values
from sweep.data.findings import Findings, KeyPath
from sweep.data.frame import Frame, frame_of
from sweep.data.levels import Covariates, encode_column, levels_of
from sweep.data.population import PEOPLE
from sweep.data.respondents import Respondents, respondent_rows
from sweep.data.strata import Strata, strata_of
from sweep.data.variables import Table
from sweep.data.weights import weights
from sweep.expression import columns as columns_of
from sweep.expression import parse
from sweep.keys import Json
from sweep.words.numbers import count_of

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

    @cached_property
    def strata(self) -> Strata:
        """Return the respondents by what tells them apart, numbered once for all outcomes."""
        return strata_of(self.respondents)


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
    margins = [name for margin in study.population.margins for name in margin.by]
    others = dict.fromkeys([*group_variables(study), *margins])
    return predictors | {name: name for name in others if name not in predictors}


def encode(
    survey: Table,
    population: Table,
    covariates: Mapping[str, pd.DataFrame],
    study: Study,
    findings: Findings,
) -> Design:
    """Return the design of a sweep from prepared tables.

    Raises
    ------
    Mistaken
        If a value has no level, too many predictors are missing, or sizes or weights are no
        numbers of people: all that is wrong is among the findings.
    """
    further = group_variables(study)
    people = population_rows(population.rows, [*study.predictors, *further], study, findings)
    every = levels_by_variable(people, survey.rows, further, study, findings)
    levels = {name: every[name] for name in study.predictors if name in every}
    more = {name: every[name] for name in further if name in every}
    rows, dropped = respondent_rows(survey, list(study.predictors), study, findings)
    codes = codes_by_variable(survey, every, study, findings)
    with findings.at("study", "survey", "weight"):
        weight = weights(rows, study)
    tables = {}
    for name, table in ((n, t) for n, t in covariates.items() if n in levels):
        with findings.at("study", "covariates", name):
            tables[name] = covariate_values(name, table, levels[name], study)
    with findings.at("study", "predictors"):
        check_numbers(levels)
    findings.stop_if_mistaken()
    asked = tuple(name for name in further if name in codes)
    kept = rows.index.to_numpy()
    known = {name: numbers[kept] for name, numbers in codes.items()}
    respondents = respondents_of(survey.kept[kept], known, levels, asked, weight)
    frame = frame_of(people, levels, more, PEOPLE)
    summary = design_summary(survey, population, dropped, respondents, frame)
    return Design(levels, more, asked, tables, respondents, frame, summary)


def respondents_of(
    kept: NDArray[np.int64],
    codes: Mapping[str, NDArray[np.int32]],
    levels: Mapping[str, tuple[str, ...]],
    asked: Sequence[str],
    weight: NDArray[np.float64],
) -> Respondents:
    """Return the respondents from their rows' numbers, levels and weights (respondent,)."""
    cell = encode_codes({name: codes[name] for name in levels}, levels)
    extra = [codes[name] for name in asked]
    stacked = np.stack(extra, axis=1) if extra else np.zeros((len(kept), 0), np.int32)
    return Respondents(kept, cell, stacked, weight)


def design_summary(
    survey: Table,
    population: Table,
    dropped: Sequence[tuple[str, int]],
    respondents: Respondents,
    frame: Frame,
) -> Json:
    """Return what is told of a design: rows, people and cells."""
    return {
        "survey": table_summary(survey, len(respondents.cell), dropped),
        "population": {
            **table_summary(population, len(population.rows), []),
            "size": float(frame.size.sum()),
        },
        "cells": len(np.unique(frame.cell)),
        "occupied": len(np.unique(respondents.cell)),
        "predictors": {name: list(labels) for name, labels in frame.levels.items()},
    }


def levels_by_variable(
    people: pd.DataFrame,
    survey: pd.DataFrame,
    further: Sequence[str],
    study: Study,
    findings: Findings,
) -> dict[str, tuple[str, ...]]:
    """Return the levels of every variable that has them: the population's.

    Those of a predictor that the population lacks are the survey's.
    """
    made = {}
    for name in [*study.predictors, *further]:
        with findings.at(*key_of(name, study)):
            rows, whose = (survey, "survey") if name in study.nuisance else (people, "population")
            if name in rows.columns:
                predictor = study.predictors.get(name, Predictor())
                made[name] = levels_of(name, rows[name], predictor, study, whose)
    return made


def codes_by_variable(
    survey: Table, levels: Mapping[str, tuple[str, ...]], study: Study, findings: Findings
) -> dict[str, NDArray[np.int32]]:
    """Return the level's number (row,) of every variable that the survey has, -1 where missing."""
    made = {}
    for name, labels in levels.items():
        with findings.at(*key_of(name, study)):
            if name in survey.rows.columns:
                made[name] = encode_column(survey.rows[name], name, labels)
    return made


def key_of(variable: str, study: Study) -> KeyPath:
    """Return the config key that a variable comes from."""
    if variable in study.predictors:
        return ("study", "predictors", variable)
    return ("study", "groups")


def table_summary(table: Table, kept: int, dropped: Sequence[tuple[str, int]]) -> Json:
    """Return what became of a table's rows."""
    reasons = [{"reason": r, "count": c} for r, c in [*table.dropped, *dropped] if c]
    return {"read": table.read, "kept": kept, "dropped": reasons}


def population_rows(
    rows: pd.DataFrame, variables: Sequence[str], study: Study, findings: Findings
) -> pd.DataFrame:
    """Return the population's rows; a variable that is lacking or missing in one is a mistake."""
    for name in variables:
        if name not in rows.columns:
            findings.mistake(
                key_of(name, study),
                f"variable {name!r}: the population has neither a column nor a derivation for it; "
                f"one that is about how answers were taken may be a nuisance (study.nuisance)",
            )
        elif missing := int(rows[name].isna().sum()):
            findings.mistake(
                key_of(name, study),
                f"the population's {name!r} is missing in {count_of(missing, 'row')}: every person "
                f"has a level; complete it, or leave those rows out with study.population.filter",
            )
    return rows
