"""Columns: a table's values as folded text, and the numbers that this text writes.

A column is a categorical series: its categories are the distinct texts, its codes say which row
has which. A rule is then decided once per distinct value, whatever the number of respondents.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.words.numbers import count_of
from sweep.words.text import number_of
from sweep.words.values import brief

__all__ = [
    "codes_of",
    "how_often",
    "number_words",
    "numbers_in",
    "renamed",
    "spread",
    "text_series",
    "texts_of",
    "times_of",
]

FEW = 100  # distinct texts of a column whose type may be another's too


def text_series(codes: NDArray[np.integer], texts: Sequence[str], index: pd.Index) -> pd.Series:
    """Return a column from each row's code, -1 where missing, and the distinct texts."""
    kind = type_of(tuple(texts)) if len(texts) <= FEW else new_type(texts)
    values = pd.Categorical.from_codes(codes, dtype=kind, validate=False)  # which takes its time
    return pd.Series(values, index=index)


def new_type(texts: Sequence[str]) -> pd.CategoricalDtype:
    """Return the type of columns with some distinct texts."""
    return pd.CategoricalDtype(pd.Index(list(texts), dtype="str"))


@lru_cache(maxsize=1024)
def type_of(texts: tuple[str, ...]) -> pd.CategoricalDtype:
    """Return the type of columns with these texts: many questions have the same answers."""
    return new_type(texts)


def texts_of(column: pd.Series) -> list[str]:
    """Return a column's distinct texts, also those that no row has any more."""
    texts: list[str] = categorical(column).categories.tolist()
    return texts


def codes_of(column: pd.Series) -> NDArray[np.integer]:
    """Return each row's place (row,) among the distinct texts, -1 where missing."""
    codes: NDArray[np.integer] = categorical(column).codes
    return codes


def categorical(column: pd.Series) -> pd.Categorical:
    """Return a column's codes and texts themselves: asking the series for them takes longer."""
    return cast("pd.Categorical", column.array)


def spread[T: np.generic](column: pd.Series, values: NDArray[T], missing: T) -> NDArray[T]:
    """Return each row's (row,) of some values (text,) of the distinct texts."""
    made: NDArray[T] = np.append(values, missing)[codes_of(column)]
    return made


def times_of(codes: NDArray[np.integer], count: int) -> NDArray[np.intp]:
    """Return how many rows (row,) have each of ``count`` codes; -1 is none of them."""
    times: NDArray[np.intp] = np.bincount(codes.astype(np.intp) + 1, minlength=count + 1)[1:]
    return times


def how_often(column: pd.Series) -> dict[str, int]:
    """Return how many rows have each text, in the order of the distinct texts; none has 0."""
    texts = texts_of(column)
    pairs = zip(texts, times_of(codes_of(column), len(texts)).tolist(), strict=True)
    return {text: count for text, count in pairs if count}


def numbers_in(column: pd.Series) -> NDArray[np.float64]:
    """Return the numbers (row,) that a column writes, NaN where it writes none."""
    values = [number_of(text) for text in texts_of(column)]
    numbers = np.array([np.nan if v is None else v for v in values], np.float64)
    return spread(column, numbers, np.float64(np.nan))


def number_words(column: pd.Series, wrong: NDArray[np.bool_]) -> str:
    """Return what some rows hold in place of numbers: the first such value, and in how many rows.

    ``wrong`` has shape (row,).
    """
    first = int(np.argmax(wrong))
    value = column.iloc[first]
    shown = "nothing" if pd.isna(value) else brief(str(value))
    return f"{shown} in row {first + 1:,}; {count_of(int(wrong.sum()), 'row')} in all"


def renamed(column: pd.Series, names: Mapping[str, str]) -> pd.Series:
    """Return a column whose texts are renamed; those that are not named stay as they are."""
    made = [names.get(text, text) for text in texts_of(column)]
    distinct = {text: k for k, text in enumerate(dict.fromkeys(made))}
    places = np.array([distinct[text] for text in made] + [-1], np.int64)
    return text_series(places[codes_of(column)], list(distinct), column.index)
