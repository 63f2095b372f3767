"""Column: the answers of all respondents to one question, as they are or as they are made."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.columns import codes_of, texts_of

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
    """Return the answers in a column of a table."""
    return TextColumn(texts_of(values), codes_of(values).astype(np.int64))
