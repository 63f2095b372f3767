"""The fast density against its definition in PyMC."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sweep.data.cells import Counts, cells_of
from sweep.data.covariates import standardise
from sweep.diagnostics.chains import summarise_chains
from sweep.errors import ModelError
from sweep.inference.definition import define
from sweep.inference.grid import Grid, coefficients, grid_of, problem_of
from sweep.inference.kernels import DENSE, SPARSE, density, whitened_density
from sweep.inference.laplace import approximate
from sweep.inference.nuts import run_nuts, sample
from sweep.inference.sample import Settings
from sweep.model.effects import blocks_of
from sweep.model.terms import Contrast, Covariate, Intercept, Model, Varying

LEVELS = {
    "sex": ("F", "M"),
    "age": tuple("abcd"),
    "region": (*tuple("nsew"), "far"),
    "income": tuple("lmh"),
}
PLAIN = (
    Intercept(3.0),
    Contrast("sex", 1.0),
    Varying(("age",), 0.5),
    Varying(("region",), 0.5),
    Varying(("income",), 0.5),
)
CROSSED = (*PLAIN, Varying(("age", "region"), 0.25), Covariate("region", "urban", 0.5))
CONNECTED = (*CROSSED, Varying(("region", "income"), 0.25), Varying(("sex", "income"), 0.25))
COVARIATES = {"region": {"urban": standardise(np.array([0.1, 0.4, 0.3, 0.9, 0.2]))}}


def grid(terms: tuple[object, ...]) -> Grid:
    return grid_of(blocks_of(Model(terms), LEVELS, COVARIATES), LEVELS)  # type: ignore[arg-type]


def counts(occupied: float, seed: int) -> Counts:
    """Return random counts on a random part of the grid, some cells with n but no successes."""
    rng = np.random.default_rng(seed)
    index = np.sort(rng.choice(120, int(120 * occupied), replace=False)).astype(np.int64)
    n = rng.integers(1, 40, len(index)).astype(float)
    return Counts(index, cells_of(index, LEVELS), rng.binomial(n.astype(int), 0.3).astype(float), n)


@pytest.mark.parametrize("terms", [PLAIN, CROSSED, CONNECTED], ids=["plain", "crossed", "one"])
@pytest.mark.parametrize(("occupied", "mode"), [(0.9, DENSE), (0.1, SPARSE)])
def test_density_and_gradient_equal_the_definition(
    terms: tuple[object, ...], occupied: float, mode: int
) -> None:
    """To 1e-9 of the gradient's norm at random points; the density up to one constant."""
    g, c = grid(terms), counts(occupied, seed=len(terms))
    problem = problem_of(g, c)
    if terms is not CONNECTED:  # one connected component is one full table: always dense
        assert mode == problem.layout[0]
    model = define(g, c)
    # interpreted: compiling the definition would take a minute, evaluating it takes milliseconds
    value_of = model.compile_logp(jacobian=False, mode="FAST_COMPILE")
    grad_of = model.compile_dlogp(jacobian=False, mode="FAST_COMPILE")
    constants = []
    rng = np.random.default_rng(5)
    for spread in (0.0, 0.3, 1.0, 3.0):
        x = rng.normal(0, spread, problem.dim)
        grad = np.empty(problem.dim)
        value = density(x, problem.data, problem.layout, grad)
        point = unpack(x, g)
        expected = rearranged(grad_of(point), g, model)
        assert np.linalg.norm(grad - expected) <= 1e-9 * np.linalg.norm(expected)
        constants.append(value - float(value_of(point)))
    assert np.ptp(constants) <= 1e-9 * max(1.0, abs(constants[0]))


def unpack(x: NDArray[np.float64], g: Grid) -> dict[str, NDArray[np.float64]]:
    """Return a point of the PyMC model from the kernel's vector: scales first, then z."""
    scaled = [b for b in g.blocks if b.scaled]
    point = {f"x_{b.name}": np.asarray(x[i]) for i, b in enumerate(scaled)}
    first = len(scaled)
    for b in g.blocks:
        point[f"z_{b.name}"] = x[first : first + b.columns]
        first += b.columns
    return point


def rearranged(grad: NDArray[np.float64], g: Grid, model: object) -> NDArray[np.float64]:
    """Return PyMC's gradient in the kernel's order."""
    parts: dict[str, NDArray[np.float64]] = {}
    first = 0
    for variable in model.value_vars:  # type: ignore[attr-defined]
        size = 1 if variable.name.startswith("x_") else variable.type.shape[0]
        parts[variable.name] = grad[first : first + size]
        first += size
    order = [f"x_{b.name}" for b in g.blocks if b.scaled] + [f"z_{b.name}" for b in g.blocks]
    return np.concatenate([parts[name] for name in order])


