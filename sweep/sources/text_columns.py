"""Text columns: a column of any format as the folded text of its values.

Whatever the format stores, what comes out is a categorical column of text, whose categories stand
in the order in which they first occur. What takes Python's time is done once per distinct value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sweep.data.columns import text_series
from sweep.sources.arrow_types import plain, refusal_of
from sweep.sources.cell_lines import BAR, lines_joined
from sweep.words.text import text_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TextColumn", "rows_of", "text_and_spellings", "text_array", "text_column"]

UNFOLDED = r"^\s|\s$|\s\s|[^\x20-\x7e]"  # what folding may change; other text is folded already

BLOCK = 1 << 16  # rows looked at together
FEW = 100  # values that are folded faster one by one


@dataclass(frozen=True)
class TextColumn:
    """A column as text (row,), its distinct texts, and of each the several ways it was written."""

    values: pd.Series
    texts: tuple[str, ...]
    spellings: Mapping[str, tuple[str, ...]]


def text_column(column: "pa.ChunkedArray") -> pd.Series:
    """Return a column as text: a categorical Series (row,), missing where nothing is written.

    Raises
    ------
    TypeError
        If the column holds no single values: `sweep.sources.arrow_types.refusal_of` tells.
    """
    return text_and_spellings(column).values


def text_and_spellings(column: "pa.ChunkedArray") -> TextColumn:
    """Return a column as text, and which values of it were written in several ways.

    Raises
    ------
    TypeError
        If the column holds no single values.
    """
    if (why := refusal_of(column.type)) is not None:
        raise TypeError(why)
    chunks, distinct = encoded(column)
    values = values_of(distinct)
    texts, codes = values.texts, recoded(chunks, values.into)
    order = order_of_occurrence(codes, len(texts))
    if not np.array_equal(order, np.arange(len(texts))):
        place = np.full(len(texts), -1)
        place[order] = np.arange(len(order))
        codes = recoded([codes], place)
        texts = tuple(texts[k] for k in order)
    made = text_series(codes, texts, rows_of(len(codes)))
    return TextColumn(made, texts, values.spellings)


@lru_cache(maxsize=4)
def rows_of(count: int) -> pd.RangeIndex:
    """Return the index of so many rows: pandas aligns columns whose indexes are two."""
    return pd.RangeIndex(count)


@dataclass(frozen=True)
class Values:
    """Distinct values as text: the place of each (value,) in ``texts``, -1 where nothing is said.

    ``spellings`` are a column's.
    """

    into: np.ndarray
    texts: tuple[str, ...]
    spellings: Mapping[str, tuple[str, ...]]


def values_of(distinct: "pa.Array") -> Values:
    """Return distinct values as text; those of many questions are the same few."""
    import pyarrow.types as kinds

    kind = distinct.type
    if len(distinct) > FEW or not (kinds.is_integer(kind) or kinds.is_string(kind)):
        return folded(distinct)
    return few_values(kind, tuple(distinct.to_pylist()))


@lru_cache(maxsize=1024)
def few_values(kind: "pa.DataType", written: tuple[int | str | None, ...]) -> Values:
    """Return distinct values of a type as text."""
    import pyarrow as pa

    return folded(pa.array(written, kind))


def folded(distinct: "pa.Array") -> Values:
    """Return distinct values as text."""
    texts = texts_of(distinct)
    into, different = numbered(texts)
    spellings = spellings_of(distinct, texts, len(different)) | line_spelling(distinct, texts)
    return Values(into, tuple(different), spellings)


def numbered(texts: "pa.Array") -> tuple[np.ndarray, list[str]]:
    """Return each text's number, -1 for null, and the different texts by their numbers."""
    if len(texts) > FEW:
        folded = texts.dictionary_encode()
        return folded.indices.fill_null(-1).to_numpy(), folded.dictionary.to_pylist()
    written: list[str | None] = texts.to_pylist()
    number = {text: k for k, text in enumerate(dict.fromkeys(t for t in written if t is not None))}
    return np.array([number.get(text or "", -1) for text in written], np.int64), list(number)


