"""Parameters: what a model made of terms says, by its definition and without the engine's basis.

Written apart from `sweep.model.effects` on purpose: a truth drawn by the code under test would
agree with its mistakes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweep.model.terms import Contrast, Covariate, Intercept, Term, Varying

__all__ = ["Parameters", "draw_parameters", "linear_predictor", "sigmoid"]

type Array = NDArray[np.float64]
type Codes = Mapping[str, NDArray[np.int64]]
type Levels = Mapping[str, Sequence[str]]
type Columns = Mapping[str, Mapping[str, Sequence[float]]]


@dataclass(frozen=True)
class Parameters:
    """Draws of what a model names, under the names of `sweep.Run.posterior`.

    ``numbers`` (draw,): ``intercept``, ``beta_TERM``, ``sigma_TERM``; ``effects`` (draw, level,
    ...) by ``effect_TERM``, with the predictors that they vary by.
    """

    numbers: Mapping[str, Array]
    effects: Mapping[str, tuple[tuple[str, ...], Array]]


def draw_parameters(
    terms: Sequence[Term], levels: Levels, columns: Columns, rng: np.random.Generator
) -> Parameters:
    """Draw one truth from the priors that a model's terms state.

    ``columns`` holds covariates: by predictor and name, one number per level.
    """
    numbers: dict[str, float] = {}
    effects: dict[str, tuple[tuple[str, ...], Array]] = {}
    for term in terms:
        match term:
            case Intercept(sd):
                numbers["intercept"] = rng.normal(0, sd)
            case Contrast(predictor, sd):
                beta = numbers[f"beta_{predictor}"] = rng.normal(0, sd)
                effects[f"effect_{predictor}"] = (predictor,), np.array([-beta / 2, beta / 2])
            case Varying(predictors, scale):
                name = ":".join(predictors)
                sigma = numbers[f"sigma_{name}"] = abs(rng.normal(0, scale))
                shape = [len(levels[p]) for p in predictors]
                effects[f"effect_{name}"] = predictors, sigma * unit_effects(shape, rng)
            case Covariate(predictor, column, sd):
                name = f"{predictor}.{column}"
                beta = numbers[f"beta_{name}"] = rng.normal(0, sd)
                known = np.asarray(columns[predictor][column], np.float64)
                slope = beta * (known - known.mean()) / known.std()
                effects[f"effect_{name}"] = (predictor,), slope
    return Parameters(
        {name: np.array([value]) for name, value in numbers.items()},
        {name: (along, values[None]) for name, (along, values) in effects.items()},
    )


def unit_effects(shape: Sequence[int], rng: np.random.Generator) -> Array:
    """Draw normal effects that sum to zero along every axis, each of them with sd 1.

    Taking the mean out leaves a share (K - 1)/K of the variance.
    """
    drawn = rng.standard_normal(shape)
    for axis, count in enumerate(shape):
        drawn = drawn - drawn.mean(axis=axis, keepdims=True)
        drawn = drawn * np.sqrt(count / (count - 1))
    return drawn


def linear_predictor(parameters: Parameters, codes: Codes) -> Array:
    """Return eta (draw, cell): the intercept and the effects of each cell's levels."""
    cells = len(next(iter(codes.values())))
    eta = np.repeat(parameters.numbers["intercept"][:, None], cells, axis=1)
    for along, values in parameters.effects.values():
        place: tuple[Any, ...] = (slice(None), *(codes[p] for p in along))
        eta += values[place]
    return eta


def sigmoid(eta: Array) -> Array:
    """Return the probabilities that logits stand for."""
    return np.asarray(1 / (1 + np.exp(-eta)), np.float64)
