"""Exclusions: respondents left out for a named reason, and ids that must tell the others apart."""

from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.config import Study
from sweep.data.columns import codes_of
from sweep.data.findings import Findings
from sweep.data.left_out import tell_left_out
from sweep.data.seen import Seen
from sweep.words.numbers import count_of
from sweep.words.values import few

__all__ = ["EXCLUDED", "check_ids", "excluded_respondents"]

HERE = ("study", "survey")
EXCLUDED = "exclude_respondents"
"""The config's key, and the reason why such respondents are dropped."""

type Rows = NDArray[np.bool_]


def excluded_respondents(study: Study, seen: Seen, respondents: int, findings: Findings) -> Rows:
    """Return who is left out (respondent,), and tell how many for each reason.

    A respondent who is left out for two reasons counts under each. That all are is a mistake.
    """
    out = np.zeros(respondents, np.bool_)
    mistaken = {found.path for found in findings.mistakes}
    for name, condition in study.survey.exclude_respondents.items():
        path = (*HERE, EXCLUDED, name)
        if path in mistaken:  # it names what is not there
            continue
        with findings.at(*path):
            told = partial(findings.notice, path)
            met = seen.holds(condition, told)
            tell_left_out([seen.expression(condition)], seen.values, told, twins_alone=True)
            true, false = seen.decided(condition)
            open_ = int((~met & ~true & ~false).sum())
            stay = f"; {open_:,} in whom a missing value leaves it undecided stay" if open_ else ""
            lost = int(met.sum())
            words = (
                f"leaves out {count_of(lost, 'respondent')} of {respondents:,}"
                if lost
                else (f"leaves out nobody of {respondents:,}")
            )
            findings.notice(path, f"{words}{stay}")
            out |= met
    if len(study.survey.exclude_respondents) > 1 and out.any():
        words = f"in all, {count_of(int(out.sum()), 'respondent')} of {respondents:,} are left out"
        findings.notice((*HERE, EXCLUDED), words)
    if respondents and out.all():
        words = f"every respondent is left out ({respondents:,}): nobody is left to be counted"
        findings.mistake((*HERE, EXCLUDED), words)
    return out


def check_ids(column: pd.Series, rows: NDArray[np.int64], findings: Findings) -> None:
    """Refuse respondents without an id, and ids that several share.

    ``rows`` (respondent,) are their rows in the source. Ids are personal: rows are told instead.
    """
    path, codes = (*HERE, "id"), codes_of(column)
    missing = codes < 0
    if missing.any():
        words = f"no id for {count_of(int(missing.sum()), 'respondent')}"
        findings.mistake(path, f"{words} (rows {rows_words(rows[missing])}): complete them")
    times = np.bincount(codes[~missing], minlength=1)
    several = ~missing & (times[np.where(missing, 0, codes)] > 1)
    if several.any():
        ids, people = int((times > 1).sum()), count_of(int(several.sum()), "respondent")
        stand = "stands" if ids == 1 else "stand"
        words = f"{count_of(ids, 'id')} {stand} for {people} (rows {rows_words(rows[several])})"
        advice = (
            "keep one row of each: with study.survey.filter (one wave, say) or in "
            "study.survey.exclude_respondents"
        )
        findings.mistake(path, f"{words}: {advice}")


def rows_words(rows: NDArray[np.int64]) -> str:
    """Return the first of some rows of a source, as people count them."""
    return few([int(row) + 1 for row in rows], lambda row: f"{row:,}")