def text_array(column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """Return a column as Arrow's dictionaries of text, in the form of `text_column`."""
    import pyarrow as pa

    values = text_column(column).cat
    codes = pa.array(values.codes.to_numpy(np.int32), mask=values.codes.to_numpy() < 0)
    texts = pa.array(values.categories.tolist(), pa.string())
    return pa.chunked_array([pa.DictionaryArray.from_arrays(codes, texts)])


def encoded(column: "pa.ChunkedArray") -> "tuple[list[np.ndarray], pa.Array]":
    """Return for each row which distinct value it holds, -1 for none, and the distinct values."""
    import pyarrow as pa
    import pyarrow.types

    flat = plain(column)
    if pyarrow.types.is_null(flat.type):
        flat = flat.cast(pa.string())
    if not pyarrow.types.is_dictionary(flat.type):
        flat = flat.dictionary_encode()
    flat = flat.unify_dictionaries() if flat.num_chunks > 1 else flat
    if flat.num_chunks == 0:
        return [], pa.array([], flat.type.value_type)
    return [codes_of(chunk.indices) for chunk in flat.chunks], flat.chunk(0).dictionary


def codes_of(indices: "pa.Array") -> np.ndarray:
    """Return the indices of a dictionary as signed numbers, -1 for null."""
    import pyarrow as pa
    import pyarrow.types as kinds

    signed = indices if kinds.is_signed_integer(indices.type) else indices.cast(pa.int64())
    codes: np.ndarray = (signed.fill_null(-1) if signed.null_count else signed).to_numpy()
    return codes


def texts_of(distinct: "pa.Array") -> "pa.Array":
    """Return each of some values as folded text, null where nothing is written."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as kinds

    kind = distinct.type
    if kinds.is_integer(kind):
        return distinct.cast(pa.string())
    values: list[object] = distinct.to_pylist()
    stored_as_text = kinds.is_string(kind) or kinds.is_large_string(kind)
    if (stored_as_text or kinds.is_string_view(kind)) and len(distinct) > FEW:
        texts = distinct.cast(pa.string())
        odd = pc.or_(pc.match_substring_regex(texts, UNFOLDED), pc.equal(texts, ""))
        if not pc.any(odd).as_py():
            return texts
    elif kinds.is_float16(kind) or kinds.is_float32(kind):
        # the shortest number that reads as it: .1 in four bytes is .10000000149 in eight
        values = [None if v is None else float(str(np.float32(v))) for v in distinct.to_pylist()]
    parted = lines_joined(values)
    if parted:
        values = [parted.get(value, value) if isinstance(value, str) else value for value in values]
    return pa.array(map(text_of, values), pa.string())


def line_spelling(distinct: "pa.Array", texts: "pa.Array") -> dict[str, tuple[str, ...]]:
    """Return one of the texts whose lines were answers, with how it was written, if any was."""
    import pyarrow.compute as pc

    if not pc.any(pc.match_substring(texts, BAR)).as_py():
        return {}
    pairs = zip(distinct.to_pylist(), texts.to_pylist(), strict=True)
    parted = ((written, text) for written, text in pairs if text is not None and BAR in text)
    written, text = next(parted)
    return {} if BAR.strip() in str(written) else {text: (str(written),)}


def recoded(chunks: Sequence[np.ndarray], into: np.ndarray) -> np.ndarray:
    """Return codes as others, in the smallest type: ``into`` has one for each, -1 stays."""
    small = np.append(into, -1).astype(np.min_scalar_type(-max(len(into), 1)))
    codes = np.empty(sum(map(len, chunks)), small.dtype)
    start = 0
    for chunk in chunks:
        small.take(chunk, out=codes[start : start + len(chunk)], mode="wrap")
        start += len(chunk)
    return codes


def order_of_occurrence(codes: np.ndarray, count: int) -> np.ndarray:
    """Return the codes from 0 to ``count`` that occur, in the order in which they first do."""
    if occur_in_order(codes[:BLOCK], count):
        return np.arange(count)
    seen = np.zeros(count + 1, bool)
    seen[-1] = True  # is for missing
    order: list[np.ndarray] = []
    for start in range(0, len(codes), BLOCK):
        if seen.all():
            break
        block = codes[start : start + BLOCK]
        fresh, first = np.unique(block[~seen[block]], return_index=True)
        order.append(fresh[np.argsort(first)])
        seen[fresh] = True
    return np.concatenate(order).astype(np.int64) if order else np.empty(0, np.int64)


def occur_in_order(codes: np.ndarray, count: int) -> bool:
    """Return whether all codes from 0 to ``count`` occur, and the less before the greater."""
    if not len(codes):
        return count == 0
    highest = np.maximum.accumulate(codes).astype(np.int64)  # so far
    first, last = highest[0], highest[-1]
    return bool(first <= 0 and last == count - 1 and (highest[1:] - highest[:-1] <= 1).all())


def spellings_of(distinct: "pa.Array", texts: "pa.Array", count: int) -> dict[str, tuple[str, ...]]:
    """Return how each of ``count`` texts was written that was in several ways, in file order."""
    if len(texts) - texts.null_count == count:
        return {}
    ways: dict[str, dict[str, None]] = {}
    for written, text in zip(distinct.to_pylist(), texts.to_pylist(), strict=True):
        if text is not None and written is not None:
            ways.setdefault(text, {})[str(written)] = None
    return {text: tuple(written) for text, written in ways.items() if len(written) > 1}
