"""Twins: values of a column that a condition does not name, though they are written almost alike.

A condition compares exactly: ``country == 'Spain'`` leaves out whoever wrote 'spain'. Nobody means
that, so it is told.
"""

from collections.abc import Mapping

import pandas as pd

from sweep.data.answers.likeness import are_twins
from sweep.data.columns import how_often
from sweep.expression import Expression, literals, normalise
from sweep.words.numbers import count_of
from sweep.words.telling import Tell
from sweep.words.text import fold
from sweep.words.values import brief, few

__all__ = ["tell_twins"]


def tell_twins(
    condition: Expression, table: Mapping[str, pd.Series] | pd.DataFrame, tell: Tell
) -> None:
    """Tell of values like those that a condition names, which it takes for others."""
    named: dict[str, list[str]] = {}
    for column, value in literals(condition):
        if isinstance(value, str) and column in table:
            named.setdefault(column, []).append(fold(value))
    for column, texts in named.items():
        often = how_often(table[column])
        for text in [text for text in texts if text in often]:
            others = {t: n for t, n in often.items() if t not in texts and are_twins(t, text)}
            if others:
                words = few([f"{brief(t)} ({count_of(n, 'row')})" for t, n in others.items()], str)
                tell(
                    f"{normalise(condition)!r}: column {column!r} holds {words} beside "
                    f"{brief(text)}, which the condition takes for another value: recode it in "
                    "study.derive, or name it as well"
                )
