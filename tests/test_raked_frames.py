"""A frame raked to margins gives the joint table's estimates, where these say what there is."""

import pytest

from benchmarks.raked_frames import LEVELS, World, raked_to, simulated, worst_gaps

POINTS = 0.3
WORLDS = [simulated(seed, 2000, LEVELS) for seed in range(12)]


@pytest.mark.parametrize("order", [1, 2])
def test_totals_are_within_three_tenths_of_a_point_with_the_survey_as_seed(order: int) -> None:
    gaps = [worst_gaps(world, raked_to(world, order, "survey"))["total"] for world in WORLDS]
    assert max(gaps) < POINTS


@pytest.mark.parametrize("respondents", [500, 2000, 20_000])
def test_with_all_pairs_groups_are_within_it_too(respondents: int) -> None:
    """What a survey shows by chance of three variables and more would move them by points."""
    worlds = [simulated(seed, respondents, LEVELS) for seed in range(12)]
    gaps = [worst_gaps(world, raked_to(world, 2, "survey")) for world in worlds]
    assert max(max(gap.values()) for gap in gaps) < POINTS


@pytest.mark.parametrize("world", WORLDS)
def test_all_pairs_alone_give_a_joint_without_further_structure(world: World) -> None:
    gaps = worst_gaps(world, raked_to(world, 2, "independence"))
    assert max(gaps.values()) < 1e-3


def test_the_survey_adds_what_single_margins_do_not_say() -> None:
    """Independence would miss that the old live elsewhere; the survey knows about it."""
    total = [
        sum(worst_gaps(world, raked_to(world, 1, seed))["total"] for world in WORLDS)
        for seed in ("survey", "independence")
    ]
    assert total[0] < total[1]
