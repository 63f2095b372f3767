"""Routes: to whom a question was put, where the answers to another one tell it.

Whoever gave one of some answers to an earlier question has an answer, nobody else has: then the
question was put to these.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.proposal.conditions import is_one_of_words, quoted
from sweep.proposal.survey import Column
from sweep.words.text import number_of

__all__ = ["Route", "condition", "route_of"]

MOST_ANSWERS = 12  # to the question that routes
LEAST_ANSWERED = 0.9  # of those whom a question was put to

type Truth = NDArray[np.bool_]


@dataclass(frozen=True)
class Route:
    """To whom a question was put: those who gave one of some answers to another question."""

    column: Column
    answers: tuple[str, ...]

    @property
    def words(self) -> str:
        """Return the condition that says so."""
        return condition(self.column, self.answers)


def route_of(there: Truth, before: Sequence[Column]) -> Route | None:
    """Return to whom a question was put that some rows (row,) answered, None if nothing tells.

    ``before`` are the questions that stand before it. The one that most respondents answered
    decides; among several, the one that needs the fewest answers, and the nearest.
    """
    found: list[tuple[int, int, int, Route]] = []
    for column in before:
        if not 1 < len(column.counts) <= MOST_ANSWERS:
            continue
        answers = answers_that_route(there, column)
        if answers:
            route = Route(column, answers)
            found.append((-column.answered, len(answers), -column.place, route))
    return min(found, key=lambda item: item[:3])[3] if found else None


def answers_that_route(there: Truth, column: Column) -> tuple[str, ...]:
    """Return the answers to a column without which nobody, and with which nearly all are there."""
    if np.any(there & ~column.there):
        return ()
    all_ = np.array(list(column.counts.values()))
    here = np.bincount(column.codes[there], minlength=len(all_))
    chosen = here > 0
    if chosen.all() or here.sum() < LEAST_ANSWERED * all_[chosen].sum():
        return ()
    return tuple(text for text, taken in zip(column.counts, chosen, strict=True) if taken)


def condition(column: Column, answers: Sequence[str]) -> str:
    """Return the expression that a column holds one of some answers."""
    return is_one_of_words(column.name, [literal(column, text) for text in answers])


def literal(column: Column, text: str) -> str:
    """Return an answer as an expression writes it: a number of a column of numbers bare."""
    bare = number_of(text) is not None and not column.book.values
    return text if bare else quoted(text)
