"""Columns as questions: roles, blocks, to whom they were put."""

from collections.abc import Sequence

import pytest

from sweep.proposal.question import Question
from sweep.proposal.questions import questions_in
from sweep.proposal.roles import roles_in, weight_in
from tests.proposal.surveys import repeated, role, survey_file

PEOPLE = 100


def questions(**columns: Sequence[str | None]) -> list[Question]:
    survey = survey_file(columns)
    return questions_in(survey, roles_in(survey), [])


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ([str(n) for n in range(1000, 1060)], "x", "ID"),
        ([f"a{n}" for n in range(60)], "respid", "ID"),
        (["2026-01-01", "2026-01-02"], "x", "MOMENT"),
        ([f"I liked it {n} times" for n in range(60)], "x", "TEXT"),
        ([str(n) for n in range(18, 60)] * 2, "age", "NUMBER"),
        (["0.5", "1.5", "1.25"], "x", "NUMBER"),
        ([None, None], "x", "NOTHING"),
        (["a", "a"], "x", "ONE"),
        (["Yes", "No"], "status", "RECORD"),
        (["a | b", "a", "b | c", "c"], "x", "SEVERAL"),
        (["1", "2", "3", "4", "5"], "x", "ANSWERS"),
    ],
)
def test_a_column_is_told_by_its_values(values: list[str | None], name: str, expected: str) -> None:
    assert expected == role(values, name)


def test_weights_are_numbers_with_a_mean_about_one_or_a_name() -> None:
    survey = survey_file(
        {
            "score": [str(0.5 + k / 100) for k in range(PEOPLE)],
            "wt": ["120.5", "80.5"] * 50,
            "weight_kg": ["70", "80"] * 50,
        }
    )
    assert ["wt", "score"] == weight_in(survey)


def test_columns_that_say_that_an_option_was_chosen_are_one_question() -> None:
    (question,) = questions(
        Q6_1=repeated({"Tea": 40, None: 60}),
        Q6_2=repeated({None: 70, "Coffee": 30}),
        Q6_3=repeated({None: 95, "None of these": 5}),
    )
    assert ("items", "Q6", ("Q6_3",)) == (question.form, question.name, question.none)
    assert 30 == question.blank


def test_a_column_of_one_answer_and_blanks_is_never_a_yes_for_all() -> None:
    (question,) = questions(member=repeated({"Yes": 40, None: 60}))
    assert "items" == question.form
    assert 60 == question.blank


def test_one_answer_beside_dont_know_is_no_yes() -> None:
    (question,) = questions(x=["Yes", "Don't know"] * 20)
    assert not question.is_plain


def test_several_answers_in_a_cell_are_a_question_with_a_separator() -> None:
    (question,) = questions(x=["tea | milk", "tea", "milk | rum", "rum", "None of these"])
    assert ("cells", "|", ("None of these",)) == (
        question.form,
        question.separator,
        question.none,
    )


def test_a_question_is_put_to_those_who_alone_have_answers() -> None:
    aware = repeated({"Yes": 60, "No": 40})
    used = repeated({"Yes": 30, "No": 29, None: 41})
    routed = questions(aware=aware, used=used)[1]
    assert routed.route is not None
    assert "aware == 'Yes'" == routed.route.words
    assert 0 == routed.blank


def test_what_no_answer_explains_is_left_to_be_decided() -> None:
    aware = ["Yes", "No"] * 50
    used = repeated({"Yes": 30, "No": 30, None: 40})
    routed = questions(aware=aware, used=used)[1]
    assert routed.route is None
    assert 40 == routed.blank


def test_a_few_blanks_are_people_who_did_not_answer() -> None:
    (question,) = questions(used=repeated({"Yes": 50, "No": 47, None: 3}))
    assert 0 == question.blank


def test_numbers_route_as_numbers_and_odd_names_in_backquotes() -> None:
    survey = survey_file(
        {
            "Q1 [a]": ["1"] * 60 + ["2"] * 40,
            "used": repeated({"Yes": 30, "No": 30, None: 40}),
        }
    )
    routed = questions_in(survey, roles_in(survey), [])[1]
    assert routed.route is not None
    assert "`Q1 [a]` == 1" == routed.route.words
