"""What became an option is checked as what a list names: nobody listed it."""

from typing import Any

import pytest

from sweep.data.answers.cells import cell_mistake
from sweep.errors import DataError
from tests.data.answers.test_multiple import code
from tests.project import Project


def faults(project: Project, cells: list[Any], separator: str = "|", **rule: Any) -> list[str]:
    _, findings = code(project, {"Q": cells}, name="Q", separator=separator, **rule)
    return [found.message for found in findings.mistakes]


@pytest.mark.parametrize(
    ("separator", "cells", "words"),
    [
        ("|", ["Nike, Adidas", "Nike", "Adidas, Puma"], "',' parts 2 of its 3 different cells"),
        ("|", ["Nike;Adidas", "Nike"], "write separator: ';'"),
        (",", ["1|3", "3"], "write separator: '|'"),
        ("|", ["Nike Adidas", "Nike", "Adidas"], "with a line break or a blank"),
        ("\n", ["Nike Adidas", "Nike"], "line breaks where the lines are no answers in other"),
        ("\t", ["a"], "read as one blank and part nothing"),
    ],
)
def test_a_separator_that_parts_nothing_is_refused(
    separator: str, cells: list[str], words: str
) -> None:
    assert words in str(cell_mistake("Q", separator, cells))


@pytest.mark.parametrize(
    ("separator", "cells"),
    [
        ("|", ["Nike", "Adidas"]),
        ("|", ["Nike | Adidas", "Puma, red"]),
        (" | ", ["Nike | Adidas"]),
        ("|", ["Yes, definitely", "No, never"]),
    ],
)
def test_a_separator_may_occur_nowhere_if_nobody_chose_two(
    separator: str, cells: list[str]
) -> None:
    assert cell_mistake("Q", separator, cells) is None


def test_the_rule_is_told_at_its_separator(project: Project) -> None:
    with pytest.raises(DataError, match=r"outcomes\.0\.separator: separator '\|' occurs in no"):
        faults(project, ["Nike, Adidas", "Nike", "Adidas, Puma"])


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["Nike|Adidas", "nike", "Adidas"], "the options 'Nike' (1), 'nike' (1) differ in form"),
        (["Nike|Adidas"] * 9 + ["Nike;Adidas"], "'Nike;Adidas' (1) are several, with ';' between"),
        (["Nike|Adidas"] * 9 + ["Nike, Adidas"], "are several, with ','"),
        (["1|2", "2", "99"], "the options 99 (1) look like codes for no answer"),
        (["Nike|Adidas", "-"], "the options '-' (1) look like codes for no answer"),
        (["Nike|Adidas", *(f"other {'x' * k}" for k in range(60))], "of which 62 were chosen by"),
    ],
)
def test_options_that_are_none_are_refused(project: Project, cells: list[Any], words: str) -> None:
    (message,) = faults(project, cells)
    assert words in message


def test_a_separator_inside_brackets_is_refused(project: Project) -> None:
    (message,) = faults(project, ["Nike, Other (Puma, Asics)", "Nike"], ",")
    assert "also stands inside brackets, and cuts options such as 'Other (Puma' (1)" in message


@pytest.mark.parametrize("where", ["dont_know_values", "not_asked", "none"])
def test_a_code_that_is_named_is_believed(project: Project, where: str) -> None:
    said: dict[str, Any] = {where: [99]}
    said |= {"dont_know": "out_of_base"} if where == "dont_know_values" else {}
    assert [] == faults(project, ["1|2", "2", "99"], **said)


def test_many_options_that_many_chose_are_a_question(project: Project) -> None:
    assert [] == faults(project, [f"Brand {'x' * k}|Nike" for k in range(60) for _ in range(3)])


def test_options_are_told_with_counts_and_a_slip_with_what_was_meant(project: Project) -> None:
    cells = ["Nike|Adidas"] * 40 + ["Nkie"]
    _, findings = code(project, {"Q": cells}, name="Q", separator="|")
    assert "the rare first: 'Nkie' (1), a slip of 'Nike'?, 'Adidas' (40), 'Nike' (40)" in (
        findings.notices[0].message
    )
    lots = ["Nike|" + "|".join("abcdefghij")]
    _, findings = code(project, {"Q": lots}, name="Q", separator="|")
    assert "'g' (1) and 3 more" in findings.notices[0].message


def test_none_of_these_must_be_named(project: Project) -> None:
    with pytest.raises(DataError, match=r"0\.none: the option 'None of these' says .* none: \["):
        faults(project, ["Nike|Adidas", "Nike", "None of these"])
    ticks: dict[str, Any] = {"b_nike": [1, 0], "b_none": [0, 1]}
    rule: dict[str, Any] = {"match": "b_*", "name": "b", "success": [1]}
    with pytest.raises(DataError, match=r"the option 'b_none', 'none', says .* none: \['b_none'\]"):
        code(project, ticks, **rule)
    assert [] == code(project, ticks, **rule, none=["b_none"])[1].mistakes
    named = {"b_1": ["Nike", None], "b_2": [None, "Keine davon"]}
    rule["success"] = ["Nike", "Keine davon"]
    with pytest.raises(DataError, match=r"'b_2', 'Keine davon', says"):
        code(project, named, **rule)


def test_who_says_dont_know_is_counted_once_over_all_options(project: Project) -> None:
    (message,) = faults(project, ["Nike|Adidas|Puma"] * 5 + ["Don't know"] * 7)
    assert message.startswith('"Don\'t know" (7): these say')
