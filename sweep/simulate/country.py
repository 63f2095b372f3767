"""Country: its predictors, their levels, and how many adults live in each cell.

The country is the same for every seed. Its predictors depend on each other as they do in a census:
the young live in cities, education follows age, income follows education, age and sex.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["LEVELS", "SHAPE", "Country", "country", "margin"]

ADULTS = 53_000_000
AGES = np.arange(18, 91)
BAND_STARTS = (18, 25, 35, 45, 55, 65)
DEGREE_FROM, POSTGRADUATE_FROM = 20, 22  # nobody holds one earlier: the raw table has real zeros

# region: (share of adults, how much older (+) or younger (-) than the country it is)
REGIONS = {
    "Central Scotland": (7.3, 0.00),
    "East Midlands": (7.4, 0.03),
    "East of England": (9.3, 0.05),
    "Greater Manchester": (4.6, -0.10),
    "Highlands and Islands": (0.9, 0.16),
    "Lancashire": (3.8, 0.06),
    "London": (13.2, -0.28),
    "Merseyside": (2.3, -0.02),
    "North East": (4.1, 0.05),
    "North Wales": (1.1, 0.17),
    "Northern Ireland": (2.7, -0.04),
    "South East": (13.7, 0.05),
    "South Wales": (3.6, 0.06),
    "South West": (8.9, 0.13),
    "West Midlands": (8.8, -0.03),
    "Yorkshire": (8.3, 0.01),
}
SEXES = ("Female", "Male")
INCOMES = ("under 20k", "20k-35k", "35k-50k", "50k-75k", "75k and over")
EDUCATION_ANSWERS = ("None", "GCSE", "A-level", "Degree", "Postgraduate")

LEVELS: dict[str, tuple[str, ...]] = {
    "age_band": ("18-24", "25-34", "35-44", "45-54", "55-64", "65+"),
    "sex": SEXES,
    "region": tuple(REGIONS),
    "education": EDUCATION_ANSWERS[:4],
    "income": INCOMES,
}
SHAPE = tuple(len(levels) for levels in LEVELS.values())  # 6 x 2 x 16 x 4 x 5 = 3,840 cells


@dataclass(frozen=True)
class Country:
    """The adults of the country, in rows finer than the model's cells.

    Attributes
    ----------
    population
        One row per age in years, sex, region, education as answered, and income; ``n`` adults each.
        Rows without anybody are absent.
    cell
        The model cell of each row: a position in the C-ordered array of shape ``SHAPE``.
    sizes
        Adults per model cell.
    """

    population: pd.DataFrame
    cell: NDArray[np.int64]
    sizes: NDArray[np.int64]


@cache
def country() -> Country:
    """Return the country; computed once per process."""
    people = np.rint(ADULTS * _joint()).astype(np.int64)
    age, sex, region, education, income = np.nonzero(people)
    n = people[age, sex, region, education, income]
    band = np.searchsorted(BAND_STARTS, AGES[age], side="right") - 1
    held = np.minimum(education, 3)  # the config recodes Postgraduate to Degree
    cell = np.ravel_multi_index((band, sex, region, held, income), SHAPE).astype(np.int64)
    population = pd.DataFrame(
        {
            "age": AGES[age],
            "sex": np.array(SEXES)[sex],
            "region": np.array(list(REGIONS))[region],
            "education": np.array(EDUCATION_ANSWERS)[education],
            "income": np.array(INCOMES)[income],
            "n": n,
        }
    )
    sizes = np.bincount(cell, n, int(np.prod(SHAPE))).astype(np.int64)
    return Country(population, cell, sizes)


def margin(values: NDArray[np.float64], predictor: str) -> NDArray[np.float64]:
    """Sum a quantity given per cell over all predictors but one."""
    axis = list(LEVELS).index(predictor)
    others = tuple(k for k in range(len(SHAPE)) if k != axis)
    return np.asarray(values.reshape(SHAPE).sum(axis=others), dtype=np.float64)


def _joint() -> NDArray[np.float64]:
    """Return shares of adults by age in years x sex x region x education x income."""
    age_sex_region = _age_sex_region()
    education = _education()[:, None]
    joint = age_sex_region[..., None, None] * education[..., None] * _income()
    return np.asarray(joint / joint.sum(), dtype=np.float64)


def _age_sex_region() -> NDArray[np.float64]:
    """Return the pyramid by region: fewer of the old, more women among them."""
    shares, older = np.array(list(REGIONS.values())).T
    pyramid = np.exp(-(np.clip(AGES - 58, 0, None) ** 2) / 900)
    women = 0.495 + 0.0014 * np.clip(AGES - 40, 0, None)
    sex = np.stack([women, 1 - women], axis=1)
    tilt = np.exp(np.outer((AGES - 48) / 20, older))
    return np.asarray(pyramid[:, None, None] * sex[..., None] * (shares * tilt)[:, None, :])


def _education() -> NDArray[np.float64]:
    """Return P(education | age, region): the young studied longer, and London draws graduates."""
    age = (AGES - 45) / 20
    score = np.stack(
        [-1.2 + 0.9 * age, 0.0 + 0.25 * age, 0.1 - 0.3 * age, 0.2 - 0.35 * age, -0.9 - 0.3 * age],
        axis=1,
    )
    score[AGES < DEGREE_FROM, 3] = -np.inf
    score[AGES < POSTGRADUATE_FROM, 4] = -np.inf
    city = {"London": 0.7, "South East": 0.25, "Greater Manchester": 0.1, "North East": -0.25}
    graduates = np.array([city.get(region, -0.05) for region in REGIONS])
    weights = np.exp(score[:, None, :] + graduates[:, None] * np.array([-0.5, -0.3, 0, 1, 1.2]))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def _income() -> NDArray[np.float64]:
    """Return P(income | age, sex, region, education): an ordered logit that peaks around 48."""
    age = 0.6 - ((AGES - 48) / 22) ** 2 / 1.3
    sex = np.array([-0.25, 0.25])
    rich = {"London": 0.6, "South East": 0.35, "North East": -0.35, "South Wales": -0.3}
    region = np.array([rich.get(name, -0.1) for name in REGIONS])
    education = np.array([-1.0, -0.4, 0.0, 0.8, 1.2])
    score = age[:, None, None, None] + sex[:, None, None] + region[:, None] + education
    cuts = np.array([-1.0, 0.2, 1.2, 2.3])
    above = 1 / (1 + np.exp(cuts - score[..., None]))
    bounds = np.concatenate([np.ones_like(above[..., :1]), above, 0 * above[..., :1]], axis=-1)
    return np.asarray(-np.diff(bounds, axis=-1))
