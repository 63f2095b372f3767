"""Text columns: a column of any format as the folded text of its values.

Whatever the format stores, what comes out is a categorical column of text, whose categories stand
in the order in which they first occur. What takes Python's time is done once per distinct value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sweep.data.text import text_of
from sweep.sources.arrow_types import plain

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TextColumn", "text_array", "text_column"]

UNFOLDED = r"^\s|\s$|\s\s|[^\x20-\x7e]"  # what folding may change; other text is folded already


@dataclass(frozen=True)
class TextColumn:
    """A column as text, and the spellings of those values that were written in several ways."""

    values: pd.Series
    spellings: Mapping[str, tuple[str, ...]]


def text_column(column: "pa.ChunkedArray") -> TextColumn:
    """Return a column as text: a categorical Series, one row per row, missing where nothing is.

    Raises
    ------
    TypeError
        If the column holds no single values: `sweep.sources.arrow_types.refusal_of` tells.
    """
    codes, distinct = encoded(column)
    texts = texts_of(distinct)
    folded = texts.dictionary_encode()
    into = np.append(folded.indices.fill_null(-1).to_numpy(), -1)  # the last one is for missing
    codes = into[codes]
    categories, codes = as_they_occur(folded.dictionary, codes)
    values = pd.Categorical.from_codes(codes, categories=pd.Index(categories, dtype="str"))
    return TextColumn(pd.Series(values), spellings_of(distinct, texts))


def text_array(column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """Return a column as Arrow's dictionaries of text, in the form of `text_column`."""
    import pyarrow as pa

    values = text_column(column).values.cat
    codes = pa.array(values.codes.to_numpy(np.int32), mask=values.codes.to_numpy() < 0)
    texts = pa.array(values.categories.tolist(), pa.string())
    return pa.chunked_array([pa.DictionaryArray.from_arrays(codes, texts)])


def encoded(column: "pa.ChunkedArray") -> "tuple[np.ndarray, pa.Array]":
    """Return for each row which distinct value it holds, -1 for none, and the distinct values."""
    import pyarrow as pa
    import pyarrow.types

    flat = plain(column)
    if pyarrow.types.is_null(flat.type):
        flat = flat.cast(pa.string())
    if not pyarrow.types.is_dictionary(flat.type):
        flat = flat.dictionary_encode()
    flat = flat.unify_dictionaries()
    if flat.num_chunks == 0:
        return np.empty(0, np.int32), pa.array([], flat.type.value_type)
    parts = [chunk.indices.cast(pa.int32()).fill_null(-1).to_numpy() for chunk in flat.chunks]
    return np.concatenate(parts), flat.chunk(0).dictionary


def texts_of(distinct: "pa.Array") -> "pa.Array":
    """Return each of some values as folded text, null where nothing is written."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as kinds

    kind = distinct.type
    if kinds.is_integer(kind):
        return distinct.cast(pa.string())
    values: list[object] = distinct.to_pylist()
    if kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind):
        texts = distinct.cast(pa.string())
        odd = pc.or_(pc.match_substring_regex(texts, UNFOLDED), pc.equal(texts, ""))
        if not pc.any(odd).as_py():
            return texts
    elif kinds.is_float16(kind) or kinds.is_float32(kind):
        # the shortest number that reads as it: .1 in four bytes is .10000000149 in eight
        values = [None if v is None else float(str(np.float32(v))) for v in distinct.to_pylist()]
    return pa.array(map(text_of, values), pa.string())


def as_they_occur(texts: "pa.Array", codes: "np.ndarray") -> "tuple[list[str], np.ndarray]":
    """Return those texts that occur, in the order in which they do, and the codes for it."""
    count = len(texts)
    first = np.full(count + 1, len(codes))  # the last one is for missing
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # of several rows the last one stays
    order = np.argsort(first[:count], kind="stable")
    order = order[first[order] < len(codes)]
    into = np.full(count + 1, -1, codes.dtype)
    into[order] = np.arange(len(order))
    return texts.take(order).to_pylist(), into[codes]


def spellings_of(distinct: "pa.Array", texts: "pa.Array") -> dict[str, tuple[str, ...]]:
    """Return how each text that was written in several ways was written, in the file's order."""
    if len(distinct) == len(texts.unique()):
        return {}
    ways: dict[str, dict[str, None]] = {}
    for written, text in zip(distinct.to_pylist(), texts.to_pylist(), strict=True):
        if text is not None and written is not None:
            ways.setdefault(text, {})[str(written)] = None
    return {text: tuple(written) for text, written in ways.items() if len(written) > 1}
