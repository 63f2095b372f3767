"""Rows that the model cannot speak for say so, and only those."""

import numpy as np
import pandas as pd
import pytest

from sweep.config import Group
from sweep.data.cells import Counts, cells_of
from sweep.data.frame import Frame, frame_of
from sweep.estimates.support import outside_the_model, support_flags, unseen_shares
from sweep.estimates.weighting import weighting_of
from tests.support.columns import text_table

LEVELS = {"region": ("N", "S", "W"), "sex": ("F", "M")}
FURTHER = {"area": ("land", "sea"), "married": ("no", "yes")}
MIX = " not in the model: these rows show the mix of its cells, not the answers of its people"


def frame(married_everywhere: bool = True) -> Frame:
    """Return a population whose areas are made of regions, and marriage is in every cell."""
    names = ["region", "sex", "married"]
    every = [*LEVELS.values(), FURTHER["married"]]
    rows = pd.MultiIndex.from_product(every, names=names).to_frame(index=False)
    rows["area"] = np.where(rows["region"] == "W", "sea", "land")
    rows["size"] = np.arange(10.0, 10.0 + len(rows))
    if not married_everywhere:
        rows.loc[rows["married"] == "yes", "size"] = 0.0
    labels = text_table(rows.drop(columns="size")).assign(size=rows["size"])
    return frame_of(labels, LEVELS, FURTHER, "size")


def counts(*cells: int) -> Counts:
    """Return the answers of ten people in each of some cells."""
    index = np.array(cells, np.int64)
    return Counts(
        index, cells_of(index, LEVELS), np.full(len(index), 3.0), np.full(len(index), 10.0)
    )


def flags(groups: list[Group], cells: tuple[int, ...] = tuple(range(6))) -> list[list[str]]:
    weighting = weighting_of(frame(), groups)
    outside = outside_the_model(frame(), {"region", "sex"})
    return support_flags(weighting, groups, outside, unseen_shares(weighting, counts(*cells)))


def test_a_variable_that_splits_cells_is_outside_the_model_and_one_made_of_cells_is_not() -> None:
    assert {"married"} == outside_the_model(frame(), {"region", "sex"})


def test_a_predictor_that_the_models_terms_leave_out_is_outside_it() -> None:
    assert {"sex", "married"} == outside_the_model(frame(), {"region"})
    assert {"region", "area", "sex", "married"} == outside_the_model(frame(), set())


def test_cells_without_people_split_nothing() -> None:
    assert not outside_the_model(frame(married_everywhere=False), {"region", "sex"})


@pytest.mark.parametrize(
    "group",
    [
        Group(("married",)),
        Group(("region", "married")),
        Group(name="some", where="married == 'yes' and sex == 'F'"),
    ],
)
def test_rows_by_a_variable_that_is_not_in_the_model_say_so(group: Group) -> None:
    found = flags([group])
    assert found
    assert all([f"married is{MIX}"] == row for row in found)


@pytest.mark.parametrize(
    "group",
    [Group(), Group(("sex", "region")), Group(("area",)), Group(name="sea", where="area == 'sea'")],
)
def test_rows_of_whole_cells_say_nothing(group: Group) -> None:
    found = flags([group])
    assert found
    assert not any(found)


def test_every_variable_outside_the_model_is_named() -> None:
    groups = [Group(("sex", "married"))]
    weighting = weighting_of(frame(), groups)
    outside = outside_the_model(frame(), {"region"})
    nothing = np.zeros(len(weighting.margins))
    found = support_flags(weighting, groups, outside, nothing)
    assert all([f"sex and married are{MIX}"] == row for row in found)


def test_half_a_group_in_cells_nobody_answered_from_flags_its_row_and_the_total() -> None:
    whole = flags([Group(), Group(("sex",)), Group(("region",))], (0, 2, 4))
    words = "of these people are in cells nobody answered from"
    total, female, male, *regions = whole
    assert [f"53 % {words}"] == total
    assert [] == female
    assert [f"100 % {words}"] == male
    assert all(row for row in regions)
    *most, west = flags([Group(), Group(("sex",)), Group(("region",))], (0, 1, 2, 3, 4))
    assert not any(most)
    assert [f"53 % {words}"] == west


def test_exactly_half_is_flagged() -> None:
    even = Frame(LEVELS, {}, np.arange(6), np.zeros((6, 0), np.int32), np.full(6, 0.1))
    weighting = weighting_of(even, [Group()])
    unseen = unseen_shares(weighting, counts(0, 1, 2))
    assert [["50 % of these people are in cells nobody answered from"]] == support_flags(
        weighting, [Group()], (), unseen
    )
