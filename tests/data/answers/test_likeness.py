"""Twins differ by a slip; answers that differ in what they say are none, numbers never are."""

import pytest

from sweep.data.answers.likeness import are_alike, are_twins, nearest_answers, same_key


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Yes", "yes"),
        ("18-24", "18–24"),
        ("Don't", "Don’t"),
        ('"A"', "“A”"),
        ("true", "TRUE"),
        ("1", "true"),
        ("a / b", "a/b"),
        ("Yes", "'Yes'"),
        ("Ｙｅｓ", "Yes"),
        ("Yes", "Yes."),
    ],
)
def test_alike_is_what_looks_the_same_to_whoever_wrote_it(first: str, second: str) -> None:
    assert are_alike(first, second)
    assert are_twins(first, second)
    assert are_twins(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(("Very likely", "Verylikely"), ("Very likely", "Very_likely"), ("Likely", "Likly")),
        *(("Likely", "Liekly"), ("Yes", "Yess"), ("Sí", "Si"), ("Likely", "Likelyy")),
    ],
)
def test_one_letter_or_a_blank_makes_a_twin(first: str, second: str) -> None:
    assert are_twins(first, second)
    assert are_twins(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(("Likely", "Unlikely"), ("Satisfied", "Dissatisfied"), ("4", "5"), ("1", "11")),
        *(("A", "B"), ("Wave 1", "Wave 2"), ("Yes", "No"), ("18-24", "18-34"), ("10", "10.5")),
        *(("Ja", "Na"), ("Agree", "Disagree"), ("Q1", "Q2"), ("No", "Now")),
    ],
)
def test_what_says_something_else_is_no_twin(first: str, second: str) -> None:
    assert not are_twins(first, second)
    assert not are_twins(second, first)


def test_a_whole_number_is_one_answer_however_it_is_written() -> None:
    assert {"1"} == {same_key(text) for text in ("1", "1.0", "1.", "+1", "1e0")}
    assert "007" == same_key("007")
    assert "2.50" == same_key("2.50")


def test_the_nearest_are_the_twins_and_then_what_is_spelt_alike() -> None:
    assert ["very likely"] == nearest_answers("Very Likely", ["No", "very likely"])
    assert "Unlikely" == nearest_answers("Likely", ["Unlikely", "Never"])[0]
    assert [] == nearest_answers("Yes", ["4", "5"])
