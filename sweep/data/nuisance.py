"""Nuisance: predictors that the population lacks, at the level that everybody is estimated at."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sweep.config import Study
from sweep.config.section import KEY
from sweep.data.columns import how_often, text_series
from sweep.data.findings import Findings
from sweep.words.names import did_you_mean
from sweep.words.numbers import count_of
from sweep.words.text import fold
from sweep.words.values import brief, few

__all__ = ["with_nuisance"]


def with_nuisance(
    rows: pd.DataFrame, survey: pd.DataFrame, study: Study, findings: Findings
) -> pd.DataFrame:
    """Return the population's rows with everybody at the level given of each nuisance.

    A nuisance that the population has is a mistake, and so is a level that no respondent has.
    """
    for name, nuisance in study.nuisance.items():
        path, at = ("study", "nuisance", name), fold(nuisance.at)
        if name in rows.columns:
            message = (
                f"the population has {name!r}, so that its people are at levels of their own: "
                "remove it here"
            )
            findings.mistake((*path, KEY), message)
            continue
        if name not in survey.columns:
            continue  # refused as any predictor that the survey lacks
        often = how_often(survey[name])
        levels = sorted(often)
        if at not in levels:
            near = did_you_mean(at, levels)
            message = f"no respondent has {name} {brief(at)}.{near} There are {few(levels)}"
            findings.mistake((*path, "at"), message)
        findings.notice((*path, "at"), levels_words(name, at, often))
        same = text_series(np.zeros(len(rows), np.int64), [at], rows.index)
        rows = rows.assign(**{name: same})
    return rows


def levels_words(name: str, at: str, often: Mapping[str, int]) -> str:
    """Return what is told of a nuisance's levels, the rare first: no population knows them."""
    rare = sorted((n, level) for level, n in often.items() if level != at)
    others = few([f"{brief(level)} ({n:,})" for n, level in rare], str)
    people = count_of(often.get(at, 0), "respondent")
    words = f"all are estimated at {name} {brief(at)} ({people}); its other levels are {others}"
    return (
        f"{words}. That is for how people were asked, such as by web or by phone: of what they "
        "think or use no estimate follows"
    )
