"""Quantities: the twelve numbers whose ranks tell whether a posterior is calibrated.

Parameters alone would pass a posterior that ignores the data, for the prior is calibrated; the
log-likelihood, which depends on the data, would not.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration.country import CODES, LEVELS, SIZES
from benchmarks.calibration.parameters import Parameters, linear_predictor
from benchmarks.calibration.simulate import World

if TYPE_CHECKING:
    import sweep

__all__ = ["ESTIMATES", "NAMES", "of_posterior", "of_truth", "parameters_of", "true_estimate"]

type Array = NDArray[np.float64]

NUMBERS = (
    "intercept", "beta_sex", "beta_region.urban", "sigma_age", "sigma_region",
    "sigma_age:education",
)  # fmt: skip
EFFECTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "age[60+]": ("effect_age", ("60+",)),
    "age:education[30-44, High]": ("effect_age:education", ("30-44", "High")),
}
ESTIMATES: dict[str, dict[str, str]] = {
    "estimate: total": {},
    "estimate: age[18-29]": {"age": "18-29"},
    "estimate: age:region[45-59, Islands]": {"age": "45-59", "region": "Islands"},  # unreached
}
NAMES = (*NUMBERS, *EFFECTS, *ESTIMATES, "log-likelihood")


def true_estimate(world: World, at: dict[str, str]) -> float:
    """Return the share of a group of the population that would answer with a success."""
    inside = np.ones(len(SIZES), bool)
    for name, label in at.items():
        inside &= CODES[name] == LEVELS[name].index(label)
    return float(np.average(world.probability[inside], weights=SIZES[inside]))


def of_truth(world: World) -> Array:
    """Return the true values (quantity,)."""
    estimates = [true_estimate(world, at) for at in ESTIMATES.values()]
    (values,) = gathered(world.truth, np.array([estimates]), world)
    return np.asarray(values, np.float64)


def of_posterior(run: "sweep.Run", outcome: str, world: World, thinned: int) -> Array:
    """Return so many draws (draw, quantity), evenly spaced over all that the store holds."""
    columns = []
    for at in ESTIMATES.values():
        drawn = run.draws(outcome, by=list(at), all_draws=True)
        for name, label in at.items():
            drawn = drawn[drawn[name] == label]
        columns.append(drawn["value"].to_numpy())
    stacked = np.stack(columns, axis=1)
    which = ((np.arange(thinned) + 0.5) * len(stacked) / thinned).astype(np.int64)
    return gathered(parameters_of(run, outcome, which), stacked[which], world)


def parameters_of(
    run: "sweep.Run", outcome: str, which: NDArray[np.int64] | slice = slice(None)
) -> Parameters:
    """Return stored draws of an outcome's parameters, chains one after another."""
    numbers, effects = {}, {}
    posterior: Any = run.posterior(outcome)["posterior"]
    for name, values in posterior.data_vars.items():
        flat = values.to_numpy().astype(np.float64).reshape(-1, *values.shape[2:])[which]
        if name.startswith("effect_"):
            effects[name] = tuple(str(d) for d in values.dims[2:]), flat
        else:
            numbers[name] = flat
    return Parameters(numbers, effects)


def gathered(parameters: Parameters, estimates: Array, world: World) -> Array:
    """Return all quantities (draw, quantity), in the order of `NAMES`."""
    columns = [parameters.numbers[name] for name in NUMBERS]
    for term, labels in EFFECTS.values():
        along, values = parameters.effects[term]
        pairs = zip(along, labels, strict=True)
        place: tuple[Any, ...] = (slice(None), *(LEVELS[p].index(label) for p, label in pairs))
        columns.append(values[place])
    columns += [*estimates.T, log_likelihood(parameters, world)]
    return np.stack(columns, axis=1)


def log_likelihood(parameters: Parameters, world: World) -> Array:
    """Return the log-likelihood (draw,) of all answers to the outcome, up to a constant."""
    eta = linear_predictor(parameters, CODES)
    return np.asarray(eta @ world.y - np.logaddexp(0, eta) @ world.n, np.float64)
