"""Country: a small made-up population, the survey of it, and the config of one sweep over both.

Who answers is biased, one region is not reached at all, and every question is put to its own share
of the respondents: nothing that a sweep has to get right cancels out.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = [
    "CODES",
    "LEVELS",
    "SIZES",
    "URBAN",
    "members",
    "respondents",
    "shares",
    "write_country",
]

LEVELS: dict[str, tuple[str, ...]] = {
    "sex": ("Female", "Male"),
    "age": ("18-29", "30-44", "45-59", "60+"),
    "education": ("Low", "Middle", "High"),
    "region": ("Centre", "Coast", "Hills", "Islands", "North", "South"),
}
UNREACHED = LEVELS["region"].index("Islands")
URBAN = (0.95, 0.70, 0.35, 0.15, 0.55, 0.60)
SHAPE = tuple(len(labels) for labels in LEVELS.values())
CODES: dict[str, NDArray[np.int64]] = dict(
    zip(LEVELS, np.unravel_index(np.arange(np.prod(SHAPE)), SHAPE), strict=True)
)
SIZES = np.random.default_rng(11).gamma(2.0, 500.0, int(np.prod(SHAPE))).round() + 1

STUDY: dict[str, Any] = {
    "survey": {"source": "survey.parquet"},
    "population": {"source": "population.parquet", "size": "people"},
    "predictors": {name: {"levels": list(labels)} for name, labels in LEVELS.items()},
    "outcomes": [{"match": "q*", "success": [1], "failure": [0]}],
    "interactions": [["age", "education"]],
    "covariates": {"region": {"source": "regions.csv", "key": "region", "columns": ["urban"]}},
    "groups": [[], ["sex"], ["age"], ["education"], ["region"], ["age", "region"]],
}


def respondents(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return each respondent's cell; some kinds of people answer less, the Islands not at all."""
    willing = SIZES * rng.uniform(0.2, 1.0, len(SIZES)) * (CODES["region"] != UNREACHED)
    return np.sort(rng.choice(len(SIZES), count, p=willing / willing.sum()))


def write_country(
    directory: Path, cell: NDArray[np.int64], answers: pd.DataFrame, seed: int
) -> Path:
    """Write survey, population, covariate and config; return the config's path.

    ``answers`` has one column per outcome: 1, 0, or null where a respondent was not asked.
    """
    labels = {name: np.array(LEVELS[name])[CODES[name]] for name in LEVELS}
    people = pd.DataFrame({name: column[cell] for name, column in labels.items()})
    pd.concat([people, answers], axis=1).to_parquet(directory / "survey.parquet")
    pd.DataFrame({**labels, "people": SIZES}).to_parquet(directory / "population.parquet")
    regions = pd.DataFrame({"region": LEVELS["region"], "urban": URBAN})
    regions.to_csv(directory / "regions.csv", index=False)
    study = {**STUDY, "sampler": {"seed": seed}}
    config = {"version": 1, "name": "calibration", "study": study}
    path = directory / "sweep.yaml"
    path.write_text(json.dumps(config, indent=1))  # JSON is YAML
    return path


def members(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which cells each published row is about (row, cell)."""
    inside = np.ones((len(table), len(SIZES)), bool)
    for name, labels in LEVELS.items():
        code = table[name].cat.codes.to_numpy()[:, None]
        assert list(table[name].cat.categories) == list(labels)
        inside &= (code < 0) | (code == CODES[name])
    return inside


def shares(member: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return each cell's share of the people in each row's group (row, cell)."""
    people = member * SIZES
    return np.asarray(people / people.sum(axis=1, keepdims=True), np.float64)
