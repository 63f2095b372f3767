"""A fast fit's numbers equal the sums they stand for, by the definition of the terms."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sweep.data.cells import Cells, Counts, cells_of
from sweep.estimates.outer_sum import entries
from sweep.estimates.weighting import margins_of
from sweep.inference.checkpoints import Target
from sweep.inference.fast import deciding_of, fit_terms, probabilities, quantities
from sweep.inference.grid import Grid, grid_of, tables_of
from sweep.inference.sample import Settings
from sweep.model.effects import Block, blocks_of
from sweep.model.terms import Contrast, Intercept, Model, Term, Varying

LEVELS = {"sex": ("F", "M"), "age": tuple("abcd"), "region": tuple("nsewx"), "income": tuple("lmh")}
CELLS = 2 * 4 * 5 * 3
TERMS: tuple[Term, ...] = (
    Intercept(3.0),
    Contrast("sex", 1.0),
    Varying(("age",), 0.5),
    Varying(("region",), 0.5),
    Varying(("age", "region"), 0.25),
    Varying(("income",), 0.5),
)


def grid(terms: tuple[Term, ...] = TERMS) -> Grid:
    return grid_of(blocks_of(Model(terms), LEVELS, {}), LEVELS)


def counts(occupied: int = CELLS) -> Counts:
    rng = np.random.default_rng(3)
    index = np.sort(rng.choice(CELLS, occupied, replace=False)).astype(np.int64)
    n = rng.integers(5, 40, occupied).astype(float)
    return Counts(index, cells_of(index, LEVELS), rng.binomial(n.astype(int), 0.3).astype(float), n)


def columns(g: Grid) -> dict[str, tuple[Block, slice]]:
    """Return each block, and where its coefficients are."""
    found, first = {}, 0
    for block in g.blocks:
        found[block.name] = (block, slice(first, first + block.columns))
        first += block.columns
    return found


def draws_of(g: Grid) -> dict[str, NDArray[np.float32]]:
    """Return made-up draws of two chains."""
    rng = np.random.default_rng(8)
    width = sum(b.columns for b in g.blocks)
    scales = sum(b.scaled for b in g.blocks)
    return {
        "scale": rng.gamma(2, 0.2, (2, 6, scales)).astype(np.float32),
        "theta": rng.normal(0, 0.5, (2, 6, width)).astype(np.float32),
    }


def effect(g: Grid, theta: NDArray[np.float64], name: str, *codes: int) -> NDArray[np.float64]:
    """Return one effect's draws, for one combination of levels: basis times coefficients."""
    block, where = columns(g)[name]
    row = (
        int(np.ravel_multi_index(codes, [len(LEVELS[p]) for p in block.predictors])) if codes else 0
    )
    effects: NDArray[np.float64] = theta[..., where] @ block.basis[row]
    return effects


def eta_of(g: Grid, theta: NDArray[np.float64], cells: Cells, k: int) -> NDArray[np.float64]:
    """Return a cell's linear predictor: the sum of its effects."""
    total = np.zeros(theta.shape[:-1])
    for block in g.blocks:
        total = total + effect(g, theta, block.name, *(int(cells[p][k]) for p in block.predictors))
    return total


@pytest.mark.parametrize("terms", [TERMS, TERMS[:1], TERMS[:3]], ids=["all", "none", "two"])
def test_the_linear_predictor_is_the_sum_of_a_cells_effects(terms: tuple[Term, ...]) -> None:
    g, cells = grid(terms), counts(50).cells
    theta = draws_of(g)["theta"].reshape(12, -1)
    made = tables_of(g, cells)
    row, column = entries(made, theta)
    found = row[made.i] + column[made.j]
    assert (50, 12) == found.shape
    expected = [eta_of(g, theta.astype(np.float64), cells, k) for k in range(50)]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_probabilities_take_chains_one_after_another() -> None:
    g, cells = grid(), counts(9).cells
    draws = draws_of(g)
    found = probabilities(g, draws)(cells)
    expected = [eta_of(g, draws["theta"].astype(np.float64), cells, k).ravel() for k in range(9)]
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-np.array(expected))), rtol=1e-5)


