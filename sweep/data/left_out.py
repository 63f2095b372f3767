"""Left out: the values of a column beside those that a condition names.

A condition compares exactly: ``country == 'Spain'`` is no 'spain', nor 'Espagne'. Nobody sees that
in the numbers, so what else there is gets told: what is written almost alike first, then the rare.
"""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from sweep.data.answers.likeness import are_twins, same_key
from sweep.data.seen import Seen
from sweep.expression import Expression, literals, normalise
from sweep.expression.values import distinct_of
from sweep.words.numbers import count_of
from sweep.words.telling import Tell
from sweep.words.text import text_of
from sweep.words.values import brief, few

__all__ = ["tell_left_out", "tell_undecided"]

CLOSED = 50  # different values of a closed question, at most
MOST_SHOWN = 2  # conditions that a message shows


def tell_left_out(
    conditions: Sequence[Expression],
    table: Mapping[str, pd.Series] | pd.DataFrame,
    tell: Tell,
    twins_alone: bool = False,
) -> None:
    """Tell which other values the columns hold that conditions compare for equality.

    Of one other value, and of many, only those that are almost a value that is named: one is what
    the condition is for, such as No beside Yes, and many are no closed question's, but perhaps
    people's names. So it is where ``twins_alone`` are asked for.
    """
    words = " or ".join(normalise(one) for one in conditions[:MOST_SHOWN])
    for column, texts in named_texts(conditions, table).items():
        often = distinct_of(table[column], column).often()
        keys = set(map(same_key, texts))
        others = {text: n for text, n in often.items() if same_key(text) not in keys}
        if len(others) == len(often):
            continue  # nothing that is named is there: that is told where it is looked for
        twins = {text: n for text, n in others.items() if any(are_twins(text, t) for t in texts)}
        shown = twins if twins_alone or not 1 < len(others) <= CLOSED else others
        if shown:
            tell(f"{words!r}: beside that, {column!r} is {others_words(shown, twins)}")


def tell_undecided(condition: str, seen: Seen, tell: Tell) -> None:
    """Tell how many rows a condition keeps out because a missing value leaves it undecided."""
    true, false = seen.decided(condition)
    undecided = int((~seen.holds(condition) & ~true & ~false).sum())
    if undecided:
        words = normalise(seen.expression(condition))
        rows = count_of(undecided, "row")
        tell(f"{words!r}: a missing value leaves it undecided in {rows}: there it does not hold")


def named_texts(
    conditions: Sequence[Expression], table: Mapping[str, pd.Series] | pd.DataFrame
) -> dict[str, list[str]]:
    """Return by column of the table the values that conditions name, as text."""
    named: dict[str, list[str]] = {}
    for column, value in (pair for one in conditions for pair in literals(one)):
        text = None if isinstance(value, bool) else text_of(value)
        if text is not None and column in table:
            named.setdefault(column, []).append(text)
    return named


def others_words(others: Mapping[str, int], twins: Collection[str]) -> str:
    """Return values with their counts; those that are written almost like a named one first."""
    order = sorted(others, key=lambda text: (text not in twins, others[text], text))
    slip = dict.fromkeys(twins, ", a slip of it?")
    return few([f"{brief(t)} ({count_of(others[t], 'row')}{slip.get(t, '')})" for t in order], str)
