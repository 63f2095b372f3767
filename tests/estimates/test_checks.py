"""A fit's answers are checked in margins of one or two predictors, and what is found is told."""

import numpy as np
import pytest

from sweep.data.cells import Counts, cells_of
from sweep.data.weight_sums import WeightSums, weight_sums
from sweep.diagnostics.weights import Remainder
from sweep.estimates.answered import Blocks, margins_to_check, probability_blocks
from sweep.estimates.checks import Total, WeightCheck, check_answers, check_weight, shares
from sweep.estimates.weighting import Margin

LEVELS = {"region": ("N", "S", "W"), "sex": ("F", "M"), "only": ("one",)}
TOTAL, WEST = Margin(None, {}), Margin(None, {"region": "W"})
WEST_MEN = Margin(None, {"region": "W", "sex": "M"})
DEEPER = Margin(None, {"sex": "M", "region": "W", "married": "yes"})
NAMED = Margin("some", {})


def counts(n: float = 400, **yes: float) -> Counts:
    """Return answers of so many in each cell, 30 % yes, but for some cells by ``region_sex``."""
    index = np.arange(6, dtype=np.int64)
    names = [f"{region}_{sex}" for region in LEVELS["region"] for sex in LEVELS["sex"]]
    y = np.array([round(n * yes.get(name, 0.3)) for name in names], float)
    return Counts(index, cells_of(index, LEVELS), y, np.full(6, n))


def says(share: float, draws: int = 50) -> Blocks:
    """Return what a model says that gives every cell the same probability in every draw."""
    every = counts()
    return probability_blocks(every, lambda cells: np.full((len(cells), draws), share, np.float32))


def test_margins_are_those_of_one_predictor_and_of_two_with_respondents_enough() -> None:
    found = margins_to_check(counts(), LEVELS, 10)
    assert [m.words() for m in found.margins] == [
        *("region[N]", "region[S]", "region[W]", "sex[F]", "sex[M]"),
        *("region:sex[N, F]", "region:sex[N, M]", "region:sex[S, F]"),
        *("region:sex[S, M]", "region:sex[W, F]", "region:sex[W, M]"),
    ]
    assert [800, 800, 800, 1200, 1200, *[400] * 6] == found.n.tolist()
    np.testing.assert_allclose(found.y, 0.3 * found.n)
    np.testing.assert_array_equal(found.members.toarray().sum(axis=1), found.n)


def test_a_withheld_margin_is_not_checked_so_that_no_flag_tells_its_answers() -> None:
    small = counts(9, W_M=1.0)
    names = [m.words() for m in margins_to_check(small, LEVELS, 10).margins]
    assert ["region[N]", "region[S]", "region[W]", "sex[F]", "sex[M]"] == names
    assert not margins_to_check(small, LEVELS, 100).margins
    assert not check_answers(small, LEVELS, says(0.3), 100).reasons()


def test_a_model_that_is_right_of_everybody_is_not_flagged() -> None:
    found = check_answers(counts(), LEVELS, says(0.3), 10)
    assert not found.reasons()
    assert not any(found.row_flags([TOTAL, WEST, WEST_MEN]))
    assert {"margins": 11, "flagged": 0} == {k: found.as_json()[k] for k in ("margins", "flagged")}


def test_answers_that_the_model_misses_flag_the_outcome_and_the_rows_concerned() -> None:
    found = check_answers(counts(W_M=0.5), LEVELS, says(0.3), 10)
    worst = "region:sex[W, M]: 50 % said yes, the model says 30 % of the same people (z 8.7)"
    assert [f"{worst} (and 2 more)"] == found.reasons()
    total, west, men, deeper, north, named = found.row_flags(
        [TOTAL, WEST, WEST_MEN, DEEPER, Margin(None, {"region": "N"}), NAMED]
    )
    assert [f"{worst} (and 2 more)"] == total
    assert west[0].startswith("region[W]: 40 % said yes, the model says 30 %")
    assert [worst] == men == deeper
    assert [] == north == named
    figures = found.as_json()
    assert (3, 8.73, "region:sex[W, M]") == tuple(
        figures[k] for k in ("flagged", "largest_z", "where")
    )


def weights(c: Counts, lift: float) -> WeightSums:
    """Return weights of which yes-sayers have ``lift`` times that of others, in every cell."""
    cell = np.repeat(np.arange(6), c.n.astype(int))
    yes = np.concatenate([np.arange(k) < y for k, y in zip(c.n.astype(int), c.y, strict=True)])
    spread = np.tile([0.5, 1.5], len(cell) // 2)
    w = spread * np.where(yes, lift, 1.0)
    rows = weight_sums(cell, yes.astype(float), w, 6)
    return WeightSums.from_rows(rows, np.bincount(cell, w, 6), np.arange(6), 6)


def test_a_weight_that_goes_with_the_answers_flags_the_outcome_and_every_row() -> None:
    total = Total(weighted=0.38, model=0.3, sd=0.01)
    found = check_weight(counts(), weights(counts(), 1.5), list(LEVELS), says(0.3), total)
    assert found.remainder.z > 10
    (reason,) = found.reasons()
    assert reason.startswith(
        "the weight corrects for something the model lacks: weighted 38 %, model 30 % (z "
    )
    whole, west = found.row_flags([TOTAL, WEST])
    assert [reason] == whole
    assert ["the weight corrects for something the model lacks"] == west


@pytest.mark.parametrize(
    ("lift", "total"), [(1.0, Total(0.38, 0.3, 0.01)), (1.5, Total(0.305, 0.3, 0.01))]
)
def test_a_weight_is_no_objection_unless_both_answers_and_total_show_it(
    lift: float, total: Total
) -> None:
    found = check_weight(counts(), weights(counts(), lift), list(LEVELS), says(0.3), total)
    assert not found.reasons()
    assert not any(found.row_flags([TOTAL, WEST]))


def test_who_is_left_out_for_a_weight_of_zero_is_told() -> None:
    found = WeightCheck(Remainder(5.0, 0.1, 1.2), Total(0.4, 0.3, 0.01), 100, 12)
    assert "(z 5.0, 12 of weight 0 left out)" in found.reasons()[0]
    assert 12 == found.as_json()["left_out"]


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ((0.311, 0.384), ("31 %", "38 %")),
        ((0.0141, 0.0136), ("1.4 %", "1.4 %")),
        ((0.014, 0.013), ("1.4 %", "1.3 %")),
    ],
)
def test_two_shares_have_the_decimals_that_tell_them_apart(
    pair: tuple[float, float], words: tuple[str, str]
) -> None:
    first, second = shares(*pair)
    if words[0] != words[1]:
        assert words == (first, second)
    assert first != second
