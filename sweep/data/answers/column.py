"""Column: the answers of all respondents to one question, as they are or as they are made."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.columns import codes_of, texts_of, times_of

__all__ = ["GONE", "Columns", "TextColumn", "text_column"]

GONE = "\u200bmissing"
"""Stands in a question of several answers where what was said is called missing; no folded text."""


@dataclass(frozen=True)
class TextColumn:
    """Answers of respondents: the distinct texts, and where each respondent's is among them.

    ``codes`` are of shape (respondent,), -1 where there is no answer.
    """

    texts: list[str]
    codes: NDArray[np.integer]

    def counts(self, of: NDArray[np.bool_] | None = None) -> dict[str, int]:
        """Return how often each answer occurs among all or some respondents, if it does."""
        codes = self.codes if of is None or of.all() else self.codes[of]
        often = times_of(codes, len(self.texts)).tolist()
        return {text: n for text, n in zip(self.texts, often, strict=True) if n}

    def holds(self, wanted: dict[str, bool]) -> NDArray[np.bool_]:
        """Return where an answer is one that is wanted, shape (respondent,)."""
        flags = np.array([*(wanted[text] for text in self.texts), False], bool)
        where: NDArray[np.bool_] = flags[self.codes]
        return where


@dataclass(frozen=True)
class Columns:
    """A table's columns as answers: each is made when it is asked for, once for all outcomes.

    ``made`` are those that were, or that stand in place of the table's.
    """

    table: pd.DataFrame
    made: dict[str, TextColumn] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of respondents."""
        return len(self.table)

    def __getitem__(self, name: str) -> TextColumn:
        """Return the answers in a column."""
        if name not in self.made:
            self.made[name] = text_column(self.table[name])
        return self.made[name]


def text_column(values: pd.Series) -> TextColumn:
    """Return the answers in a column of a table."""
    return TextColumn(texts_of(values), codes_of(values))
