"""Levels: the values of a predictor, in their order."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.config import Apart, Cut, Predictor, Study
from sweep.data.columns import how_often, spread, texts_of
from sweep.data.findings import MistakeAt
from sweep.data.totals import TOTALS
from sweep.errors import DataError
from sweep.words.names import did_you_mean
from sweep.words.numbers import count_of
from sweep.words.text import fold, number_of
from sweep.words.values import brief, few

__all__ = ["Covariates", "Levels"]


def levels_of(
    name: str, values: pd.Series, predictor: Predictor, study: Study, whose: str = "population"
) -> tuple[str, ...]:
    """Return a variable's levels: those of the population, in the config's order if it has one.

    ``whose`` column it is, for messages.

    Raises
    ------
    DataError
        If the config's levels and the population's values are not the same.
    """
    often = how_often(values)
    present = set(often)
    bands = bands_of(predictor.column or name, study, whose)
    if predictor.levels is not None:
        ordered = list(dict.fromkeys(fold(level) for level in predictor.levels))
        absent = [label for label in ordered if label not in present]
        if absent:
            more = f" (nor is {few(absent[1:])})" if absent[1:] else ""
            msg = (
                f"{brief(absent[0])} is not in the {whose}{more}; it has {few(sorted(present))}: "
                "remove it, or correct it"
            )
            place = list(map(fold, predictor.levels)).index(absent[0])
            raise MistakeAt(("study", "predictors", name, "levels", place), msg)
    elif bands:
        ordered = [label for label in map(fold, bands) if label in present]
    else:
        ordered = sorted(present, key=natural)
    strange = sorted(present - set(ordered))
    if strange:
        known, key = predictor.levels, f"study.predictors.{name}.levels"
        if known is None:
            known, key = bands, f"study.derive.{predictor.column or name}.labels"
        rows = count_of(often[strange[0]], "row")
        raise DataError(strange_words(f"{whose} column {name!r}", strange[0], rows, key, known))
    return tuple(ordered)


def strange_words(column: str, value: str, rows: str, key: str, known: Sequence[str]) -> str:
    """Return what is wrong with a value that is not among what a config key lists."""
    return (
        f"{column} has the value {brief(value)} in {rows}, which is not among {key} "
        f"({few(list(known))}).{did_you_mean(value, known)} Add it, recode it or filter it"
    )


def bands_of(name: str, study: Study, whose: str) -> tuple[str, ...]:
    """Return the labels of the bands that a table cuts a variable into, in order; else none."""
    rule = study.derive.get(name)
    if isinstance(rule, Apart):
        rule = rule.survey if whose == "survey" else rule.population
    return rule.labels if isinstance(rule, Cut) else ()


def natural(label: str) -> tuple[int, float, str]:
    """Return a sort key: numbers by value, then words by letter."""
    try:
        number = float(label)
    except ValueError:
        number = np.nan
    return (1, 0.0, label) if np.isnan(number) else (0, number, label)  # "nan" is a word


def encode_column(values: pd.Series, name: str, levels: Sequence[str]) -> NDArray[np.int32]:
    """Return each label's code (row,), -1 where missing.

    Raises
    ------
    DataError
        If a label is not a level, with the value, the column and how many respondents have it.
    """
    place = {level: k for k, level in enumerate(levels)}
    counted = {text: n for text, n in how_often(values).items() if text not in place}
    if counted:
        shown = few(
            counted, lambda value: f"{brief(value)} ({count_of(counted[value], 'respondent')})"
        )
        msg = (
            f"survey column {name!r} has values that the population does not know: {shown}. "
            f"Levels: {few(levels)}.{written_otherwise(list(counted), name, levels)} Recode them "
            f"in study.derive, or drop them with study.survey.filter"
        )
        raise DataError(msg)
    places = np.array([place.get(text, -1) for text in texts_of(values)], np.int32)
    return spread(values, places, np.int32(-1))


def written_otherwise(strange: Sequence[str], name: str, levels: Sequence[str]) -> str:
    """Return what else may be behind values that are no levels, with a space before it."""
    plain = strange[0].casefold()
    if len(strange) == 1 and (plain == name.casefold() or plain in TOTALS):
        out = f"study.survey.filter: {name} != {strange[0]!r}"
        return f" This seems to be a row of headers or totals: leave it out with {out}."
    if all(map(is_number, levels)) and not any(map(is_number, strange)):
        return " These are codes: if the survey's file has labels, write values: codes there."
    return did_you_mean(strange[0], levels)


def is_number(text: str) -> bool:
    """Return whether a level is a number, as a code is."""
    return number_of(text) is not None


type Levels = Mapping[str, tuple[str, ...]]
"""The levels of each variable, in their order."""

type Covariates = Mapping[str, Mapping[str, NDArray[np.float64]]]
"""Of each predictor the covariates by name; a value for each of its levels."""
