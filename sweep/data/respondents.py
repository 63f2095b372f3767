"""Respondents: who is kept, in which cell, with which weight."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.config import MISSING_LIMIT, Study
from sweep.data.findings import Findings
from sweep.data.variables import Table
from sweep.words.numbers import count_of
from sweep.words.values import MOST

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
    survey: Table, predictors: Sequence[str], study: Study, findings: Findings
) -> tuple[pd.DataFrame, list[tuple[str, int]]]:
    """Return the respondents with every predictor known, by position, and who was dropped why.

    Each is dropped for the first predictor that is missing. Too many in all, or nobody left, is
    among the findings.
    """
    rows = survey.rows.reset_index(drop=True)
    dropped: list[tuple[str, int]] = []
    known = np.ones(len(rows), np.bool_)
    for name in predictors:
        if name not in rows.columns:
            findings.mistake(
                ("study", "predictors", name),
                f"predictor {name!r}: the survey has neither a column nor a derivation for it",
            )
            continue
        missing = rows[name].isna().to_numpy() & known
        dropped.append((f"missing {name}", int(missing.sum())))
        known &= ~missing
    check_missing(known, dropped, study, findings)
    return rows[known], dropped


def check_missing(
    known: NDArray[np.bool_],
    dropped: Sequence[tuple[str, int]],
    study: Study,
    findings: Findings,
) -> None:
    """Tell where too many respondents miss a predictor, or all; ``known`` is (respondent,)."""
    total, lost = len(known), int((~known).sum())
    if not lost:
        return
    parts = ", ".join(f"{reason} ({count:,})" for reason, count in dropped if count)
    people, why = count_of(total, "respondent"), reasons_told(findings)
    if lost == total:
        words = f"none of {people} has every predictor: {parts}{why}"
        findings.mistake(("study", "predictors"), words)
    elif lost / total > MISSING_LIMIT and study.survey.missing == "error":
        findings.mistake(
            ("study", "survey", "missing"),
            f"{lost:,} of {people} miss a predictor ({lost / total:.1%}, allowed "
            f"{MISSING_LIMIT:.0%}): {parts}: complete them, or accept the loss with "
            f"study.survey.missing: drop{why}",
        )


def reasons_told(findings: Findings) -> str:
    """Return what was told of values that became missing: of a refused study nothing else is."""
    missing = ("study", "survey", "missing_values")
    told = [n for n in findings.notices if n.path[:2] == ("study", "derive") or n.path == missing]
    words = "; ".join(str(notice) for notice in told[:MOST])
    return f". What was told of missing values: {words}" if words else ""
