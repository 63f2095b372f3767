"""Numbers are written with the digits that Monte Carlo error supports, and no more."""

import math

import pytest

from sweep.report.figures import (
    bare_percent,
    count,
    decimals,
    mark,
    percent,
    probability,
    rounded_share,
    significant,
)


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([0.0002], 1),
        ([0.00025], 0),
        ([0.00024996], 0),  # as the page's script has it
        ([0.0002, 0.004], 0),
        ([0.0002, None], 0),
        ([math.nan], 0),
        ([0.0, 0.00024], 1),
    ],
)
def test_a_decimal_needs_two_standard_errors_below_a_twentieth_of_a_point_in_every_row(
    errors: list[float | None], expected: int
) -> None:
    assert decimals(errors) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [(0.0, ""), (0.0024, ""), (0.0025, "≈"), (0.2, "≈"), (None, "≈"), (math.nan, "≈")],
)
def test_what_does_not_hold_as_whole_per_cents_is_marked(
    error: float | None, expected: str
) -> None:
    assert mark(error) == expected


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (0.4312, 1, "43.1 %"),
        (0.4312, 0, "43 %"),
        (0.125, 0, "13 %"),
        (0.0, 1, "0.0 %"),
        (0.002, 0, "<1 %"),
        (0.0002, 1, "<0.1 %"),
        (0.998, 0, ">99 %"),
        (1.0, 1, "100.0 %"),
        (None, 1, "–"),
        (math.nan, 1, "–"),
    ],
)
def test_a_tiny_share_is_never_written_as_zero(
    value: float | None, digits: int, expected: str
) -> None:
    assert percent(value, digits) == expected.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.9, "90 %"), (0.95, "95 %"), (0.975, "97.5 %"), (0.995, "99.5 %"), (0.9995, "99.95 %"),
     (0.5, "50 %"), (0.1, "10 %"), (0.123456, "12.3456 %")],
)  # fmt: skip
def test_the_probability_of_an_interval_is_written_as_the_config_has_it(
    value: float, expected: str
) -> None:
    assert probability(value) == expected.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (0.76749979, 1, "76.7"),  # of five digits it would be 76.8
        (0.76749999999, 1, "76.8"),  # the script has 0.7675
        (0.99999999, 1, ">99.9"),
        (0.99999999, 0, ">99"),
        (1e-9, 1, "<0.1"),
        (1e-9, 0, "<1"),
    ],
)
def test_page_and_script_round_the_same_number_once(
    value: float, digits: int, expected: str
) -> None:
    assert bare_percent(value, digits) == expected
    sent = rounded_share(value)
    assert sent is not None
    assert sent < 1
    assert bare_percent(sent, digits) == expected


def test_counts_are_thousands_and_rounding_keeps_json_short() -> None:
    assert count(19240) == "19,240"
    assert significant(0.431249, 4) == 0.4312
    assert repr(significant(1234.0, 6)) == "1234"
    assert significant(math.nan, 4) is None
