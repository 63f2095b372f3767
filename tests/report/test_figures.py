"""Numbers are written with the digits that Monte Carlo error supports, and no more."""

import math

import pytest

from sweep.report.figures import count, decimals, percent, significant


@pytest.mark.parametrize(("mcse", "expected"), [(0.0002, 1), (0.00025, 0), (0.004, 0), (None, 0)])
def test_a_decimal_needs_two_standard_errors_below_a_twentieth_of_a_point(
    mcse: float | None, expected: int
) -> None:
    assert decimals(mcse) == expected


@pytest.mark.parametrize(
    ("value", "mcse", "expected"),
    [
        (0.4312, 0.0001, "43.1 %"),
        (0.4312, 0.001, "43 %"),
        (0.125, 0.001, "13 %"),
        (0.0, 0.0, "0.0 %"),
        (0.002, 0.001, "<1 %"),
        (0.0002, 0.0, "<0.1 %"),
        (0.998, 0.001, ">99 %"),
        (1.0, 0.0, "100.0 %"),
        (None, 0.0, "–"),
        (math.nan, 0.0, "–"),
    ],
)
def test_a_tiny_share_is_never_written_as_zero(
    value: float | None, mcse: float, expected: str
) -> None:
    assert percent(value, mcse) == expected.replace(" ", "\u00a0")


def test_counts_are_thousands_and_rounding_keeps_json_short() -> None:
    assert count(19240) == "19,240"
    assert significant(0.431249, 4) == 0.4312
    assert repr(significant(1234.0, 6)) == "1234"
    assert significant(math.nan, 4) is None
