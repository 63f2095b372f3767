"""Simulate: one survey whose every column is a world of its own, drawn from the model's priors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.calibration.country import (
    CODES,
    LEVELS,
    SIZES,
    URBAN,
    respondents,
    write_country,
)
from benchmarks.calibration.parameters import (
    Parameters,
    draw_parameters,
    linear_predictor,
    sigmoid,
)
from sweep.config import read_config
from sweep.model.files import load_model
from sweep.model.terms import Term
from sweep.planning.model_files import project_folder

__all__ = ["RESPONDENTS", "World", "Worlds", "simulate"]

type Array = NDArray[np.float64]

# With many, the data decide in some worlds; in others a question is put to few, and priors do.
RESPONDENTS = 40_000
ASKED = (0.01, 1.0)  # share of the respondents that a question is put to, log-uniform


@dataclass(frozen=True)
class World:
    """One outcome: the truth, and the answers by cell."""

    truth: Parameters
    y: Array
    n: Array

    @property
    def probability(self) -> Array:
        """Return each cell's true probability (cell,)."""
        (probability,) = sigmoid(linear_predictor(self.truth, CODES))
        return np.asarray(probability, np.float64)


@dataclass(frozen=True)
class Worlds:
    """A survey's config on disk and, by outcome, the world that its answers come from."""

    config: Path
    by_outcome: Mapping[str, World]


def simulate(
    directory: Path,
    count: int,
    people: int,
    seed: int,
    prevalences: Sequence[float] = (),
) -> Worlds:
    """Write a survey of ``count`` outcomes and return their worlds.

    With ``prevalences`` the outcomes take turns in them: the intercept is not drawn but set so that
    the population has exactly that share, and everybody is asked.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0,)))
    cell = respondents(people, rng)
    empty = pd.DataFrame({"q0000": np.zeros(people, np.int8)})
    terms = terms_of(write_country(directory, cell, empty, seed))
    worlds: dict[str, World] = {}
    columns: dict[str, pd.Series] = {}
    for k in range(count):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1, k)))
        truth = draw_parameters(terms, LEVELS, {"region": {"urban": URBAN}}, rng)
        if prevalences:
            truth = with_prevalence(truth, prevalences[k % len(prevalences)])
        asked = 1.0 if prevalences else np.exp(rng.uniform(*np.log(ASKED)))
        columns[f"q{k:04d}"], worlds[f"q{k:04d}"] = answered(truth, cell, asked, rng)
    return Worlds(write_country(directory, cell, pd.DataFrame(columns), seed), worlds)


def terms_of(config: Path) -> tuple[Term, ...]:
    """Return the terms, and so the priors, that the shipped model file states for a config."""
    source = (project_folder("models") / "mrp.py").read_bytes()
    terms: tuple[Term, ...] = (
        load_model("mrp", source).functions["terms"](read_config(config).study, LEVELS).terms
    )
    return terms


def answered(
    truth: Parameters, cell: NDArray[np.int64], asked: float, rng: np.random.Generator
) -> tuple[pd.Series, World]:
    """Return the answers of a share of the respondents, as a column and counted by cell."""
    probability = sigmoid(linear_predictor(truth, CODES))[0]
    yes = rng.random(len(cell)) < probability[cell]
    base = rng.random(len(cell)) < asked
    base[rng.integers(len(cell))] = True  # a question that nobody is asked is no outcome
    column = pd.Series(yes.astype(np.int8)).astype("Int8").mask(~base)
    y, n = (np.bincount(cell[base & kept], minlength=len(SIZES)) for kept in (yes, True))
    return column, World(truth, y.astype(np.float64), n.astype(np.float64))


def with_prevalence(truth: Parameters, prevalence: float) -> Parameters:
    """Return the parameters with the intercept that gives the population a prevalence."""
    from scipy.optimize import brentq

    effects = linear_predictor(truth, CODES)[0] - truth.numbers["intercept"][0]

    def excess(intercept: float) -> float:
        return float(SIZES @ sigmoid(intercept + effects) / SIZES.sum() - prevalence)

    intercept = np.array([brentq(excess, -40.0, 40.0, xtol=1e-12)])
    return replace(truth, numbers={**truth.numbers, "intercept": intercept})
