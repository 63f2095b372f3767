"""Asked: one question of a rule as its column has it, and the coding of its answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sweep.data.answers.likeness import same_key
from sweep.data.answers.lists import Listed, Lists
from sweep.data.answers.meaning import CodedAnswer, Coding, Meaning, Tally
from sweep.data.codebook import ColumnBook

__all__ = ["Asked", "Question", "by_default", "totals"]


@dataclass(frozen=True)
class Question:
    """One outcome of a rule, as its column has it.

    An option of a question with several answers ``makes_lists`` itself: its success is in no list
    of the config. ``sources`` are the columns that are read for it.
    """

    outcome: str
    column: str
    lists: Lists
    tally: Tally
    book: ColumnBook
    makes_lists: bool = False
    sources: tuple[str, ...] = ()


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
    """Return answers of some sort over all columns with their counts, the frequent first."""
    found: dict[str, int] = {}
    for answer in (answer for a in asked for answer in a.coding.answers if fits(answer)):
        found[answer.text] = found.get(answer.text, 0) + answer.count
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
