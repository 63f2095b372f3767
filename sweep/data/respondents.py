"""Respondents: who is kept, in which cell, with which weight."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.config import MISSING_LIMIT, Study
from sweep.data.columns import numbers_in
from sweep.data.variables import Table
from sweep.errors import DataError
from sweep.words.numbers import count_of
from sweep.words.values import brief

__all__ = ["Respondents"]


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


def respondent_rows(
    survey: Table, predictors: Sequence[str], study: Study
) -> tuple[pd.DataFrame, list[tuple[str, int]]]:
    """Return the respondents with every predictor known, by position, and who was dropped why.

    Raises
    ------
    DataError
        If the survey lacks a predictor, too many are missing, or nobody has them all.
    """
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
                f"predictor {name!r} is missing for {int(missing.sum())} of "
                f"{count_of(len(rows), 'respondent')} ({share:.1%}, allowed {MISSING_LIMIT:.0%}): "
                f"complete it, or accept the loss with study.survey.missing: drop"
            )
            raise DataError(msg)
        dropped.append((f"missing {name}", int(missing.sum())))
        rows = rows[~missing]
    if not len(rows):
        msg = (
            f"none of {count_of(total, 'respondent')} has every predictor ({', '.join(predictors)})"
        )
        raise DataError(msg)
    return rows, dropped


def weights(rows: pd.DataFrame, study: Study) -> NDArray[np.float64]:
    """Return each respondent's weight (respondent,); ones if the config names no column.

    Raises
    ------
    DataError
        If a weight is no number of at least 0.
    """
    name = study.survey.weight
    if name is None:
        return np.ones(len(rows))
    values = numbers_in(rows[name])
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        value = rows[name].tolist()[int(np.argmax(wrong))]
        msg = (
            f"weight column {name!r}: no usable weight for "
            f"{count_of(int(wrong.sum()), 'respondent')} (such as {brief(value)}); a weight is a "
            f"number of at least 0"
        )
        raise DataError(msg)
    return values
