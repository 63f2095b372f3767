"""Named missing: answers that the survey's file calls missing, and a rule names all the same.

SPSS files call "Don't know" missing by habit. A rule that says what such an answer counts as knows
better: it is an answer then, to that rule's outcomes alone.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sweep.data.answers.likeness import same_key
from sweep.data.answers.lists import Lists, Shown, claims, listed_answers
from sweep.data.answers.words import is_dont_know
from sweep.data.codebook import ColumnBook
from sweep.data.columns import codes_of as places_of
from sweep.data.columns import renamed, text_series, texts_of

__all__ = ["answers_named", "named_missing"]


def named_missing(lists: Lists, book: ColumnBook, shown: Shown = "labels") -> tuple[str, ...]:
    """Return the codes that the file calls missing and that lists name, in the file's order.

    Where all don't-know answers are ``in_base``, those whose label says don't know are named too.
    """
    if not book.missing and not book.missing_ranges:
        return ()
    known = claims(listed_answers(lists, book, shown))
    codes = dict.fromkeys([*book.values, *book.missing, *(item.text for item in known.values())])
    counts = lists.dont_know == "in_base"

    def is_named(code: str) -> bool:
        label = book.values.get(code, code)
        shown_as = label if shown == "labels" else code
        return same_key(shown_as) in known or (counts and is_dont_know(label))

    return tuple(code for code in codes if book.calls_missing(code) and is_named(code))


def answers_named(
    values: pd.Series, codes: tuple[str, ...], book: ColumnBook, labels: Mapping[str, str]
) -> pd.Series:
    """Return a column of codes (row,) as its answers are shown, without what is missing.

    ``codes`` are those that count though the file calls them missing.
    """
    texts = texts_of(values)
    kept = [t for t in texts if t in codes or not book.calls_missing(t)]
    place = {text: k for k, text in enumerate(kept)}
    again = np.array([place.get(text, -1) for text in texts] + [-1], np.int64)
    made = text_series(again[places_of(values)], kept, values.index)
    return renamed(made, labels) if labels else made
