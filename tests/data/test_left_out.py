"""What a condition leaves out is told: values almost like those it names, and the rare ones."""

import pandas as pd

from sweep.data.left_out import tell_left_out
from sweep.expression import parse
from tests.support.columns import text_table


def told(condition: str, *values: str | None) -> list[str]:
    lines: list[str] = []
    tell_left_out([parse(condition)], text_table(pd.DataFrame({"x": list(values)})), lines.append)
    return lines


def test_a_value_almost_like_a_named_one_is_told() -> None:
    (line,) = told("x == 'Spain'", "Spain", "spain", "Spain", None)
    assert "\"x == 'Spain'\": beside that, 'x' is 'spain' (1 row, a slip of it?)" == line


def test_the_rare_come_first_and_five_at_most() -> None:
    (line,) = told("x in ['a1']", "a1", *("b2",) * 3, *("c3",) * 2, "d4", "e5", "f6", "g7")
    assert line.endswith(
        "'d4' (1 row), 'e5' (1 row), 'f6' (1 row), 'g7' (1 row), 'c3' (2 rows) and 1 more"
    )


def test_one_other_value_is_what_the_condition_is_for() -> None:
    assert [] == told("x == 'Yes'", "Yes", "No", None)
    assert [] == told("x >= 3", "1", "2", "3", "4")


def test_of_many_only_those_almost_alike_are_told() -> None:
    people = [f"person{k}x" for k in range(60)]
    assert [] == told("x == 'Ada'", "Ada", *people)
    (line,) = told("x == 'Ada'", "Ada", "ada", *people)
    assert line.endswith("'x' is 'ada' (1 row, a slip of it?)")


def test_where_nothing_that_is_named_is_there_nothing_is_beside_it() -> None:
    assert [] == told("x == 'Z'", "a1", "b2", "c3")


def test_a_number_is_what_it_is_however_it_is_written() -> None:
    assert [] == told("x == 1", "1", "2")
    (line,) = told("x != 1", "1", "2", "33")
    assert "'2' (1 row), '33' (1 row)" in line


def test_what_the_condition_names_elsewhere_is_no_slip() -> None:
    assert [] == told("x == 'yes' or x == 'Yes'", "Yes", "yes")
