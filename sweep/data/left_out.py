"""Left out: the values of a column beside those that a condition names.

A condition compares exactly: ``country == 'Spain'`` is no 'spain', nor 'Espagne'. Nobody sees that
in the numbers, so what else there is gets told: what is written almost alike first, then the rare.
"""

from collections.abc import Collection, Mapping

import pandas as pd

from sweep.data.answers.likeness import are_twins, same_key
from sweep.expression import Expression, literals, normalise
from sweep.expression.values import distinct_of
from sweep.words.numbers import count_of
from sweep.words.telling import Tell
from sweep.words.text import text_of
from sweep.words.values import brief, few

__all__ = ["tell_left_out"]


def tell_left_out(
    condition: Expression,
    table: Mapping[str, pd.Series] | pd.DataFrame,
    tell: Tell,
) -> None:
    """Tell which other values the columns hold that a condition compares for equality.

    One other is what the condition is for, such as No beside Yes, and is not told unless it is
    almost a value that is named.
    """
    named: dict[str, list[str]] = {}
    for column, value in literals(condition):
        text = None if isinstance(value, bool) else text_of(value)
        if text is not None and column in table:
            named.setdefault(column, []).append(text)
    for column, texts in named.items():
        often = distinct_of(table[column], column).often()
        keys = set(map(same_key, texts))
        others = {text: n for text, n in often.items() if same_key(text) not in keys}
        twins = {text for text in others if any(are_twins(text, other) for other in texts)}
        if len(others) > 1 or twins:
            words = others_words(others, twins)
            tell(f"{normalise(condition)!r}: beside that, {column!r} is {words}")


def others_words(others: Mapping[str, int], twins: Collection[str]) -> str:
    """Return values with their counts; those that are written almost like a named one first."""
    order = sorted(others, key=lambda text: (text not in twins, others[text], text))
    slip = dict.fromkeys(twins, ", a slip of it?")
    return few([f"{brief(t)} ({count_of(others[t], 'row')}{slip.get(t, '')})" for t in order], str)
