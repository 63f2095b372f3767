"""Column: a survey's column as text answers, whatever its file stores them as."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.text import text_of
from sweep.errors import DataError
from sweep.words.values import clip_name

__all__ = ["TextColumn", "text_column"]


@dataclass(frozen=True)
class TextColumn:
    """Answers of respondents: the distinct texts, and where each respondent's is among them.

    ``codes`` are of shape (respondent,), -1 where there is no answer.
    """

    texts: list[str]
    codes: NDArray[np.int64]

    def counts(self, of: NDArray[np.bool_]) -> dict[str, int]:
        """Return how often each answer occurs among some respondents; what does not is left out."""
        codes = self.codes[of & (self.codes >= 0)]
        often = np.bincount(codes, minlength=len(self.texts)).tolist()
        return {text: n for text, n in zip(self.texts, often, strict=True) if n}

    def holds(self, wanted: dict[str, bool]) -> NDArray[np.bool_]:
        """Return where an answer is one that is wanted, shape (respondent,)."""
        flags = np.array([*(wanted[text] for text in self.texts), False], bool)
        return flags[self.codes]


def text_column(values: pd.Series) -> TextColumn:
    """Return a column's answers as folded texts; texts that fold to one are one.

    Raises
    ------
    DataError
        If it holds other than single values.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        kinds: list[Hashable] = values.cat.categories.tolist()
        codes = values.cat.codes.to_numpy(np.int64)
    else:
        try:
            place, found = pd.factorize(values)
        except TypeError as error:
            raise not_text_error(values, str(error)) from error
        codes, kinds = place.astype(np.int64), list(found)
    try:
        texts = [text_of(plain(kind)) for kind in kinds]
    except TypeError as error:
        raise not_text_error(values, str(error)) from error
    number = {text: k for k, text in enumerate(dict.fromkeys(t for t in texts if t is not None))}
    places = np.array([*(number.get(t, -1) if t is not None else -1 for t in texts), -1], np.int64)
    return TextColumn(list(number), places[codes])


def plain(value: object) -> object:
    """Return a NumPy scalar as Python's own."""
    return value.item() if isinstance(value, np.generic) else value


def not_text_error(values: pd.Series, why: str) -> DataError:
    """Return the error for a column of lists, records or bytes."""
    return DataError(
        f"column {clip_name(values.name)!r} holds no single answers ({clip_name(why)}): write it "
        "as text, several answers in a cell parted by '|' and counted with kind: multiple"
    )
