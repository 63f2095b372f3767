"""Levels that are bands of numbers, however they are written."""

import math

import pytest

from sweep.proposal.bands import band_of, bands_of, cut_of


@pytest.mark.parametrize(
    ("level", "low", "high"),
    [
        ("18-24", 18, 25),
        ("18–24", 18, 25),
        ("18 to 24 years", 18, 25),
        ("18 bis 24", 18, 25),
        ("65+", 65, math.inf),
        ("65 and over", 65, math.inf),
        ("65 Jahre und älter", 65, math.inf),
        ("75 ans et plus", 75, math.inf),
        ("under 18", -math.inf, 18),
        ("unter 18", -math.inf, 18),
        ("< 18", -math.inf, 18),
        ("up to 17", -math.inf, 18),
    ],
)  # fmt: skip
def test_a_band_is_read_as_people_write_it(level: str, low: float, high: float) -> None:
    band = band_of(level)
    assert band is not None
    assert (low, high) == (band.low, band.high)


@pytest.mark.parametrize("level", ["North", "Region 5", "24-18", "1-2-3", ""])
def test_what_is_no_band_is_none(level: str) -> None:
    assert band_of(level) is None


def test_bands_without_gaps_are_a_cut_and_others_are_none() -> None:
    closed = bands_of(["45+", "18-29", "30-44"])
    assert closed is not None
    assert ([18, 30, 45], ["18-29", "30-44", "45+"]) == cut_of(closed)
    gaps = bands_of(["18-29", "40-49"])
    assert gaps is not None
    assert cut_of(gaps) is None
    assert bands_of(["18-29", "25-34"]) is None  # they overlap
    assert bands_of(["18-29", "other"]) is None


def test_a_last_band_that_ends_closes_the_cut() -> None:
    bands = bands_of(["under 30", "30-59", "60-79"])
    assert bands is not None
    assert ([30, 60, 80], ["under 30", "30-59", "60-79"]) == cut_of(bands)
