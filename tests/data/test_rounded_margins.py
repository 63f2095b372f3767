"""Printed margins differ by rounding: that is made good and told, anything more is refused."""

import numpy as np
import pytest

from sweep.data.findings import Findings
from sweep.data.margins import Margin, contradictions, sum_over
from sweep.data.rounded_margins import agreed, unit_of

LEVELS = {"sex": ("F", "M"), "age": ("18-34", "35-54", "55+"), "region": ("N", "S", "E", "W")}
PEOPLE = np.random.default_rng(5).uniform(4e5, 3e6, (2, 3, 4)).round()


def margin(*names: str, unit: float = 1.0, share: float = 0.0) -> Margin:
    """Return the people by some variables, rounded to a unit; as shares of a sum if it is given."""
    axes = tuple(k for k, name in enumerate(LEVELS) if name not in names)
    table = PEOPLE.sum(axes)
    table = table * share / table.sum() if share else table
    return Margin(
        {n: own for n, own in LEVELS.items() if n in names}, np.round(table / unit) * unit
    )


def of_one_total(*margins: Margin) -> list[Margin]:
    total = margins[0].total
    return [Margin(m.levels, m.table * (total / m.total)) for m in margins]


def contradicted(margins: list[Margin]) -> list[str]:
    return [words for _, words in contradictions(Margin(LEVELS, np.ones((2, 3, 4))), margins)]


@pytest.mark.parametrize(
    ("numbers", "unit"),
    [
        ([31.2, 42.5, 26.3], 0.1),
        ([0.312, 0.688], 0.001),
        ([1_234_000, 77_000], 1000),
        ([0, 20], 10),
        ([1 / 3, 2 / 3], 0),
    ],
)
def test_the_unit_is_read_off_the_numbers(numbers: list[float], unit: float) -> None:
    assert unit == pytest.approx(unit_of(np.array(numbers, float)))


@pytest.mark.parametrize(
    "joint",
    [margin("sex", "age", "region", unit=1000), margin("sex", "region", unit=0.1, share=100)],
)
def test_what_rounding_explains_is_made_to_agree_and_told(joint: Margin) -> None:
    given = [margin("sex"), margin("region", unit=1000), joint]
    margins, findings = of_one_total(*given), Findings()
    assert contradicted(margins)

    made = agreed(given, margins, ("here",), findings)

    assert [] == contradicted(made)
    assert given[0] is not made[0]
    np.testing.assert_allclose(made[0].table, given[0].table)
    sex = sum_over(made[2].table, (0,)).ravel()
    np.testing.assert_allclose(sex, given[0].table, rtol=1e-6)
    np.testing.assert_allclose(made[2].table, margins[2].table, rtol=0.02)
    told = [notice for notice in findings.notices if notice.path == ("here", "margins", 2)]
    assert told
    assert "which rounding of the printed numbers explains" in told[0].message


def test_a_table_of_whole_thousands_gives_way_to_the_finer_wherever_it_stands() -> None:
    given = [margin("sex", "age", unit=1000), margin("sex")]
    made = agreed(given, of_one_total(*given), ("here",), Findings())
    np.testing.assert_allclose(made[0].table.sum(1), made[1].table, rtol=1e-9)
    np.testing.assert_allclose(made[1].table, margin("sex").table * given[0].total / PEOPLE.sum())


@pytest.mark.parametrize("off", [0.02, 0.002])
def test_more_than_rounding_stays_and_is_refused_with_the_largest_difference(off: float) -> None:
    other = margin("sex")
    moved = Margin(other.levels, other.table + np.array([off, -off]) * other.total)
    given, findings = [moved, margin("sex", "age", unit=1000)], Findings()
    margins = of_one_total(*given)

    made = agreed(given, margins, ("here",), findings)

    assert margins == made
    assert [] == findings.notices
    (words,) = contradicted(made)
    assert "disagree about sex by" in words
    assert "people, most at sex=" in words
    assert "which is more than rounding explains" in words


def test_numbers_so_coarse_that_rounding_would_explain_anything_explain_nothing() -> None:
    coarse = margin("sex", "age", "region", unit=10, share=100)
    given = [margin("region"), coarse]
    margins = of_one_total(*given)
    assert margins == agreed(given, margins, ("here",), Findings())


def test_margins_that_agree_are_left_alone() -> None:
    given = [margin("sex"), margin("age"), margin("sex", "age")]
    findings = Findings()
    assert given == agreed(given, given, ("here",), findings)
    assert [] == findings.notices
