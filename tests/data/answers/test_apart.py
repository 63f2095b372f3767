"""Codes 7 to 9 behind a short scale are told as possible non-answers, and nothing else is."""

from typing import Any

import pytest

from sweep.data.answers.apart import apart
from sweep.data.codebook import ColumnBook
from tests.data.answers.asking import ask

SCALE = {"1": 30, "2": 40, "3": 50, "4": 20, "5": 10}
WORDS = "stand apart as codes for no answer do"


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        (["1", "2", "3", "4", "5", "8", "9"], ("8", "9")),
        (["9", "2", "1"], ("9",)),
        (["0", "1", "7", "8"], ("7", "8")),
        (["1", "2", "3", "4", "5", "6", "7", "9"], ("9",)),
        (["1", "2", "3", "4", "5", "6", "8"], ("8",)),
        # no gap, a longer scale, no scale, another beginning, words
        (["1", "2", "3", "4", "5", "6", "7", "8", "9"], ()),
        (["0", "1", "2", "8", "9", "10"], ()),
        (["1", "9"], ()),
        (["1", "3", "9"], ()),
        (["4", "5", "9"], ()),
        (["1", "2", "5", "9"], ()),
        (["1", "2", "Nine"], ()),
        (["1", "2", "2.5", "9"], ()),
        ([], ()),
    ],
)
def test_what_stands_apart(answers: list[str], found: tuple[str, ...]) -> None:
    assert found == apart(answers)[0]


def test_codes_apart_are_told_with_count_and_what_to_write() -> None:
    asked = ask({"q": {**SCALE, "8": 7, "9": 3}}, success=[4, 5])
    (told,) = [notice for notice in asked.notices if WORDS in notice]
    assert told.startswith("column 'q': 8 (7), 9 (3) among answers to 5 count as no")
    assert "name them in dont_know_values or not_asked, or in study.survey.missing" in told
    assert [] == asked.mistakes


@pytest.mark.parametrize(
    "lists",
    [
        {"dont_know_values": [8, 9], "dont_know": "out_of_base"},
        {"not_asked": [8, 9]},
        {"failure": [1, 2, 3, 8, 9]},
    ],
)
def test_what_a_list_names_is_not_told(lists: dict[str, Any]) -> None:
    asked = ask({"q": {**SCALE, "8": 7, "9": 3}}, success=[4, 5], **lists)
    assert not any(WORDS in notice for notice in asked.notices)
    assert [] == asked.mistakes


def test_a_label_says_what_a_code_is() -> None:
    book = ColumnBook(values={"1": "Labour", "2": "Tory", "9": "Other"})
    answers = {"1": 9, "2": 8, "9": 3}
    assert not any(
        WORDS in n for n in ask({"q": answers}, book, shown="codes", success=[1]).notices
    )
    partly = ColumnBook(values={"1": "Labour", "2": "Tory"})
    told = ask({"q": answers}, partly, shown="codes", success=[1]).notices
    assert any(WORDS in notice for notice in told)


def test_a_code_without_a_label_stands_apart_from_labelled_ones() -> None:
    scale = ColumnBook(values={str(k): f"Step {k}" for k in range(1, 6)})
    answers = {"Step 1": 9, "Step 2": 5, "Step 3": 4, "Step 4": 4, "Step 5": 8, "8": 3}
    told = ask({"q": answers}, scale, success=["Step 5"]).notices
    assert any("8 (3) among answers to 5" in n and WORDS in n for n in told)
    said = ColumnBook(values={**scale.values, "8": "Something else"})
    named = {**answers, "Something else": answers["8"]}
    del named["8"]
    told = ask({"q": named}, said, success=["Step 5"]).notices
    assert not any(WORDS in notice for notice in told)


def test_where_another_column_fills_the_gap_all_are_one_scale() -> None:
    columns = {"q_a": {**SCALE, "9": 3}, "q_b": {**SCALE, "6": 1, "7": 2, "8": 2}}
    notices = ask(columns, match="q_*", success=[4, 5]).notices
    assert not any(WORDS in notice for notice in notices)
    columns["q_b"] = {**SCALE, "9": 4}
    (told,) = [n for n in ask(columns, match="q_*", success=[4, 5]).notices if WORDS in n]
    assert told.startswith("2 columns (q_a, q_b): 9 (7) among answers to 5")