def test_what_decides_on_a_fit_is_scales_effects_total_and_margins_by_name() -> None:
    g, c = grid(), counts(70)
    draws = draws_of(g)
    names = deciding_of(g, c).names
    found = quantities(g, margins_of(c, g.levels), draws)
    assert (2, 6, len(names)) == found.shape
    assert len(names) == len(set(names))
    by_name = {name: found[..., k] for k, name in enumerate(names)}
    theta = draws["theta"].astype(np.float64)
    scaled = [b.name for b in g.blocks if b.scaled]
    np.testing.assert_array_equal(draws["scale"][..., 1], by_name[f"sigma {scaled[1]}"])
    np.testing.assert_allclose(effect(g, theta, "age", 2), by_name["age[c]"], rtol=1e-6)
    crossed = effect(g, theta, "age:region", 3, 1)
    np.testing.assert_allclose(crossed, by_name["age:region[d, s]"], rtol=1e-6)
    p = np.array([1 / (1 + np.exp(-eta_of(g, theta, c.cells, k))) for k in range(70)])
    total = np.einsum("c,cij->ij", c.n / c.n.sum(), p)
    np.testing.assert_allclose(total, by_name["margin the total"], rtol=1e-5)
    low = c.cells["income"] == 0
    mean = np.einsum("c,cij->ij", c.n[low] / c.n[low].sum(), p[low])
    np.testing.assert_allclose(mean, by_name["margin income[l]"], rtol=1e-5)


def names(blocks: tuple[Block, ...]) -> list[str]:
    return [b.name for b in blocks]


def test_terms_are_dealt_so_that_both_tables_stay_small() -> None:
    """What shares a predictor stays together; each goes to the smaller side, the largest first."""
    levels = {name: tuple(map(str, range(size))) for name, size in (
        ("a", 4), ("b", 3), ("c", 6), ("d", 5), ("e", 2), ("f", 2)
    )}  # fmt: skip
    single: tuple[Term, ...] = tuple(Varying((name,), 1.0) for name in levels)
    crossed = (Intercept(1.0), *single, Varying(("a", "b"), 1.0))
    dealt = grid_of(blocks_of(Model(crossed), levels, {}), levels)
    # rows a:b 12, columns c 6, then d 6 x 5 = 30, rows e 12 x 2 = 24, f 24 x 2 = 48
    assert ["intercept", "a", "b", "e", "f", "a:b"] == names(dealt.row)
    assert ["c", "d"] == names(dealt.column)


@pytest.mark.sampling
def test_a_small_fit_is_the_same_again_another_for_another_seed_and_near_its_answers() -> None:
    c = counts()

    def fitted(seed: int) -> NDArray[np.float64]:
        settings = Settings(draws=150, tune=150, chains=4, target_accept=0.8)
        fit = fit_terms(grid(TERMS[:3]), c, Target(settings, 100, seed, "q"))
        assert {"scale", "theta"} == set(fit.draws)
        assert {np.dtype(np.float32)} == {d.dtype for d in fit.draws.values()}
        assert 4 == fit.diagnostics.chains
        total = deciding.of(fit.draws)[..., deciding.names.index("margin the total")]
        made: NDArray[np.float64] = total.astype(np.float64)
        return made

    deciding = deciding_of(grid(TERMS[:3]), c)
    first = fitted(5)
    np.testing.assert_array_equal(first, fitted(5))
    assert not np.array_equal(first, fitted(6))
    rate = c.y.sum() / c.n.sum()
    assert rate == pytest.approx(first.mean(), abs=0.01)
    assert np.sqrt(rate * (1 - rate) / c.n.sum()) == pytest.approx(first.std(), rel=0.3)
