"""Columns as the program holds them: folded text, whatever values they are made of."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from sweep.data.columns import text_series
from sweep.words.text import text_of

__all__ = ["text_series_of", "text_table"]


def text_series_of(values: Iterable[Any]) -> pd.Series:
    """Return values as a column of text; None and NaN are missing."""
    plain = [v.item() if isinstance(v, np.generic) else v for v in values]
    texts = [None if pd.isna(v) else text_of(v) for v in plain]
    distinct = list(dict.fromkeys(text for text in texts if text is not None))
    codes = np.array([-1 if text is None else distinct.index(text) for text in texts], np.int64)
    return text_series(codes, distinct, pd.RangeIndex(len(codes)))


def text_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with every column as text."""
    return pd.DataFrame({name: text_series_of(table[name].tolist()) for name in table})
