"""Weights: what each respondent counts, what is no weight, and values that look like codes.

A code for no answer among weights, such as 999, makes its respondents count for nearly everybody.
"""

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.config import Study
from sweep.data.columns import how_often, numbers_in
from sweep.data.findings import Findings, MistakeAt
from sweep.expression import normalise
from sweep.expression.tree import Comparison, Expression, Membership, Missing, Or
from sweep.words.numbers import count_of
from sweep.words.text import text_of
from sweep.words.values import MOST, brief, few

__all__ = ["check_weights", "weights"]

KEY = ("study", "survey", "weight")
APART = 10.0  # how many times the next largest weight is, where a weight stands apart
MOST_APART = 3  # different values that stand apart together
CODE = re.compile(r"9+[789]")
MOSTLY, MUCH = 0.5, 0.05  # of all the weight
COMMA = re.compile(r"\d+,\d+")


def weights(rows: pd.DataFrame, study: Study) -> NDArray[np.float64]:
    """Return each respondent's weight (respondent,); ones if the config names no column.

    Raises
    ------
    MistakeAt
        If a weight is no number of at least 0, or all are 0.
    """
    name = study.survey.weight
    if name is None or name not in rows.columns:  # that it is lacking is told already
        return np.ones(len(rows))
    values = numbers_in(rows[name])
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        raise MistakeAt(KEY, unusable_words(name, rows[name][wrong]))
    if len(values) and not values.any():
        raise MistakeAt(KEY, zero_words(name))
    return values


def zero_words(name: str) -> str:
    """Return what is wrong with weights that are all zero."""
    return f"weight column {name!r} is zero for every respondent: nobody would count"


def unusable_words(name: str, wrong: pd.Series) -> str:
    """Return the message for values that are no weights, with what to write."""
    often, blank = how_often(wrong), int(wrong.isna().sum())
    shown = [f"blank ({blank:,})"] * (blank > 0)
    shown += [f"{brief(text)} ({n:,})" for text, n in often.items()]
    people = count_of(len(wrong), "respondent")
    words = f"weight column {name!r}: no usable weight for {people}: {few(shown, str)}"
    words += "; a weight is a number of at least 0"
    if often and not blank and all(map(COMMA.fullmatch, often)):
        return f"{words}: of decimal commas write format: {{decimal: ','}} into study.survey"
    return f"{words}: complete them, or {leaving_out(name, list(often), blank > 0)}"


def leaving_out(name: str, values: list[str], blank: bool = False) -> str:
    """Return how a config leaves out the respondents who have some values in a column."""
    terms: list[Expression] = [Missing(name)] if blank else []
    terms += [Membership(name, tuple(values[:MOST]))] if values else []
    condition = terms[0] if len(terms) == 1 else Or(tuple(terms))
    return f"leave these respondents out with {excluding(condition)}"


def excluding(condition: Expression) -> str:
    """Return what a config says to leave out the respondents of a condition."""
    return f'study.survey.exclude_respondents: {{no weight: "{normalise(condition)}"}}'


def check_weights(weight: NDArray[np.float64], study: Study, findings: Findings) -> None:
    """Refuse weights (respondent,) of which a few values, such as 999, hold most; tell of others.

    That all are zero is a mistake too.
    """
    name, total = study.survey.weight, float(weight.sum())
    if name is None or not len(weight):
        return
    if not total:
        findings.mistake(KEY, zero_words(name))
        return
    values, times = np.unique(weight, return_counts=True)
    apart = standing_apart(values)
    for value, often in zip(
        apart.tolist(), times[len(values) - len(apart) :].tolist(), strict=True
    ):
        share, text = value * often / total, text_of(value) or ""
        if share < MUCH:
            continue
        words = f"weight column {name!r}: {text} ({count_of(often, 'respondent')})"
        words += f" holds {share:.1%} of all the weight"
        if CODE.fullmatch(text) and share >= MOSTLY:
            out = excluding(Comparison(name, "==", int(value)))
            findings.mistake(KEY, f"{words}: a code? Leave these respondents out with {out}")
        else:
            findings.notice(KEY, f"{words}, and is far above all others: a code, or a slip?")


def standing_apart(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the few largest of ascending weights that are far above all others."""
    last = values[values > 0][-MOST_APART - 1 :]
    far = np.flatnonzero(last[1:] >= APART * last[:-1])
    return last[far[0] + 1 :] if len(far) else last[:0]
