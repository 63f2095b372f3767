"""Fieldwork: who answers: a sample biased on the predictors, and its usual weights.

The young, the less educated and some regions are under-represented. The weights correct sex, age
and region, as a panel's own weights do, and leave education alone: the weighted mean is better than
the raw one and still off.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.simulate.country import LEVELS, SHAPE, country, margin
from sweep.simulate.opinions import generator

__all__ = ["Fieldwork", "fieldwork"]

# Log odds of taking part, by level; a level not named has zero.
TAKES_PART: dict[str, dict[str, float]] = {
    "age_band": {"18-24": -1.0, "25-34": -0.5, "45-54": 0.15, "55-64": 0.35, "65+": 0.3},
    "sex": {"Female": 0.15},
    "region": {
        "London": -0.4,
        "Northern Ireland": -0.5,
        "Merseyside": -0.2,
        "South East": 0.2,
        "South West": 0.15,
        "Highlands and Islands": -0.2,
    },
    "education": {"None": -1.1, "GCSE": -0.45, "Degree": 0.45},
    "income": {"under 20k": -0.2, "75k and over": -0.15},
}
RAKED = ("sex", "age_band", "region")
BROKEN_OFF = 0.02
MISSING = {"education": 0.004, "income": 0.008}
ENGAGED = 0.3  # how many sds more engaged the hard variant's respondents are than the country
PEOPLE = 3


@dataclass(frozen=True)
class Fieldwork:
    """The people who answered, one entry each, before any question is put to them.

    Attributes
    ----------
    table
        Their predictors as recorded, the weight ``w`` (mean 1; none for a broken-off interview)
        and ``interview_complete``.
    cell
        The model cell each belongs to, also where a predictor was not recorded.
    usable
        Whether the interview is complete and no predictor is missing.
    last
        How many metrics were asked before the interview broke off; large when it is complete.
    engagement
        In sds of the country's; above 0 on average in the hard variant.
    """

    table: pd.DataFrame
    cell: NDArray[np.int64]
    usable: NDArray[np.bool_]
    last: NDArray[np.int64]
    engagement: NDArray[np.float64]


def fieldwork(seed: int, complete: int, hard: bool) -> Fieldwork:
    """Draw ``complete`` finished interviews, and 2 % more that broke off."""
    rng = generator(seed, PEOPLE)
    broken = round(BROKEN_OFF * complete)
    row = _sample(rng, complete + broken)
    finished = rng.permutation(complete + broken) < complete
    last = np.where(finished, 1_000, rng.integers(0, 8, len(row)))
    engagement = rng.standard_normal(len(row)) + (ENGAGED if hard else 0.0)
    cell = country().cell[row]
    table = country().population.drop(columns="n").iloc[row].reset_index(drop=True)
    usable = finished.copy()
    for predictor, share in MISSING.items():
        unknown = rng.random(len(row)) < share
        table[predictor] = table[predictor].mask(unknown)
        usable &= ~unknown
    table["w"] = np.nan
    table.loc[finished, "w"] = _raked(cell[finished])
    table["interview_complete"] = finished.astype(np.int64)
    return Fieldwork(table, cell, usable, last, engagement)


def _sample(rng: np.random.Generator, number: int) -> NDArray[np.int64]:
    """Draw rows of the population, in proportion to their adults who would take part."""
    score = np.zeros(SHAPE)
    for axis, (predictor, levels) in enumerate(LEVELS.items()):
        odds = np.array([TAKES_PART[predictor].get(level, 0.0) for level in levels])
        score = score + odds.reshape([-1 if k == axis else 1 for k in range(len(SHAPE))])
    chance = country().population["n"].to_numpy() * np.exp(score).ravel()[country().cell]
    return rng.choice(len(chance), size=number, p=chance / chance.sum())


def _raked(cell: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return weights of mean 1 whose sums by sex, by age and by region are the country's shares."""
    counts = np.bincount(cell, minlength=int(np.prod(SHAPE))).astype(np.float64)
    weight = np.ones(SHAPE)
    sizes = country().sizes.astype(np.float64)
    for _ in range(60):
        for predictor in RAKED:
            axis = list(LEVELS).index(predictor)
            have = margin(counts * weight.ravel(), predictor)
            want = margin(sizes, predictor) / sizes.sum() * len(cell)
            # A small sample may have nobody of some level: its factor then touches no weight.
            factor = np.divide(want, have, out=np.ones_like(want), where=have > 0)
            weight = weight * factor.reshape([-1 if k == axis else 1 for k in range(len(SHAPE))])
    given = weight.ravel()[cell]
    return np.round(given / given.mean(), 6)
