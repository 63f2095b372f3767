"""Expressions: a small safe grammar for conditions on columns."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.errors import DataError, UsageError
from sweep.expression import ExpressionError, columns, evaluate, normalise, parse
from sweep.expression.order import by_levels
from sweep.expression.tree import (
    And,
    Column,
    Comparison,
    Expression,
    Membership,
    Missing,
    Not,
    Or,
    Scalar,
)

TABLE = pd.DataFrame(
    {
        "age": [17, 18, 40, 65],
        "income": [1.5, np.nan, 2.5, -3.0],
        "limit": [2.0, 2.0, np.nan, -3.0],
        "region": ["London", "Wales", None, "London"],
        "home region": ["London", "London", "Wales", None],
        "complete": [True, False, True, False],
        "day": ["2026-01-31", "2026-02-01", None, "2026-03-01T08:30:00"],
        "mixed": ["none", "20", "3", None],
    }
)


def where(text: str, table: Any = TABLE) -> list[int]:
    """Return the rows where a condition holds."""
    held = evaluate(parse(text), table)
    assert np.dtype(np.bool_) == held.dtype
    assert (4,) == held.shape
    return [int(row) for row in np.flatnonzero(held)]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("age == 18", [1]),
        ("age != 18", [0, 2, 3]),
        ("age < 18", [0]),
        ("age <= 18", [0, 1]),
        ("age > 18", [2, 3]),
        ("age >= 18.0", [1, 2, 3]),
        ("18 <= age", [1, 2, 3]),
        ("income == -3", [3]),
        ("income > -.5e1", [0, 2, 3]),
        ("region == 'London'", [0, 3]),
        ('region == "London"', [0, 3]),
        ("day < '2026-02-01'", [0]),
        ("day >= '2026-02-01T00:00'", [1, 3]),
        ("mixed >= 20", [1]),
        ("mixed == 'none'", [0]),
        ("region == 'london'", []),
        ("`home region` == 'London'", [0, 1]),
        ("region == `home region`", [0]),
        ("income < limit", [0]),
        ("income == limit", [3]),
        ("complete == true", [0, 2]),
        ("complete == 1", [0, 2]),
        ("complete != 0", [0, 2]),
        ("complete == FALSE", [1, 3]),
        ("complete in [true]", [0, 2]),
        ("age in [17, 65.0]", [0, 3]),
        ("age not in [17, 65]", [1, 2]),
        ("region in ['London', 'Leeds']", [0, 3]),
        ("age > 17 and age < 65", [1, 2]),
        ("age == 17 or age == 65", [0, 3]),
        ("not age == 17", [1, 2, 3]),
        ("not (age == 17 or age == 18)", [2, 3]),
        ("age == 17 or age == 18 and complete == true", [0]),
        ("(age == 17 or age == 18) and complete == false", [1]),
        ("not age == 17 and age < 50", [1, 2]),
        ("not not age == 17", [0]),
        ("age == 17 OR age == 65 AND NOT complete == True", [0, 3]),
    ],
)
def test_a_condition_holds_where_it_should(text: str, rows: list[int]) -> None:
    assert rows == where(text)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("region is null", [2]),
        ("region is not null", [0, 1, 3]),
        ("income IS NULL", [1]),
        ("region == 'Wales'", [1]),
        ("region != 'Wales'", [0, 3]),
        ("region not in ['Wales']", [0, 3]),
        ("income != 1.5", [2, 3]),
        ("income < limit or income >= limit", [0, 3]),
        ("not region == 'Wales'", [0, 2, 3]),
        ("not region in ['Wales']", [0, 2, 3]),
    ],
)
def test_a_comparison_with_a_missing_value_is_false_and_not_negates_that(
    text: str, rows: list[int]
) -> None:
    assert rows == where(text)


TEXTS = ["a", "b", None, "a"]
NUMBERS = [1, 2, None, 1]
TRUTHS = [True, False, None, True]


@pytest.mark.parametrize(
    ("values", "dtype", "text"),
    [
        (TEXTS, "object", "x == 'a'"),
        (TEXTS, "str", "x == 'a'"),
        (TEXTS, "string", "x == 'a'"),
        (TEXTS, "string[pyarrow]", "x == 'a'"),
        (TEXTS, "category", "x == 'a'"),
        (NUMBERS, "float64", "x == 1"),
        (NUMBERS, "float32", "x == 1"),
        (NUMBERS, "Int64", "x == 1"),
        (NUMBERS, "Float64", "x == 1"),
        (NUMBERS, "int64[pyarrow]", "x == 1"),
        (NUMBERS, "double[pyarrow]", "x == 1"),
        (NUMBERS, "object", "x == 1"),
        (NUMBERS, "category", "x == 1"),
        (TRUTHS, "object", "x == true"),
        (TRUTHS, "boolean", "x == true"),
        (TRUTHS, "bool[pyarrow]", "x == 1"),
        (TRUTHS, "category", "x == true"),
    ],
)
def test_every_dtype_compares_by_its_values(values: list[Any], dtype: Any, text: str) -> None:
    table = {"x": pd.Series(values).astype(dtype)}

    assert [0, 3] == where(text, table)
    assert [1] == where(text.replace("==", "!="), table)
    assert [2] == where("x is null", table)


def test_whole_numbers_are_compared_exactly() -> None:
    big = 2**62
    table = {"x": pd.Series([big, big + 1, big + 2, big + 3])}

    assert [1] == where(f"x == {big + 1}", table)
    assert [1, 3] == where(f"x in [{big + 1}, {big + 3}]", table)
    assert [0, 1, 2, 3] == where(f"x < {10**30}", table)


def test_a_column_of_nothing_but_missing_values_fits_every_literal() -> None:
    table = {"x": pd.Series([None] * 4, dtype="float64"), "y": pd.Series(list("abcd"))}

    assert [] == where("x == 'a'", table)
    assert [] == where("x == y", table)
    assert [0, 1, 2, 3] == where("x is null", table)


def test_an_empty_table_gives_no_rows() -> None:
    held = evaluate(parse("age > 1 and (region == 'x' or region is null)"), TABLE.iloc[:0])

    assert (0,) == held.shape


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("age >= '18'", r"column 'age' holds numbers.*'18' is text: write the number without"),
        ("region >= 'L'", r"holds text, such as 'London', and 'L' is text: text has no order"),
        ("region == 1", r"column 'region' holds text, such as 'London', and 1 is a number"),
        ("region in [1]", "holds text, such as 'London', and 1 is a number"),
        ("age == true", "holds numbers, such as '17', and True is true or false"),
        ("complete == 2", "holds true or false, such as 'true', and 2 is a number"),
        ("complete < 1", "holds true or false, such as 'true', and 1 is a number"),
        ("age == region", "column 'age' holds numbers, column 'region' holds text"),
        ("agee == 1", "no column 'agee' for the expression 'agee == 1': did you mean 'age'"),
        ("zzz is null", "no column 'zzz'.*there are age, income"),
    ],
)
def test_what_cannot_be_compared_is_a_data_error(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        evaluate(parse(text), TABLE)


def test_values_are_the_text_that_was_written_whatever_type_holds_them() -> None:
    dates = {"x": pd.Series(pd.to_datetime(["2026-01-31", "", "2026-02-01", "2026-03-01"]))}
    mixed = {"x": pd.Series(["a", 1, 1.0, None], dtype=object)}

    assert [0] == where("x == '2026-01-31'", dates)
    assert [2, 3] == where("x > '2026-01-31'", dates)
    assert [0] == where("x == 'a'", mixed)
    assert [1, 2] == where("x == '1'", mixed)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mixed >= 20", "column 'mixed' holds no number in 1 row ('none'); there it does not hold"),
        ("region == 'Londn'", "no 'region' is 'Londn'; there is 'London'"),
        ("region in ['Wales', 'Leeds']", "no 'region' is 'Leeds'; there is 'London', 'Wales'"),
        ("age == '18'", None),
        ("region == ' London '", None),
    ],
)
def test_what_a_condition_does_not_find_is_told(text: str, told: str | None) -> None:
    messages: list[str] = []
    evaluate(parse(text), TABLE, messages.append)

    assert ([] if told is None else [told]) == [m.split(": ", 1)[1] for m in messages]


def test_times_with_and_without_a_zone_do_not_compare() -> None:
    table = {"x": pd.Series(["2026-01-31", "2026-01-31T10:00:00+01:00", None, None])}

    with pytest.raises(DataError, match="some times have a zone"):
        where("x > '2026-01-01'", table)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("age_band >= '35-54'", "age_band in ['35-54', '55+']"),
        ("'35-54' > age_band", "age_band in ['18-34']"),
        ("not age_band < '35-54' or x > 1", "not age_band in ['18-34'] or x > 1"),
        ("age_band == '55+'", "age_band == '55+'"),
    ],
)
def test_an_order_of_levels_means_those_levels(text: str, meant: str) -> None:
    orders = {"age_band": ["18-34", "35-54", "55+"]}

    assert meant == normalise(by_levels(parse(text), orders))


def test_an_order_needs_a_level_that_exists() -> None:
    with pytest.raises(DataError, match=r"'35' is no level.*Levels: '18-34'"):
        by_levels(parse("age_band >= '35'"), {"age_band": ["18-34", "35-54"]})
    with pytest.raises(DataError, match="no level is < '18-34'"):
        by_levels(parse("age_band < '18-34'"), {"age_band": ["18-34", "35-54"]})


def test_a_column_of_lists_is_a_data_error() -> None:
    table = {"x": pd.Series([["a"], ["b"]], dtype=object)}

    with pytest.raises(DataError, match="column 'x' holds values such as lists"):
        evaluate(parse("x == 'a'"), table)
    assert [False, False] == evaluate(parse("x is null"), table).tolist()


def test_columns_are_those_that_are_read() -> None:
    text = "a == 1 and (not b.c in ['x'] or `d e` is null) or f < g"

    assert frozenset({"a", "b.c", "d e", "f", "g"}) == columns(parse(text))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("a==1", "a == 1"),
        ('  a\n==\t"x"  ', "a == 'x'"),
        ("`a` == 1", "a == 1"),
        ("`in` == 1", "`in` == 1"),
        ("`a``b` == 1", "`a``b` == 1"),
        ('a == "it\'s"', "a == 'it''s'"),
        ("a == 'it''s'", "a == 'it''s'"),
        ("1 < a", "a > 1"),
        ("a == +1.0", "a == 1"),
        ("a == 1e2", "a == 100"),
        ("((a == 1))", "a == 1"),
        ("a == 1 AND (b == 2 And c == 3)", "a == 1 and b == 2 and c == 3"),
        ("(a == 1 and b == 2) or c == 3", "a == 1 and b == 2 or c == 3"),
        ("a == 1 and (b == 2 or c == 3)", "a == 1 and (b == 2 or c == 3)"),
        ("not(a == 1)", "not a == 1"),
        ("not (a == 1 and b == 2)", "not (a == 1 and b == 2)"),
        ("a not  in ['x',\"y\"]", "a not in ['x', 'y']"),
        ("a IS NOT null", "a is not null"),
        ("a == True", "a == true"),
    ],
)
def test_two_ways_to_write_a_condition_have_one_canonical_text(text: str, canonical: str) -> None:
    assert canonical == normalise(parse(text))


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 0, "expected a condition such as x == 1, but the text ends"),
        ("a", 1, "expected a comparison"),
        ("a = 1", 2, "unexpected '=': write '==' to compare"),
        ("a == 1 & b == 2", 7, "unexpected '&': write 'and'"),
        ("a == 1 | b == 2", 7, "unexpected '|': write 'or'"),
        ("!a == 1", 0, "unexpected '!': write 'not'"),
        ("a == 1 b", 7, "expected 'and', 'or' or the end, got 'b'"),
        ("1 < a < 3", 6, "comparisons do not chain: write 'a < x and x < b', got '<'"),
        ("1 == 1", 0, "one side of a comparison must be a column"),
        ("a == null", 5, "compare with null by 'is null' or 'is not null'"),
        ("a is 1", 5, "expected 'null' or 'not null'"),
        ("a < true", 0, "true and false have no order"),
        ("a in []", 6, "expected a value"),
        ("a in ['x' 'y']", 10, "expected ',' or ']'"),
        ("a in [1, 'x']", 9, "the values of a list must be of one kind"),
        ("a in [true, 1]", 12, "the values of a list must be of one kind"),
        ("a in [b]", 6, "expected a value"),
        ("a in (1)", 5, "expected '['"),
        ("(a == 1", 7, "expected ')', but the text ends"),
        ("a == 'x", 5, "the quote is not closed"),
        ("`a == 1", 0, "the backquote is not closed"),
        ("a == 1x", 5, "unexpected '1'"),
        ("a == 1e999", 5, "the number 1e999 is too large"),
        ("a == " + "9" * 41, 5, "a number of more than 40 characters"),
        ("a == b + 1", 7, "unexpected '+'"),
        ("a == 1 and", 10, "expected a condition such as x == 1"),
        ("not", 3, "expected a condition such as x == 1"),
    ],
)
def test_a_text_that_is_no_expression_says_why_and_where(
    text: str, position: int, message: str
) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)

    assert position == caught.value.position
    assert message in str(caught.value)
    assert f"(character {position + 1})" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('ls')",
        "__import__('os') == 1",
        "().__class__.__bases__[0] == 1",
        "a == 1; import os",
        "lambda: 0",
        "[x for x in (1,)]",
        "a == f'{1}'",
        "@a == 1",
        "a == 1 if b else c",
        "exec('1') == a",
        "a := 1",
        "a ** 9 == 1",
        "`a` == eval('1')",
    ],
)
def test_python_is_not_an_expression(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_length_and_depth_are_bounded() -> None:
    parse("(" * 50 + "a == 1" + ")" * 50)
    parse("not " * 50 + "a == 1")
    parse("a == 1".ljust(10_000))
    with pytest.raises(ExpressionError, match="nested more than 50 deep"):
        parse("(" * 51 + "a == 1" + ")" * 51)
    with pytest.raises(ExpressionError, match="nested more than 50 deep"):
        parse("not (" * 26 + "a == 1" + ")" * 26)
    with pytest.raises(ExpressionError, match="longer than 10,000 characters"):
        parse("a == 1".ljust(10_001))


def test_a_long_chain_is_not_deep() -> None:
    text = " or ".join(f"a == {i}" for i in range(600))

    assert 600 == text.count("==") == normalise(parse(text)).count("==")


def test_an_expression_error_is_a_usage_error() -> None:
    assert issubclass(ExpressionError, UsageError)
    assert issubclass(ExpressionError, ValueError)


NAMES = st.text(min_size=1, max_size=5) | st.sampled_from(["a", "b.c", "In", "é", "`", "not"])
FLOATS = st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda x: not x.is_integer() or abs(x) >= 2**53
)
SCALARS: st.SearchStrategy[Scalar] = st.one_of(
    st.text(max_size=5), st.integers(-(10**30), 10**30), FLOATS, st.booleans()
)
LISTS: st.SearchStrategy[tuple[Scalar, ...]] = st.one_of(
    *(
        st.lists(kind, min_size=1, max_size=3).map(tuple)
        for kind in (st.text(max_size=5), st.integers(-99, 99) | FLOATS, st.booleans())
    )
)
TESTS: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Comparison, NAMES, st.sampled_from(["==", "!="]), SCALARS | NAMES.map(Column)),
    st.builds(
        Comparison,
        NAMES,
        st.sampled_from(["<", "<=", ">", ">="]),
        SCALARS.filter(lambda x: not isinstance(x, bool)),
    ),
    st.builds(Membership, NAMES, LISTS, st.booleans()),
    st.builds(Missing, NAMES, st.booleans()),
)


def flat(kind: type[And] | type[Or], terms: list[Expression]) -> Expression:
    """Return the tree that the parser makes of terms: never a chain inside one of its kind."""
    merged: list[Expression] = []
    for term in terms:
        merged.extend(term.terms if isinstance(term, And | Or) and type(term) is kind else [term])
    return kind(tuple(merged))


def larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    some = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        st.builds(Not, inner),
        some.map(lambda terms: flat(And, terms)),
        some.map(lambda terms: flat(Or, terms)),
    )


EXPRESSIONS = st.recursive(TESTS, larger, max_leaves=6)


@given(EXPRESSIONS)
def test_the_canonical_text_reads_back_as_the_same_expression(expression: Expression) -> None:
    text = normalise(expression)

    assert expression == parse(text)
    assert repr(expression) == repr(parse(text))  # == takes True for 1


PIECES = st.sampled_from(
    ["a", "`b c`", "1", "-2.5", "'x'", '"', "'", "(", ")", "[", "]", ",", "==", "=", "<", "and",
     "or", "not", "in", "is", "null", "true", "__import__", ".", "\\", "\0", "é", "٣", " "]
)  # fmt: skip


def read(text: str) -> Expression | ExpressionError:
    try:
        return parse(text)
    except ExpressionError as error:
        return error


@given(st.text(max_size=40) | st.lists(PIECES, max_size=12).map(" ".join))
def test_any_text_is_an_expression_or_an_expression_error(text: str) -> None:
    found = read(text)

    if isinstance(found, ExpressionError):
        assert 0 <= found.position <= len(text)
    else:
        assert found == parse(normalise(found))
        assert columns(found)


SMALL = st.recursive(
    st.sampled_from(
        ["age > 17", "income < limit", "region == 'Wales'", "income is null", "complete == true",
         "region not in ['London']", "age in [17, 40]"]
    ),
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) and ({two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) or ({two[1]})"),
    ),
    max_leaves=5,
)  # fmt: skip


@given(SMALL)
def test_logic_is_that_of_sets_and_the_canonical_text_means_the_same(text: str) -> None:
    held = evaluate(parse(text), TABLE)

    assert held.tolist() == evaluate(parse(normalise(parse(text))), TABLE).tolist()
    assert (~held).tolist() == evaluate(parse(f"not ({text})"), TABLE).tolist()


TIMES = {
    "plain": pd.Series(["2026-01-30 23:59", "2026-01-31 00:00", "2026-01-31T15:00:00", None]),
    "zoned": pd.Series(
        ["2026-01-30T23:59Z", "2026-01-31T00:00Z", "2026-01-31T15:00:00+00:00", None]
    ),
    "days": pd.Series(["2026-01-30", "2026-01-31", "2026-01-31", None]),
}


@pytest.mark.parametrize("name", list(TIMES))
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x <= '2026-01-31'", [0, 1, 2]),
        ("x > '2026-01-30'", [1, 2]),
        ("x < '2026-01-31'", [0]),
        ("x == '2026-01-31'", [1, 2]),
        ("x != '2026-01-31'", [0]),
        ("x in ['2026-01-31', '2026-02-01']", [1, 2]),
        ("x not in ['2026-01-31']", [0]),
    ],
)
def test_a_day_beside_times_of_day_is_the_whole_day(
    name: str, text: str, expected: list[int]
) -> None:
    assert expected == where(text, {"x": TIMES[name]})


def test_a_moment_is_one_on_the_columns_own_clock() -> None:
    held = {"x": TIMES["zoned"]}
    for moment in ("2026-01-31T12:00", "2026-01-31T12:00Z", "2026-01-31T13:00+01:00"):
        assert [2] == where(f"x > '{moment}'", held)
    two = {"x": pd.Series(["2026-01-30T10:00Z", "2026-01-31T10:00+01:00", None, None])}
    with pytest.raises(DataError, match=r"2 zones.* write the one that is meant"):
        where("x > '2026-01-31T12:00'", two)
    with pytest.raises(DataError, match=r"its times have no zone.* write it without"):
        where("x > '2026-01-31T12:00Z'", {"x": TIMES["plain"]})


def test_what_is_no_date_among_dates_is_named() -> None:
    with pytest.raises(DataError, match=r"holds dates, but for 'n/a' \(1 row\): name them in"):
        where(
            "x > '2026-01-31'", {"x": pd.Series(["2026-01-30", "2026-01-31", "2026-01-31", "n/a"])}
        )
