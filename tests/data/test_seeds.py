"""A survey's empty cells share half a respondent; of three variables together chance goes."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.raked_frames import LEVELS as SIZES
from benchmarks.raked_frames import World, simulated
from sweep.data.margins import Margin
from sweep.data.seeds import (
    HALF,
    beyond_chance,
    cells_where,
    independence,
    with_half_a_respondent,
)

LEVELS = {"sex": ("F", "M"), "age": ("old", "young"), "area": ("N", "S", "W")}
SEED = Margin(LEVELS, np.array([[[4.0, 0, 2], [0, 3, 0]], [[1.0, 0, 0], [5, 0, 1]]]))
NOWHERE = np.zeros((2, 2, 3), np.bool_)
AREAS = Margin({"area": ("W", "S", "N")}, np.array([10.0, 30, 60]))


def test_independence_has_the_margins_shares_and_the_seeds_where_there_are_none() -> None:
    product = independence(SEED, [AREAS])
    assert 1 == pytest.approx(product.sum())
    np.testing.assert_allclose([0.6, 0.3, 0.1], product.sum(axis=(0, 1)))
    np.testing.assert_allclose(SEED.table.sum(axis=(1, 2)) / 16, product.sum(axis=(1, 2)))


@pytest.mark.parametrize("weight", [1.0, 0.25])
def test_empty_cells_share_half_a_respondent_in_proportion_to_independence(weight: float) -> None:
    seed, cells = with_half_a_respondent(SEED, [AREAS], NOWHERE, weight)
    empty = SEED.table == 0
    assert empty.sum() == cells
    np.testing.assert_array_equal(SEED.table[~empty], seed.table[~empty])
    assert HALF * weight == pytest.approx(seed.table[empty].sum())
    ratio = seed.table[empty] / independence(SEED, [AREAS])[empty]
    np.testing.assert_allclose(ratio, ratio[0])


def test_structural_zeros_have_no_part_in_it() -> None:
    zeros = cells_where(LEVELS, ["sex == 'M' and area != 'N'", "age == 'old' and area == 'S'"])
    seed, cells = with_half_a_respondent(SEED, [AREAS], zeros, 1.0)
    assert 5 == zeros.sum()
    assert ((SEED.table == 0) & ~zeros).sum() == cells == 2
    assert HALF == pytest.approx(seed.total - SEED.total)
    np.testing.assert_array_equal(SEED.table[zeros], seed.table[zeros])


def test_a_survey_of_every_cell_is_its_own_seed() -> None:
    whole = Margin(LEVELS, np.ones((2, 2, 3)))
    assert (whole, 0) == with_half_a_respondent(whole, [AREAS], NOWHERE, 1.0)


def filled(world: World) -> Margin:
    return with_half_a_respondent(world.asked, [], np.zeros(world.asked.table.shape, bool), 1.0)[0]


@pytest.mark.parametrize("respondents", [300, 2000, 20_000])
def test_chance_leaves_nothing_beyond_pairs_and_pairs_stay_as_they_were(respondents: int) -> None:
    worlds = [simulated(seed, respondents, SIZES) for seed in range(40)]
    made = [beyond_chance(filled(world), 1.0) for world in worlds]
    assert sum(kept == 0 for _, kept in made) >= 39
    for world, (seed, _) in zip(worlds, made, strict=True):
        for axis in range(3):
            own, pairs = filled(world).table.sum(axis=axis), seed.table.sum(axis=axis)
            np.testing.assert_allclose(own, pairs, atol=1e-3 * respondents)


def test_weights_that_differ_make_more_of_chance() -> None:
    """Of four times the weight there are a quarter as many effective respondents."""
    world = simulated(3, 2000, SIZES)
    heavy = Margin(world.asked.levels, 4 * filled(world).table)
    assert 0 == beyond_chance(heavy, 4.0)[1]
    assert 0 < beyond_chance(heavy, 1.0)[1]


def test_what_a_large_survey_shows_of_three_variables_is_kept() -> None:
    world = simulated(1, 100, SIZES)
    odd = np.indices(world.people.table.shape).sum(axis=0) % 2
    share = world.people.table * np.exp(0.8 * odd)
    share /= share.sum()
    asked = np.random.default_rng(5).multinomial(50_000, share.ravel()).reshape(share.shape)
    shown = replace(world, asked=Margin(world.people.levels, asked.astype(np.float64)))
    seed, kept = beyond_chance(filled(shown), 1.0)
    assert 0.9 < kept < 1
    np.testing.assert_allclose(shown.asked.table, seed.table, rtol=0.2, atol=40)


def test_two_variables_have_nothing_beyond_pairs() -> None:
    pair = Margin({"sex": ("F", "M"), "age": ("old", "young")}, np.array([[9.0, 1], [1, 9]]))
    assert (pair, 1.0) == beyond_chance(pair, 1.0)
