"""Sizes are numbers of people, or it is said what to write."""

import numpy as np
import pandas as pd
import pytest

from sweep.data.findings import Findings
from sweep.data.sizes import people_in

PATH = ("study", "population", "size")


def people(*values: object) -> tuple[list[float], list[str]]:
    findings = Findings()
    column = pd.Series(list(values), name="n")
    numbers = people_in(column, "census.csv", PATH, findings)
    assert all(m.path == PATH for m in findings.mistakes)
    return numbers.tolist(), [m.message for m in findings.mistakes]


@pytest.mark.parametrize(
    "values",
    [
        (1200, 34, 0),
        ("1200", "34", "0"),
        (0.25, 0.5, 0.25),
        ("12.5", "1.234", "8.25"),
        ("0.123", "0.456", "0.421"),
        ("1234.567", "12.345", "1.234"),
        (20000.5, 0.0003, 812.25),
        ("1e3", "200"),
    ],
)
def test_numbers_are_taken_as_they_are(values: tuple[object, ...]) -> None:
    assert ([float(str(v)) for v in values], []) == people(*values)


def test_a_column_of_categories_is_read_like_any_other() -> None:
    findings = Findings()
    column = pd.Series(["3", "4", "3"], dtype="category", name="n")
    np.testing.assert_array_equal([3, 4, 3], people_in(column, "x.csv", PATH, findings))


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("1,234", "1234"),
        ("1 234", "1234"),
        ("12\u202f345\u202f678", "12345678"),
        ("1'234", "1234"),
        ("1.234.567", "1234567"),
    ],
)
def test_thousands_separators_are_refused_with_what_to_write(written: str, plain: str) -> None:
    _, (message,) = people(written, "987", "12")
    assert "census.csv: column 'n' has thousands separators in 1 row" in message
    assert f"write {plain} for" in message


def test_points_that_may_all_be_thousands_separators_are_refused() -> None:
    _, (message,) = people("1.234", "987", "12.345", "410")
    assert "points as thousands separators ('1.234', '12.345'): write 1234 for '1.234'" in message


@pytest.mark.parametrize("bad", ["many", "-1", "-0.5", "12k", "inf", "1,5"])
def test_what_is_no_number_of_people_is_refused_with_value_and_count(bad: str) -> None:
    _, (message,) = people(bad, "12", bad)
    assert f"holds no number of people in 2 rows ({bad!r})" in message


def test_a_missing_size_is_refused() -> None:
    _, (message,) = people("12", None, "13")
    assert "holds no number of people in 1 row (nothing)" in message


def test_shares_among_numbers_of_people_are_refused() -> None:
    _, (message,) = people("0.25", "0.5", "1200", "900")
    assert "mixes shares ('0.25', '0.5') with numbers of people ('1200', '900')" in message


def test_nobody_at_all_is_refused() -> None:
    _, (message,) = people(0, 0.0, "0")
    assert "zero everywhere: there is nobody to estimate for" in message


def test_no_more_than_five_values_are_shown() -> None:
    _, (message,) = people(*(f"x{k}" for k in range(9)))
    assert "'x4' and 4 more" in message
    assert "x5" not in message


def test_a_size_on_another_scale_than_most_is_refused() -> None:
    _, (message,) = people(1.2, 0.9, 1.1, "1.0", 2000, 1.3)
    assert "two scales: '2000' beside '0.9', '1.0', '1.1', '1.2', '1.3'" in message


def test_a_table_that_is_skewed_is_taken_as_it_is() -> None:
    assert people(1.5, 2.25, 90, 4000, 120_000)[1] == []
    findings = Findings()
    people_in(pd.Series([3, 5, 2, 90_000], name="n"), "census.csv", PATH, findings)
    assert not findings.mistakes
    (notice,) = findings.notices
    assert "one size, '90000', that is far above the others together" in notice.message
