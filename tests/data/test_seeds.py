"""A survey's empty cells share half a respondent; what nobody can be in stays empty."""

import numpy as np
import pytest

from sweep.data.margins import Margin
from sweep.data.seeds import HALF, cells_where, independence, with_half_a_respondent

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
