"""Told: how messages and tables write answers: with their counts, the most suspicious first."""

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise

from sweep.data.answers.likeness import are_twins
from sweep.words.numbers import count_of
from sweep.words.text import number_of
from sweep.words.values import MOST, clip, few

__all__ = [
    "CLOSED",
    "answer_words",
    "columns_words",
    "counted_words",
    "every_answer",
    "names_words",
    "written",
]

CLOSED = 12  # answers of a closed question, which a line names all; of more, a few
LONGEST = 60  # characters of one answer
ALL_NAMED = 3  # columns that a message names all
RUN = 3  # whole numbers in a row that are written as from and to


def written(text: str) -> str:
    """Return an answer as the config would name it."""
    return text if number_of(text) is not None else repr(clip(text, LONGEST))


def answer_words(answers: Iterable[str]) -> str:
    """Return some answers in words, five at most."""
    return few(list(answers), written)


def counted_words(counts: Mapping[str, int], most: int = MOST) -> str:
    """Return answers with their counts, the first ``most``, and how many more there are."""
    shown = [f"{written(text)} ({n:,})" for text, n in list(counts.items())[:most]]
    more = len(counts) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def every_answer(counts: Mapping[str, int], listed: Collection[str]) -> str:
    """Return answers with counts: of a closed question all of them, else the suspicious first.

    First those that are a slip away from a listed one, then words, the frequent first; whole
    numbers in a row are written as from and to, and come last.
    """
    twins = {t: n for t, n in counts.items() if any(are_twins(t, other) for other in listed)}
    numbers = {t: n for t, n in counts.items() if number_of(t) is not None and t not in twins}
    words = {t: n for t, n in counts.items() if t not in twins and t not in numbers}
    runs = numbers_in_runs(numbers)
    once = sum(n == 1 for n in counts.values())  # many of these are no closed question's
    whole = len(twins) + len(words) + len(runs) <= CLOSED and once <= MOST
    parts = [f"{written(t)} ({n:,}), a slip of a listed one?" for t, n in twins.items()]
    parts += [f"{written(t)} ({n:,})" for t, n in words.items()] + runs
    shown = parts if whole else parts[:MOST]
    more = len(parts) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def numbers_in_runs(counts: Mapping[str, int]) -> list[str]:
    """Return numbers with their counts in order, whole ones in a row as from and to."""
    order = sorted(counts, key=lambda text: (number_of(text) or 0.0, text))
    runs: list[list[str]] = [[text] for text in order[:1]]
    for before, text in pairwise(order):
        last, number = number_of(before), number_of(text)
        follows = last is not None and number == last + 1 and number.is_integer()
        if follows:
            runs[-1].append(text)
        else:
            runs.append([text])
    parts: list[str] = []
    for run in runs:
        if len(run) >= RUN:
            parts.append(f"{run[0]} to {run[-1]} ({sum(counts[t] for t in run):,})")
        else:
            parts += [f"{text} ({counts[text]:,})" for text in run]
    return parts


def columns_words(columns: Collection[str]) -> str:
    """Return the columns that something is true of: by name, or the first of them."""
    if len(columns) == 1:
        return f"column {clip(next(iter(columns)), LONGEST)!r}"
    return f"{count_of(len(columns), 'column')} ({names_words(columns)})"


def names_words(names: Collection[str]) -> str:
    """Return some names in words: all of a few, the first two of many."""
    shown = [clip(name, LONGEST) for name in names]
    if len(shown) <= ALL_NAMED:
        return ", ".join(shown)
    return f"{shown[0]}, {shown[1]} and {len(shown) - 2:,} more"
