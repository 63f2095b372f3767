"""PyMC: the same terms as a careful user of PyMC would write them, compiled and sampled by nutpie.

Effects are `pm.ZeroSumNormal`, centred; the likelihood is a binomial per cell, or a Bernoulli per
respondent. One thread, and no machine code from an earlier process, so that compiling is seen.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import nutpie
import pymc as pm
from numpy.typing import NDArray
from pytensor.configdefaults import config

from sweep.bench.case import Case, Sampler
from sweep.data.cells import Cells, Counts
from sweep.data.levels import Levels
from sweep.inference.checkpoints import Draws
from sweep.inference.compilation import build_model
from sweep.model.effects import Block
from sweep.model.terms import Contrast, Covariate, Intercept, Term, Varying, term_name
from sweep.worker.task import grid_from, model_file

__all__ = ["make_cells", "make_rows"]

type Effect = tuple[Any, Callable[[Cells], Any]]
"""A random variable, and its part of the linear predictor of some cells."""


def make_cells(case: Case) -> Sampler:
    """Return PyMC with a binomial per cell; of a model file in PyMC, what its ``build`` makes."""
    if case.route == "general":
        return own_sampler(case)
    return sampler_for(case, case.counts.cells, binomial(case.counts))


def make_rows(case: Case) -> Sampler:
    """Return PyMC with a Bernoulli per respondent."""
    cell, observed = rows_of(case.counts)

    def likelihood(eta: Any) -> None:
        pm.Bernoulli("y", logit_p=eta, observed=observed)

    return sampler_for(case, case.counts.cells.block(cell), likelihood)


def rows_of(counts: Counts) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each respondent's cell (respondent,), and 1 for a yes: those of a cell come first."""
    n, y = counts.n.astype(np.int64), counts.y.astype(np.int64)
    cell = np.repeat(np.arange(len(n)), n)
    place = np.arange(len(cell)) - np.repeat(np.cumsum(n) - n, n)
    return cell, (place < y[cell]).astype(np.int64)


def own_sampler(case: Case) -> Sampler:
    """Compile a user's own model for one outcome; return what samples it."""
    file = model_file(case.store, case.task, case.memory)
    model = build_model(file, case.design.levels, case.counts, case.task.fit["priors"])
    names = [variable.name for variable in model.unobserved_RVs]
    run = compiled_sampler(model, case)

    def sampled(seed: int) -> Draws:
        posterior = run(seed)
        return {name: posterior[name].to_numpy().astype(np.float32) for name in names}

    return sampled


def binomial(counts: Counts) -> Callable[[Any], None]:
    """Return the likelihood of counts, given the linear predictor of each cell."""

    def likelihood(eta: Any) -> None:
        n, y = counts.n.astype(int), counts.y.astype(int)
        pm.Binomial("y", n=n, logit_p=eta, observed=y)

    return likelihood


def sampler_for(case: Case, cells: Cells, likelihood: Callable[[Any], None]) -> Sampler:
    """Compile the model on some rows; return what samples it."""
    levels = case.design.levels
    with pm.Model() as model:
        parts = [effect_of(term, case)(cells) for term in case.model.terms]
        likelihood(sum(parts[1:], parts[0]))
    run, blocks = compiled_sampler(model, case), grid_from(case.task, case.design).blocks
    return lambda seed: draws_of(run(seed), blocks, levels)


def compiled_sampler(model: pm.Model, case: Case) -> Callable[[int], Any]:
    """Compile a model; return what samples it from a seed, and returns nutpie's posterior."""
    with config.change_flags(numba__cache=False):
        compiled = nutpie.compile_pymc_model(model, backend="numba")
    settings = case.peers_settings

    def run(seed: int) -> Any:
        trace = nutpie.sample(
            compiled,
            draws=settings.draws,
            tune=settings.tune,
            chains=settings.chains,
            cores=1,
            seed=seed,
            target_accept=settings.target_accept,
            save_warmup=False,
            progress_bar=False,
        )
        return trace.posterior

    return run


def effect_of(term: Term, case: Case) -> Callable[[Cells], Any]:
    """Make a term's random variables in the model at hand; return its part of cells' predictor."""
    name, levels = term_name(term), case.design.levels
    match term:
        case Intercept(sd):
            constant = pm.Normal(name, 0, sd)
            return lambda cells: constant
        case Contrast(predictor, sd):
            slope = pm.Normal(name, 0, sd)
            return lambda cells: slope * (cells[predictor] - 0.5)
        case Covariate(predictor, column, sd):
            slope, values = pm.Normal(name, 0, sd), case.design.covariates[predictor][column]
            return lambda cells: slope * values[cells[predictor]]
        case Varying(predictors, scale):
            sigma = pm.HalfNormal(f"sigma {name}", scale)
            shape = tuple(len(levels[p]) for p in predictors)
            unit = pm.ZeroSumNormal(name, sigma, n_zerosum_axes=len(shape), shape=shape)
            effect = unit * stretch(shape)
            return lambda cells: effect[tuple(cells[p] for p in predictors)]


def stretch(shape: tuple[int, ...]) -> float:
    """Return what makes the sd of one level's effect that of the prior, whatever their number."""
    return float(np.prod([np.sqrt(k / (k - 1)) for k in shape]))


def draws_of(posterior: Any, blocks: tuple[Block, ...], levels: Levels) -> Draws:
    """Return draws in the order in which the fast route stores them."""
    scales = [posterior[f"sigma {b.name}"].to_numpy() for b in blocks if b.scaled]
    thetas = []
    for block in blocks:
        values = posterior[block.name].to_numpy()
        if block.scaled:
            effects = values * stretch(tuple(len(levels[p]) for p in block.predictors))
            thetas.append(theta_of(block, effects.reshape(*values.shape[:2], -1)))
        else:
            thetas.append(values[..., None])
    scale = np.stack(scales, -1) if scales else np.zeros((*thetas[0].shape[:2], 0))
    theta = np.concatenate(thetas, axis=-1)
    return {"scale": scale.astype(np.float32), "theta": theta.astype(np.float32)}


def theta_of(block: Block, effects: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a block's coefficients (..., column) behind the effects (..., combination)."""
    return np.asarray(effects @ np.linalg.pinv(block.basis).T)
