"""Text: what counts as the same value."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from sweep.words.text import fold, number_of, text_of


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Very likely ", "Very likely"),
        ("  Very \t likely", "Very likely"),
        ("Very\u00a0likely", "Very likely"),
        ("Zu\u0308rich", "Zürich"),
        ("\ufeffYes", "Yes"),
        ("co\u00adop", "coop"),
        ("Ye\u200bs", "Yes"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200dYes\u200d", "Yes"),
        ("yes", "yes"),
        ("\u3000", ""),
        ("007", "007"),
    ],
)
def test_what_looks_alike_is_one_and_case_stays(written: str, folded: str) -> None:
    assert folded == fold(written)
    assert folded == fold(folded)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (345.1, "345.1"),
        (618023449213870079, "618023449213870079"),
        (True, "true"),
        (Decimal("345.10"), "345.10"),
        (Decimal("3.00"), "3"),
        (date(2026, 11, 27), "2026-11-27"),
        (datetime(2026, 11, 27), "2026-11-27"),
        (datetime(2026, 11, 27, 8, 30), "2026-11-27T08:30:00"),
        (datetime(2026, 11, 27, tzinfo=UTC), "2026-11-27T00:00:00+00:00"),
        ("", None),
        (" \u200b", None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_a_value_is_the_same_text_in_every_format(value: object, text: str | None) -> None:
    assert text == text_of(value)


@pytest.mark.parametrize("value", [[1, 2], {"a": 1}, b"Yes"])
def test_what_is_no_single_value_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="is not text"):
        text_of(value)


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12.0), ("-3.5", -3.5), ("1e3", 1000.0), ("007", None), ("1,000", None), ("", None)],
)
def test_only_a_plain_number_is_one(text: str, number: float | None) -> None:
    assert number == number_of(text)
