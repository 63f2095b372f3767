"""Poststratification equals the sum it stands for, whatever the block of cells."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from sweep.config import Group
from sweep.data.cells import Cells, Counts, cells_of
from sweep.data.frame import Frame, frame_of
from sweep.estimates import outer_sum
from sweep.estimates import poststratify as module
from sweep.estimates.outer_sum import OuterSum, Tables, sigmoid
from sweep.estimates.poststratify import of_qualifiers, poststratify
from sweep.estimates.weighting import Margin, margins_of, weighting_of
from tests.support.columns import text_series_of

LEVELS = {"a": ("x", "y"), "b": ("1", "2", "3")}
FURTHER = {"c": ("no", "yes")}
DRAWS = 50
GROUPS = (
    Group(),
    Group(("b",)),
    Group(("b", "a")),
    Group(("c",)),
    Group(name="some", where="a == 'x' and b in ['1', '3'] or c == 'yes'"),
)


def population(without: str | None = None) -> pd.DataFrame:
    cells = pd.MultiIndex.from_product([*LEVELS.values(), *FURTHER.values()], names=[*"abc"])
    rows = cells.to_frame(index=False).assign(size=np.arange(1.0, 13.0) ** 2)
    return rows if without is None else rows.query(f"not ({without})")


def frame(without: str | None = None) -> Frame:
    rows = population(without).reset_index(drop=True)
    texts = {name: text_series_of(rows[name]) for name in (*LEVELS, *FURTHER)}
    return frame_of(rows.assign(**texts), LEVELS, FURTHER, "size")


@pytest.fixture
def theta() -> NDArray[np.float32]:
    """Return draws (cell, draw) of every cell's probability."""
    return np.random.default_rng(4).random((6, DRAWS)).astype(np.float32)


def probabilities(theta: NDArray[np.float32]) -> Any:
    def of(cells: Cells) -> NDArray[np.float32]:
        drawn: NDArray[np.float32] = theta[cells["a"] * 3 + cells["b"]]
        return drawn

    return of


