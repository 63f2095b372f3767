"""Split HMC samples the posterior of the density, goes on where it stopped, or says no."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sweep.data.cells import Counts, cells_of
from sweep.diagnostics.chains import summarise_chains
from sweep.errors import ModelError
from sweep.inference.checkpoints import Target
from sweep.inference.fast import deciding_of, fit_terms
from sweep.inference.grid import Grid, Problem, grid_of, problem_of
from sweep.inference.laplace import Approximation, approximate
from sweep.inference.nuts import sample
from sweep.inference.sample import Sample, Settings
from sweep.inference.split_hmc import SplitHmc
from sweep.model.effects import blocks_of
from sweep.model.terms import Intercept, Model, Varying

LEVELS = {"age": tuple("abcd"), "region": tuple("nsewx")}
TERMS = (Intercept(3.0), Varying(("age",), 0.5), Varying(("region",), 0.5))
SEED = 11


def grid() -> Grid:
    return grid_of(blocks_of(Model(TERMS), LEVELS, {}), LEVELS)


def counts(rate: float = 0.3, people: int = 40) -> Counts:
    rng = np.random.default_rng(3)
    index = np.arange(20, dtype=np.int64)
    n = rng.integers(5, people, 20)
    yes = rng.binomial(n, rate).astype(np.float64)
    return Counts(index, cells_of(index, LEVELS), yes, n.astype(np.float64))


@pytest.fixture(scope="module")
def problem() -> Problem:
    return problem_of(grid(), counts())


@pytest.fixture(scope="module")
def near(problem: Problem) -> Approximation:
    return approximate(problem)


def theta(sample: Sample) -> NDArray[np.float32]:
    return sample.draws["theta"]


def test_a_shorter_run_is_the_beginning_of_a_longer_one(
    problem: Problem, near: Approximation
) -> None:
    """However it was asked for: in one piece, or piece by piece across blocks of draws."""
    whole = SplitHmc(problem, near, 2, SEED).until(330)
    chains = SplitHmc(problem, near, 2, SEED)
    for length in (7, 120, 330):
        part = chains.until(length)
        assert (2, length) == part.statistics.energy.shape == theta(part).shape[:2]
        np.testing.assert_array_equal(theta(whole)[:, :length], theta(part))
        energy = whole.statistics.energy[:, :length]
        np.testing.assert_array_equal(energy, part.statistics.energy)


def test_a_chain_depends_on_no_other_and_on_the_seed(problem: Problem, near: Approximation) -> None:
    two, four = (theta(SplitHmc(problem, near, chains, SEED).until(50)) for chains in (2, 4))
    np.testing.assert_array_equal(two, four[:2])
    assert 4 == len({chain.tobytes() for chain in four})
    other = theta(SplitHmc(problem, near, 2, SEED + 1).until(50))
    assert not np.isin(other, two).any()


def test_it_tells_how_many_draws_there_are(problem: Problem, near: Approximation) -> None:
    told: list[int] = []
    chains = SplitHmc(problem, near, 2, SEED, told.append)
    chains.until(100)
    chains.until(300)
    assert told == sorted(set(told))
    assert 2 * (300 + 50) == told[-1]
    assert max(np.diff(told)) <= 100


@pytest.mark.sampling
@pytest.mark.parametrize(("rate", "people"), [(0.3, 40), (0.05, 12)], ids=["plain", "rare"])
def test_it_agrees_with_nuts_on_everything_that_decides(rate: float, people: int) -> None:
    """Means and spreads of scales, effects and margins, within what their errors allow."""
    c = counts(rate, people)
    posterior = problem_of(grid(), c)
    start, deciding = approximate(posterior), deciding_of(grid(), c)
    settings = Settings(draws=2000, tune=300, chains=4, target_accept=0.8)
    drawn = (sample(posterior, start, settings, 5), SplitHmc(posterior, start, 4, 5).until(2000))
    nuts, split = (summarise_chains(deciding.of(one.draws)) for one in drawn)
    z = (nuts.mean - split.mean) / np.hypot(nuts.mcse_mean, split.mcse_mean)
    assert np.abs(z).max() < 4
    assert 0.5 < np.sqrt(np.mean(z**2)) < 1.6
    np.testing.assert_allclose(nuts.sd, split.sd, rtol=0.08)


def test_in_wrong_coordinates_nuts_takes_over_and_the_fit_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The approximation is three times too wide: the exact part of the trajectory is wrong."""
    wide = approximate(problem_of(grid(), counts()))
    wide = replace(wide, spread=3 * wide.spread)
    monkeypatch.setattr("sweep.inference.fast.approximate", lambda problem: wide)
    target = Target(Settings(draws=200, tune=200, chains=4, target_accept=0.8), 200, 1, "q")
    fit = fit_terms(grid(), counts(), target)
    assert ("NUTS instead of split HMC",) == fit.remedies[:1]
    assert fit.statistics.acceptance is None
    alone = SplitHmc(problem_of(grid(), counts()), wide, 4, SEED).until(200)
    assert alone.statistics.acceptance is not None
    assert alone.statistics.acceptance.mean() < 0.6


def test_where_the_density_is_no_number_no_chain_starts(
    problem: Problem, near: Approximation
) -> None:
    broken = replace(problem, data=np.full_like(problem.data, np.nan))
    with pytest.raises(ModelError, match="the density is not finite at 100 starts"):
        SplitHmc(broken, near, 2, SEED)


def test_a_proposal_at_which_the_density_is_no_number_is_never_taken(
    problem: Problem, near: Approximation
) -> None:
    """Such a proposal is divergent, and the chain stays where it is."""
    chains = SplitHmc(problem, near, 2, SEED)
    before = chains.until(1)
    chains.problem = replace(problem, data=np.full_like(problem.data, np.nan))
    after = chains.until(20)
    assert not before.statistics.diverging.any()
    assert after.statistics.diverging[:, 1:].all()
    assert after.statistics.acceptance is not None
    assert (after.statistics.acceptance[:, 1:] == 0).all()
    assert (chains.at[0].point == chains.draw(chains.at[0], 5)[0]).all()