def test_the_gradient_is_the_densitys_derivative() -> None:
    problem = problem_of(grid(CROSSED), counts(0.8, seed=1))
    x = np.random.default_rng(2).normal(0, 0.5, problem.dim)
    grad, scratch = np.empty(problem.dim), np.empty(problem.dim)
    density(x, problem.data, problem.layout, grad)
    for k in range(problem.dim):
        h = np.zeros(problem.dim)
        h[k] = 1e-5
        ahead = density(x + h, problem.data, problem.layout, scratch)
        behind = density(x - h, problem.data, problem.layout, scratch)
        assert grad[k] == pytest.approx((ahead - behind) / 2e-5, rel=1e-5, abs=1e-5)


def test_whitening_is_a_linear_change_of_coordinates() -> None:
    problem = problem_of(grid(CROSSED), counts(0.8, seed=1))
    a = approximate(problem)
    rng = np.random.default_rng(3)
    w, grad, inner = rng.normal(0, 1, problem.dim), np.empty(problem.dim), np.empty(problem.dim)
    value = whitened_density(w, problem.data, problem.layout, a.centre, a.spread, grad)
    x = a.centre + a.spread @ w
    assert density(x, problem.data, problem.layout, inner) == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(grad, a.spread.T @ inner, rtol=1e-9, atol=1e-9)


def test_dense_and_sparse_agree_on_the_same_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    g, c = grid(CROSSED), counts(0.9, seed=4)
    dense = problem_of(g, c)
    monkeypatch.setattr("sweep.inference.grid.DENSE_FROM", 2.0)
    sparse = problem_of(g, c)
    assert (DENSE, SPARSE) == (dense.layout[0], sparse.layout[0])
    x = np.random.default_rng(6).normal(0, 1, dense.dim)
    a, b = np.empty(dense.dim), np.empty(dense.dim)
    one = density(x, dense.data, dense.layout, a)
    assert density(x, sparse.data, sparse.layout, b) == pytest.approx(one, rel=1e-12)
    np.testing.assert_allclose(b, a, rtol=1e-10, atol=1e-10)


@pytest.mark.sampling
def test_the_public_route_into_nutpie_gives_the_same_posterior(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = problem_of(grid(PLAIN), counts(0.9, seed=4))
    start = approximate(problem)
    settings = Settings(draws=400, tune=200, chains=4, target_accept=0.8)
    means, errors = [], []
    for route in ("pointer", "from_pyfunc"):
        monkeypatch.setattr("sweep.inference.nuts.fast_route", lambda route=route: route)
        draws = sample(problem, start, settings, seed=3).draws["theta"].astype(float)
        summary = summarise_chains(draws)
        means.append(draws.mean(axis=(0, 1)))
        errors.append(draws.std(axis=(0, 1)) / np.sqrt(summary.ess_bulk))
    assert (np.abs(means[0] - means[1]) < 4.5 * np.hypot(*errors)).all()


def test_a_broken_sampler_is_the_models_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in: no input is known that makes this version of the sampler panic."""

    class PanicException(BaseException):  # the name that Rust's binding gives it
        pass

    def panics(*_: object, **__: object) -> None:
        raise PanicException

    monkeypatch.setattr("nutpie.sample", panics)
    with pytest.raises(ModelError, match="the sampler broke off"):
        run_nuts(None, Settings(100, 50, 2, 0.8), 1)


def test_coefficients_are_the_kernels_own() -> None:
    """An effect's draw is z / sqrt(W + 1/sigma^2), and an intercept's sd is the config's."""
    problem = problem_of(grid(CROSSED), counts(0.9, seed=4))
    x = np.random.default_rng(6).normal(0, 1, (7, problem.dim))
    scale, theta = coefficients(problem, x)
    g = grid(CROSSED)
    first = 0
    for block in g.blocks:
        where = slice(first, first + block.columns)
        names = [b.name for b in g.blocks if b.scaled]
        sigma = scale[:, [names.index(block.name)]] if block.scaled else block.prior
        expected = x[:, len(names) :][:, where] / np.sqrt(
            problem.information[where] + 1 / np.square(sigma)
        )
        np.testing.assert_allclose(theta[:, where], expected, rtol=1e-12)
        first += block.columns


def test_a_scale_is_the_sd_of_one_levels_effect_for_every_number_of_levels() -> None:
    for K in (3, 4, 16, 51):
        levels = {"f": tuple(map(str, range(K)))}
        block = blocks_of(Model((Intercept(1.0), Varying(("f",), 1.0))), levels, {})[1]
        effect_sd = np.sqrt(np.square(block.basis).sum(1))
        np.testing.assert_allclose(effect_sd, 1.0, rtol=1e-12)
        np.testing.assert_allclose(block.basis.sum(0), 0.0, atol=1e-12)
