"""Encode: an outcome's rows as the very bytes that `to_parquet` makes of their table.

Without a data frame in between, which takes many times as long: a worker does it for every outcome.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweep.data.levels import Levels
from sweep.estimates.formats import arrow_of, parquet_of
from sweep.estimates.table import check_columns, stray_error, tidy

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Column", "encode_rows"]

type Column = str | Sequence[str | None] | NDArray[np.float64]
"""A column of rows: a text that all of them have, texts, or numbers, NaN where there is none."""


def encode_rows(columns: Mapping[str, Column], rows: int, levels: Levels) -> bytes:
    """Return so many rows as Parquet: ``to_parquet(tidy(columns, list(levels), levels))``.

    Raises
    ------
    ValueError
        If a column or a level is not declared, or an n is no whole number.
    """
    import pyarrow as pa

    check_columns(columns, list(levels))
    empty = empty_table(tuple((name, tuple(labels)) for name, labels in levels.items()))
    arrays = [
        encode(field, empty[field.name], columns.get(field.name), rows) for field in empty.schema
    ]
    return parquet_of(pa.Table.from_arrays(arrays, schema=empty.schema))


@lru_cache(maxsize=8)
def empty_table(levels: tuple[tuple[str, tuple[str, ...]], ...]) -> "pa.Table":
    """Return the table of no rows: its schema is that of any rows with these levels."""
    return arrow_of(tidy([], [name for name, _ in levels], dict(levels)))


def encode(
    field: "pa.Field", empty: "pa.ChunkedArray", values: Column | None, rows: int
) -> "pa.Array":
    """Return one column as Arrow, null where there is nothing."""
    import pyarrow as pa

    if pa.types.is_dictionary(field.type):
        return encode_levels(field, empty.chunk(0).dictionary, values, rows)
    if values is None:
        return pa.nulls(rows, field.type)
    if isinstance(values, str):
        return pa.repeat(pa.scalar(values, field.type), rows)
    if isinstance(values, np.ndarray):  # a base that is no whole number is refused by the cast
        return pa.array(values, from_pandas=True).cast(field.type)
    return pa.array(values, field.type)


def encode_levels(
    field: "pa.Field", dictionary: "pa.Array", values: Column | None, rows: int
) -> "pa.Array":
    """Return a column of levels, each as its place among all of them."""
    import pyarrow as pa

    places = {label: place for place, label in enumerate(dictionary.to_pylist())}
    texts = [values] * rows if values is None or isinstance(values, str) else values
    stray = {str(text) for text in texts if text is not None and text not in places}
    if stray:
        raise stray_error(field.name, stray, list(places))
    codes = np.array([-1 if text is None else places[str(text)] for text in texts], np.int64)
    indices = pa.array(codes, mask=codes < 0).cast(field.type.index_type)
    return pa.DictionaryArray.from_arrays(indices, dictionary, ordered=field.type.ordered)
