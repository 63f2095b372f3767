"""A slip in a sound study is refused, or a notice names it, or it is harmless; none is silent."""

from statistics import median

import pytest

from tests.matrix.planted import ends_of_slips, plans_of_sound

FEW = pytest.param(8, id="few")
HUNDRED = pytest.param(100, id="hundred", marks=pytest.mark.slow)  # 30 seconds each


@pytest.mark.parametrize("count", [FEW, HUNDRED])
def test_no_slip_passes_in_silence(count: int) -> None:
    found = list(ends_of_slips(count, seed=count))
    assert count == len(found)
    assert [] == [(o.slip.where, o.slip.before, o.slip.after) for o in found if o.end == "silent"]
    assert {"refused", "shown"} <= {o.end for o in found}


def test_no_sound_study_is_refused() -> None:
    for _, plan in plans_of_sound(8, seed=8):
        assert plan.refused is None
        assert plan.keys


@pytest.mark.slow  # 30 seconds
def test_sound_studies_have_three_lines_of_notices_in_the_median() -> None:
    plans = [plan for _, plan in plans_of_sound(100, seed=100)]
    assert [] == [plan.refused for plan in plans if plan.refused is not None]
    assert 3 >= median(len(plan.notices) for plan in plans)
