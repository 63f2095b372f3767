"""Several answers in a cell are recognised; commas inside ordinary answers are left alone."""

import pytest

from sweep.data.answers.several import parts_of, separator_of


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["Nike | Adidas", "Nike"], "|"),
        (["Nike|Adidas|Puma"], "|"),
        (["Nike; Adidas", "Nike", "Puma"], ";"),
        (["1,3,7", "1,3", "7", "1"], ","),
        (["1,3", "1,7", "1", "3", "7"], ","),
        (["1,2,3,4", "2,3,4", "1,4,5", "3,4,5"], ","),
        (["Nike, Adidas", "Adidas", "Nike", "Nike, Puma", "Puma"], ","),
        (["Nike, Adidas, Puma", "Adidas, Puma", "Nike, Puma"], ","),
        (["1 3 7", "1", "3", "7 9", "9"], " "),
        (["['Nike', 'Adidas']", "['Nike']"], ","),
        (["{Nike,Adidas}", "{Nike}"], ","),
        (["Nike/Adidas", "Nike", "Adidas"], "/"),
        (["Nike + Adidas", "Nike", "Adidas"], "+"),
        (["Nike & Adidas", "Nike", "Adidas"], "&"),
    ],
)
def test_several_answers_in_a_cell_are_seen(cells: list[str], separator: str) -> None:
    assert separator == separator_of(cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["Yes", "No"],
        ["Yes, definitely", "Yes, probably", "No, probably not", "No, definitely not"],
        ["Yes, definitely", "No, definitely", "Yes, probably", "No, probably"],
        ["Oui, tout à fait", "Oui, plutôt", "Non", "Oui"],
        ["1,5", "2,5", "3,5", "1", "2", "3", "5"],
        ["1,000", "2,000", "10,000"],
        ["Don't know, refused", "Yes", "No"],
        ["Very likely", "Likely", "Not at all likely"],
        ["London, England", "Leeds, England", "Paris, France"],
        ["Red; a colour", "Blue"],
        ["18 24", "25 34"],
        ["A/B", "C"],
        ["A/B", "A"],
        ["Marks & Spencer", "Next"],
    ],
)
def test_one_answer_in_a_cell_is_one_answer(cells: list[str]) -> None:
    assert separator_of(cells) is None


def test_what_a_list_claims_is_one_answer() -> None:
    cells = ["Nike | Adidas", "Nike"]
    assert separator_of(cells, ["Nike | Adidas"]) is None


def test_the_parts_of_a_cell_are_its_answers() -> None:
    assert ("Nike", "Adidas") == parts_of(" Nike |Adidas||Nike ", "|")
    assert ("Nike", "Adidas") == parts_of("['Nike', 'Adidas']", ",")
    assert ("a (b) c",) == parts_of("a (b) c", "|")
    assert () == parts_of("|", "|")
