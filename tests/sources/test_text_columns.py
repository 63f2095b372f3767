"""A column of any format is the folded text of its values."""

from itertools import permutations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.sources.text_columns import BLOCK, text_and_spellings, text_array, text_column
from sweep.words.text import text_of


def texts(values: pd.Series) -> list[str | None]:
    return [None if pd.isna(value) else str(value) for value in values]


DURATION = pa.duration("s")
COLUMNS = st.one_of(
    st.lists(st.none() | st.text("aA é e\u0301\u200b\u00ad\t", max_size=4)),
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)),
    st.lists(st.none() | st.floats()),
    st.lists(st.none() | st.booleans()),
    st.lists(st.none() | st.dates()),
    st.lists(st.none() | st.datetimes()),
    st.lists(st.none() | st.decimals(-(10**6), 10**6, places=3)),
)


@settings(max_examples=300, deadline=None)
@given(COLUMNS, st.integers(1, 4), st.booleans())
def test_each_value_is_the_text_that_the_house_writes_for_it(
    values: list[object], parts: int, as_dictionary: bool
) -> None:
    whole = pa.array(values)
    column = pa.chunked_array([whole[k::parts] for k in range(parts)])
    expected = [text_of(value) for k in range(parts) for value in whole[k::parts].to_pylist()]
    if as_dictionary and whole.type != pa.null():
        column = column.dictionary_encode()
    found = text_and_spellings(column)
    assert expected == texts(found.values)
    known = [text for text in expected if text is not None]
    assert list(dict.fromkeys(known)) == found.values.cat.categories.tolist()
    assert expected == text_array(column).to_pylist()


def test_spellings_that_fold_to_one_are_one_and_returned() -> None:
    column = pa.chunked_array([["Yes", "Yes ", "No", None], ["Y\u200bes", "", "  ", "No"]])
    found = text_and_spellings(column)
    assert ["Yes", "Yes", "No", None, "Yes", None, None, "No"] == texts(found.values)
    assert {"Yes": ("Yes", "Yes ", "Y\u200bes")} == found.spellings


def test_levels_stand_in_the_order_in_which_they_occur_however_the_file_stores_them() -> None:
    """Declared levels that nobody has are no levels of the data."""
    stored = pa.DictionaryArray.from_arrays(
        pa.array([2, 0, None, 2], pa.uint8()), ["a", "unused", "b"]
    )
    found = text_and_spellings(pa.chunked_array([stored]))
    assert ["b", "a"] == found.values.cat.categories.tolist()
    assert ["b", "a", None, "b"] == texts(found.values)


def test_a_level_that_first_occurs_late_stands_last() -> None:
    values = ["b"] * BLOCK + ["c", "a"] + ["b"] * BLOCK + [None, "d"]
    found = text_and_spellings(pa.chunked_array([pa.array(values)]))
    assert ["b", "c", "a", "d"] == found.values.cat.categories.tolist()
    assert values == texts(found.values)


@pytest.mark.parametrize(("count", "kind"), [(3, np.int8), (200, np.int16), (40_000, np.int32)])
def test_codes_are_of_the_smallest_type(count: int, kind: type) -> None:
    found = text_and_spellings(pa.chunked_array([pa.array(np.arange(count))]))
    assert kind == found.values.cat.codes.dtype
    assert list(map(str, range(count))) == texts(found.values)


@pytest.mark.parametrize("count", [127, 128, 129, 32_767, 32_768, 32_769])
def test_the_last_code_of_a_type_is_a_code(count: int) -> None:
    values = [*range(count), None]
    expected = [*map(str, range(count)), None]
    assert expected == texts(text_column(pa.chunked_array([pa.array(values)])))


def test_run_lengths_and_extension_types_are_read_as_what_they_store() -> None:
    runs = pa.compute.run_end_encode(pa.array(["a", "a", "b"]))
    assert ["a", "a", "b"] == texts(text_column(pa.chunked_array([runs])))
    stored = pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, 0, None], pa.int8()))
    assert ["true", "false", None] == texts(text_column(pa.chunked_array([stored])))
    stored = pa.ExtensionArray.from_storage(pa.json_(), pa.array(["1.0"]))
    assert ["1.0"] == texts(text_column(pa.chunked_array([stored])))


def test_a_column_of_no_chunks_and_one_of_nothing_are_columns() -> None:
    assert [] == texts(text_column(pa.chunked_array([], pa.string())))
    assert [None, None] == texts(text_column(pa.chunked_array([pa.nulls(2)])))


def test_what_holds_no_single_values_is_refused() -> None:
    for odd in (
        pa.array([b"a"]),
        pa.array([["a"]]),
        pa.array([{"a": 1}]),
        pa.nulls(1).cast(DURATION),
    ):
        with pytest.raises(TypeError, match="holds"):
            text_column(pa.chunked_array([odd]))


def test_lines_that_are_answers_have_a_bar_between_them() -> None:
    found = text_and_spellings(pa.chunked_array([["Nike", "Nike\r\nAdidas", "Adidas\n", None]]))
    assert ["Nike", "Nike | Adidas", "Adidas", None] == texts(found.values)
    assert {"Nike | Adidas": ("Nike\r\nAdidas",)} == found.spellings


def test_lines_that_are_never_alone_are_answers_where_they_combine_in_many_ways() -> None:
    options = ["Nike", "Adidas", "Puma", "Asics"]
    several = [f"{a}\n{b}\n{c}" for a, b, c in permutations(options, 3)]
    assert "Nike | Adidas | Puma" == texts(text_column(pa.chunked_array([several])))[0]


@pytest.mark.parametrize(
    "wrapped",
    [
        ["Very\nlikely", "Very\nunlikely", "Somewhat\nlikely", "Somewhat\nunlikely", "Neither"],
        ["Very\nlikely", "Very likely", "Very", "likely"],
        ["I like it.\nThe taste above all", "Good", "Bad"],
        ["Nike|Puma", "Nike\nPuma", "Nike", "Puma"],
    ],
)
def test_a_line_break_within_an_answer_is_a_blank(wrapped: list[str]) -> None:
    values = text_column(pa.chunked_array([wrapped]))
    assert [" ".join(text.split()) for text in wrapped] == texts(values)