def brute(theta: NDArray[np.float32], rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return the draws of one group's probability, from the definition."""
    cell = rows["a"].map({"x": 0, "y": 1}) * 3 + rows["b"].astype(int) - 1
    weight = rows["size"].to_numpy()
    drawn: NDArray[np.float64] = weight @ theta[cell.to_numpy()].astype(float) / weight.sum()
    return drawn


def rows_of(margin: Margin, people: pd.DataFrame) -> pd.DataFrame:
    if margin.name is not None:
        return people[(people.a == "x") & people.b.isin(["1", "3"]) | (people.c == "yes")]
    for variable, label in margin.at.items():
        people = people[people[variable] == label]
    return people


@pytest.mark.parametrize("without", [None, "b == '2' and c == 'no'", "a == 'x' and b == '1'"])
def test_every_margin_equals_brute_force(theta: NDArray[np.float32], without: str | None) -> None:
    weighting = weighting_of(frame(without), GROUPS)
    values = poststratify(weighting, LEVELS, probabilities(theta))
    assert (DRAWS, len(weighting.margins)) == values.shape
    for k, margin in enumerate(weighting.margins):
        rows = rows_of(margin, population(without))
        assert brute(theta, rows) == pytest.approx(values[:, k], abs=1e-6), margin.words()
        assert rows["size"].sum() == weighting.total[k]


def test_margins_stand_in_the_order_of_groups_and_levels() -> None:
    words = [m.words() for m in weighting_of(frame(), GROUPS).margins]
    assert ["the total", "b[1]", "b[2]", "b[3]", "b:a[1, x]", "b:a[1, y]"] == words[:6]
    assert ["c[no]", "c[yes]", "group some"] == words[-3:]


def test_a_combination_without_people_makes_no_row() -> None:
    margins = weighting_of(frame("a == 'x' and b == '1'"), [Group(("a", "b"))]).margins
    assert 5 == len(margins)
    assert {"a": "x", "b": "1"} not in [m.at for m in margins]


@pytest.mark.parametrize("block", [1, 2, 4, 5, 6, 7])
def test_the_block_size_changes_nothing(
    theta: NDArray[np.float32], block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    weighting = weighting_of(frame(), GROUPS)
    whole = poststratify(weighting, LEVELS, probabilities(theta))
    asked: list[int] = []

    def watched(cells: Cells) -> NDArray[np.float32]:
        asked.append(len(cells))
        values: NDArray[np.float32] = probabilities(theta)(cells)
        return values

    monkeypatch.setattr(module, "BLOCK", block)
    assert whole == pytest.approx(poststratify(weighting, LEVELS, watched), abs=1e-6)
    assert block >= max(asked)
    assert 6 == sum(asked)


def test_the_margins_that_decide_on_a_fit_are_weighted_by_its_own_answers(
    theta: NDArray[np.float32],
) -> None:
    index = np.array([0, 2, 4])
    counts = Counts(index, cells_of(index, LEVELS), np.array([0.0, 1, 2]), np.array([1.0, 3, 6]))
    weighting = margins_of(counts, LEVELS)
    values = poststratify(weighting, LEVELS, probabilities(theta))
    words = [m.words() for m in weighting.margins]
    assert ["the total", "a[x]", "a[y]", "b[1]", "b[2]", "b[3]"] == words
    assert (counts.n @ theta[index]) / 10 == pytest.approx(values[:, 0], abs=1e-6)
    assert (theta[0] + 3 * theta[2]) / 4 == pytest.approx(values[:, 1], abs=1e-6)


def test_sigmoid_stays_between_zero_and_one_however_large_the_predictor() -> None:
    eta = np.array([-1e30, -100, -1, 0, 1, 100, 1e30], np.float32)
    expected = 1 / (1 + np.exp(-np.clip(eta.astype(float), -80, 80)))
    assert expected == pytest.approx(sigmoid(eta), abs=1e-7)
    assert ((0 <= eta) & (eta <= 1)).all()


def two_tables(cells: Cells) -> Tables:
    """Return a table for each variable: one coefficient per level."""
    return Tables(np.eye(2), cells["a"].astype(np.intp), np.eye(3), cells["b"].astype(np.intp))


@pytest.mark.parametrize(
    ("draws", "most"), [(5, 3), (300, 3), (5, 80)], ids=["few", "tiles", "large"]
)
def test_sums_of_outer_sums_are_those_of_their_cells(
    draws: int, most: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made and summed in one pass, they equal what the probabilities of all cells add up to."""
    rng = np.random.default_rng(2)
    theta = rng.uniform(-most, most, (draws, 5)).astype(np.float32)
    of = OuterSum(theta, two_tables)
    eta = theta[:, :2, None].astype(float) + theta[:, None, 2:]
    cell = (1 / (1 + np.exp(-eta))).reshape(draws, 6)
    np.testing.assert_allclose(of(cells_of(np.arange(6), LEVELS)), cell.T, rtol=1e-4, atol=1e-30)
    weighting = weighting_of(frame("a == 'x' and b == '1'"), GROUPS)
    expected = poststratify(weighting, LEVELS, of.__call__)
    np.testing.assert_allclose(expected, poststratify(weighting, LEVELS, of), rtol=2e-6, atol=1e-12)
    monkeypatch.setattr(outer_sum, "TILE", 7)
    np.testing.assert_allclose(expected, poststratify(weighting, LEVELS, of), rtol=2e-6, atol=1e-12)


def test_who_qualifies_may_be_an_outer_sum_too() -> None:
    theta = np.random.default_rng(2).normal(size=(9, 5)).astype(np.float32)
    of = OuterSum(theta, two_tables)
    weighting = weighting_of(frame(), GROUPS)
    expected = poststratify(weighting, LEVELS, of.__call__, of.__call__)
    np.testing.assert_array_equal(expected, poststratify(weighting, LEVELS, of, of))


def test_estimates_of_those_who_qualify_weigh_cells_by_each_draws_incidence(
    theta: NDArray[np.float32],
) -> None:
    """The definition, draw by draw: people x incidence x probability over people x incidence."""
    who = np.random.default_rng(5).uniform(0.01, 1, (6, DRAWS)).astype(np.float32)
    weighting = weighting_of(frame(), GROUPS)
    values = poststratify(weighting, LEVELS, probabilities(theta), probabilities(who))
    for k, margin in enumerate(weighting.margins):
        rows = rows_of(margin, population())
        expected = brute(theta * who, rows) / brute(who, rows)
        np.testing.assert_allclose(expected, values[:, k], rtol=2e-5)


def test_where_everybody_qualifies_alike_it_is_as_if_everybody_did(
    theta: NDArray[np.float32],
) -> None:
    weighting = weighting_of(frame(), GROUPS)
    plain = poststratify(weighting, LEVELS, probabilities(theta))
    alike = np.full((6, DRAWS), 0.25, np.float32)
    values = poststratify(weighting, LEVELS, probabilities(theta), probabilities(alike))
    np.testing.assert_allclose(plain, values, rtol=2e-6)


def test_as_many_people_qualify_as_are_expected_to(theta: NDArray[np.float32]) -> None:
    weighting = weighting_of(frame(), GROUPS)
    expected = of_qualifiers(weighting, LEVELS, probabilities(theta))
    drawn = poststratify(weighting, LEVELS, probabilities(theta)).mean(axis=0)
    np.testing.assert_allclose(weighting.total * drawn, expected.total, rtol=1e-6)
    assert weighting is of_qualifiers(weighting, LEVELS, None)


def test_blocks_of_cells_change_nothing_for_those_who_qualify(
    theta: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    weighting = weighting_of(frame(), GROUPS)
    whole = poststratify(weighting, LEVELS, probabilities(theta), probabilities(theta))
    monkeypatch.setattr(module, "BLOCK", 2)
    parts = poststratify(weighting, LEVELS, probabilities(theta), probabilities(theta))
    np.testing.assert_allclose(whole, parts, rtol=1e-6)
