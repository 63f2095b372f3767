"""Text columns: what a file's columns hold, as folded text."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sweep.data.columns import text_series
from sweep.words.text import text_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["text_column"]


def text_column(array: "pa.ChunkedArray") -> pd.Series:
    """Return a column of a file as folded text, by its distinct values.

    Raises
    ------
    TypeError
        If a value is none alone: a list, a record, bytes.
    """
    import pyarrow as pa

    whole = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    if pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_decode() if whole.dictionary.null_count else whole
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    texts = [text_of(value) for value in whole.dictionary.to_pylist()]
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    there = dict.fromkeys(text for text in texts if text is not None)
    place = {text: k for k, text in enumerate(there)}
    places = np.array([-1 if t is None else place[t] for t in texts] + [-1], np.int64)
    return text_series(places[codes], list(there), pd.RangeIndex(len(codes)))
