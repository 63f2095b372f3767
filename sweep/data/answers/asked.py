"""Asked: one question of a rule as its column has it, and the coding of its answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sweep.data.answers.block import Block
from sweep.data.answers.likeness import same_key
from sweep.data.answers.lists import Listed, Lists
from sweep.data.answers.meaning import CodedAnswer, Coding, Meaning, Tally
from sweep.data.codebook import ColumnBook

__all__ = ["Asked", "Question", "by_default", "totals"]


@dataclass(frozen=True)
class Question:
    """One outcome of a rule, as its column has it.

    An option of a question with several answers ``makes_lists`` itself: its success is in no list
    of the config. ``sources`` are the columns that are read for it, ``block`` is how the option
    lies in them. ``routed`` is whether the config says to whom the question was put.
    """

    outcome: str
    column: str
    lists: Lists
    tally: Tally
    book: ColumnBook
    makes_lists: bool = False
    sources: tuple[str, ...] = ()
    block: Block | None = None
    routed: bool = False


@dataclass(frozen=True)
class Asked:
    """A question with the coding of its answers and what the rule's lists name in its column."""

    question: Question
    coding: Coding
    listed: tuple[Listed, ...]

    def unsaid(self) -> dict[str, int]:
        """Return the answers that count as no because nothing else was said, with counts."""
        return {a.text: a.count for a in self.coding.answers if by_default(a)}

    def there(self) -> set[str]:
        """Return what occurs, also outside the base."""
        return {same_key(text) for text in (*self.question.tally.answers, *self.coding.beyond)}


def by_default(answer: CodedAnswer) -> bool:
    """Return whether an answer counts as no because nothing else was said."""
    return answer.meaning is Meaning.NO and not answer.said


def totals(asked: Sequence[Asked], fits: Callable[[CodedAnswer], bool]) -> dict[str, int]:
    """Return answers of some sort over all columns with their counts, the frequent first.

    Of a question with several answers in its cells, whoever did not choose stands in each of its
    options: these people count once.
    """
    of_question: dict[tuple[str, tuple[str, ...]], int] = {}
    for a in asked:
        own = a.question.sources if a.question.makes_lists else (a.question.outcome,)
        for answer in filter(fits, a.coding.answers):
            before = of_question.get((answer.text, own), 0)
            of_question[answer.text, own] = max(before, answer.count)
    found: dict[str, int] = {}
    for (text, _), count in of_question.items():
        found[text] = found.get(text, 0) + count
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
