"""models/pymc_mrp.py writes the main effects of models/mrp.py: the same density, the same fits."""

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import halfnorm, norm

from sweep.config import Study
from sweep.data.cells import Counts, cells_of
from sweep.diagnostics.chains import summarise_chains
from sweep.estimates.poststratify import poststratify
from sweep.estimates.weighting import margins_of
from sweep.inference.checkpoints import Fit, Target
from sweep.inference.fast import fit_terms, probabilities
from sweep.inference.general import Compiled, file_probabilities, fit_general
from sweep.inference.grid import grid_of
from sweep.inference.sample import Settings
from sweep.model.effects import Block, blocks_of
from sweep.model.files import ModelFile, load_model

Floats = NDArray[np.float64]

MODELS = Path(__file__).parents[2] / "models"
LEVELS = {
    "sex": ("female", "male"),
    "age": ("18-34", "35-54", "55+"),
    "wave": ("first",),  # one level: no term in either
    "region": tuple("abcdefgh"),
}
PRIORS: dict[str, Any] = {
    "intercept": 3.0,
    "contrast": 1.0,
    "scale": 0.5,
    "interaction_scale": 0.25,
    "covariate": 0.5,
    "scales": {"region": 0.8},
}
TARGET = Target(Settings(500, 300, 4, 0.8), 1000.0, 1, "an outcome")


@cache
def example() -> ModelFile:
    return load_model("pymc_mrp", (MODELS / "pymc_mrp.py").read_bytes())


@cache
def blocks() -> tuple[Block, ...]:
    """Return the blocks of models/mrp.py for the same levels and priors."""
    terms = load_model("mrp", (MODELS / "mrp.py").read_bytes()).functions["terms"]
    study: Any = SimpleNamespace(priors=SimpleNamespace(**PRIORS), interactions=(), covariates={})
    checked: Study = study
    return blocks_of(terms(checked, LEVELS), LEVELS, {})


def counts(cells: int, seed: int, rate: float) -> Counts:
    rng = np.random.default_rng(seed)
    index = np.sort(rng.choice(48, cells, replace=False)).astype(np.int64)
    codes = cells_of(index, LEVELS)
    n = rng.integers(1, 60, cells)
    eta = np.log(rate / (1 - rate)) + 0.5 * codes["sex"] + 0.2 * codes["region"] - 0.7
    y = rng.binomial(n, 1 / (1 + np.exp(-eta)))
    return Counts(index, codes, y.astype(float), n.astype(float))


def log_posterior(c: Counts, theta: list[Floats], scales: dict[str, float]) -> float:
    """Return the log density of sigma and theta that the terms of mrp mean, up to a constant."""
    eta = np.zeros(len(c.y))
    value = 0.0
    for block, t in zip(blocks(), theta, strict=True):
        sd = scales[block.name] if block.scaled else block.prior
        value += float(norm.logpdf(t, 0, sd).sum())
        value += float(halfnorm.logpdf(sd, 0, block.prior)) if block.scaled else 0.0
        code = c.cells[block.predictors[0]] if block.predictors else np.zeros(len(c.y), int)
        eta += (block.basis @ t)[code]
    return value + float((c.y * eta - c.n * np.logaddexp(0, eta)).sum())


def example_log_posterior(logp: Any, c: Counts, theta: list[Floats], scales: Any) -> float:
    """Return the same density by the example, moved from its coordinates to sigma and theta."""
    from pymc.distributions.transforms import ZeroSumTransform
    from pytensor.tensor import as_tensor

    information = example().functions["data"](LEVELS, c)["information"][0]
    point: dict[str, Any] = {}
    moved = 0.0
    for block, t in zip(blocks(), theta, strict=True):
        if not block.scaled:
            point[block.name] = t[0]
            continue
        K = len(block.basis)
        s = scales[block.name] * np.sqrt(K / (K - 1))
        stretch = np.sqrt(1 + information / K * s**2)
        z = block.basis @ t * stretch / s
        moved += (K - 1) * np.log(stretch / s)
        point[f"sigma {block.name}_log__"] = np.log(scales[block.name])
        point[f"z {block.name}_zerosum__"] = ZeroSumTransform([0]).forward(as_tensor(z)).eval()
    return float(logp(point)) + moved


def test_the_example_writes_the_density_of_mrp() -> None:
    c = counts(31, seed=2, rate=0.3)
    model = example().functions["build"](LEVELS, c, PRIORS)
    logp = model.compile_logp(jacobian=False, mode="FAST_COMPILE")
    rng = np.random.default_rng(3)
    distances = []
    for _ in range(6):
        theta = [rng.normal(0, 0.7, b.columns) for b in blocks()]
        scales = {b.name: float(rng.uniform(0.05, 1.5)) for b in blocks() if b.scaled}
        ours = log_posterior(c, theta, scales)
        distances.append(example_log_posterior(logp, c, theta, scales) - ours)

    np.testing.assert_allclose(distances, distances[0], rtol=0, atol=1e-8)


def test_the_examples_probabilities_are_those_of_its_linear_predictor() -> None:
    rng = np.random.default_rng(4)
    shapes = {"intercept": (), "sex": (), "age": (3,), "region": (8,)}
    draws = {n: rng.normal(size=(2, 7, *s)).astype(np.float32) for n, s in shapes.items()}
    c = counts(20, seed=5, rate=0.5)
    flat = {n: d.reshape(14, *d.shape[2:]).astype(float) for n, d in draws.items()}
    eta = flat["intercept"][:, None] + flat["sex"][:, None] * (c.cells["sex"] - 0.5)
    eta = eta + flat["age"][:, c.cells["age"]] + flat["region"][:, c.cells["region"]]

    made = file_probabilities(example(), draws)(c.cells)
    np.testing.assert_allclose(1 / (1 + np.exp(-eta.T)), made, rtol=2e-6)


def margin_draws(c: Counts, fit: Fit, of: Any) -> Any:
    values = poststratify(margins_of(c, LEVELS), LEVELS, of)
    chains, length = next(iter(fit.draws.values())).shape[:2]
    return summarise_chains(values.reshape(chains, length, -1))


@pytest.mark.slow
@pytest.mark.sampling
def test_the_example_agrees_with_mrp_outcome_after_outcome_with_one_compilation() -> None:
    """Outcomes differ in their rate and in the number of cells where they were asked."""
    compiled = Compiled()
    grid = grid_of(blocks(), LEVELS)
    for c in (counts(31, seed=6, rate=0.3), counts(44, seed=7, rate=0.04)):
        fast = fit_terms(grid, c, TARGET)
        general = fit_general(example(), LEVELS, c, PRIORS, TARGET, compiled)
        one = margin_draws(c, fast, probabilities(grid, fast.draws))
        two = margin_draws(c, general, file_probabilities(example(), general.draws))
        allowed = 4.5 * np.hypot(one.mcse_mean, two.mcse_mean)
        assert "ok" == general.status
        assert (np.abs(one.mean - two.mean) <= allowed).all()

    assert 1 == compiled.compilations
