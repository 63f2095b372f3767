"""Meaning: what each answer to one question counts as, with its count: the coding of an outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sweep.keys import Json

__all__ = ["CodedAnswer", "Coding", "Meaning", "Tally"]


MOST_KEPT = 50  # answers that count as no by default
LEAST_SHARED = 10  # respondents who gave an answer, if there are more than these


class Meaning(StrEnum):
    """What an answer counts as."""

    YES = "yes"
    NO = "no"
    DONT_KNOW = "don't know"
    NOT_ASKED = "not asked"
    MISSING = "missing"


@dataclass(frozen=True)
class Tally:
    """How often each answer to one question occurs, among the respondents that are kept.

    ``answers`` are folded texts, of respondents whom the outcome's base lets in; of those,
    ``missing`` have no answer. ``outside`` are kept out by the base; ``beyond`` are answers that
    only they gave. ``broken`` gave an exclusive answer, such as "None of these", with others.
    """

    answers: Mapping[str, int]
    missing: int = 0
    outside: int = 0
    beyond: tuple[str, ...] = ()
    broken: int = 0


@dataclass(frozen=True)
class CodedAnswer:
    """One answer: its text, its label where the file has another, how many gave it, what it means.

    ``said`` is whether the config says what it means, and not a default. ``in_base`` is whether it
    counts: as yes, or as no.
    """

    text: str
    label: str | None
    count: int
    meaning: Meaning
    said: bool
    in_base: bool


@dataclass(frozen=True)
class Coding:
    """Every answer to one question, most frequent first, and who has none; see `Tally`."""

    answers: tuple[CodedAnswer, ...]
    missing: int
    outside: int = 0
    beyond: tuple[str, ...] = ()
    broken: int = 0

    @property
    def respondents(self) -> int:
        """Return everybody: in the base or not, with an answer or without."""
        return sum(answer.count for answer in self.answers) + self.missing + self.outside

    @property
    def n(self) -> int:
        """Return how many answers count."""
        return sum(answer.count for answer in self.answers if answer.in_base)

    @property
    def y(self) -> int:
        """Return how many answers count as yes."""
        return sum(answer.count for answer in self.answers if answer.meaning is Meaning.YES)

    def tally(self) -> Tally:
        """Return the answers without their meanings."""
        there = {answer.text: answer.count for answer in self.answers}
        return Tally(there, self.missing, self.outside, self.beyond, self.broken)

    def folded(self) -> "Coding":
        """Return the coding as it may be kept: of too many answers, the frequent and the named.

        What many respondents wrote each for themselves may be their names. The rest is one row.
        """
        rest = [a for a in self.answers if not a.said and a.meaning is Meaning.NO]
        if len(rest) <= MOST_KEPT:
            return self
        shown = {a.text for a in rest[: MOST_KEPT - 1] if a.count >= LEAST_SHARED}
        hidden = [a for a in rest if a.text not in shown]
        words = f"({len(hidden):,} other answers)"
        other = CodedAnswer(words, None, sum(a.count for a in hidden), Meaning.NO, False, True)
        names = {a.text for a in hidden}
        kept = [a for a in self.answers if a.text not in names]
        order = sorted([*kept, other], key=lambda answer: (-answer.count, answer.text))
        return replace(self, answers=tuple(order))

    def as_json(self) -> Json:
        """Return the coding as it is stored beside the counts."""
        rows = [{**vars(answer), "meaning": str(answer.meaning)} for answer in self.answers]
        rest = {k: v for k, v in vars(self).items() if k != "answers"}
        return {"answers": rows, **rest, "beyond": list(self.beyond)}

    @classmethod
    def from_json(cls, stored: Json) -> "Coding":
        """Return a coding as it was stored."""
        rows = [{**row, "meaning": Meaning(row["meaning"])} for row in stored["answers"]]
        made = {"answers": tuple(CodedAnswer(**row) for row in rows)}
        return cls(**{**stored, **made, "beyond": tuple(stored["beyond"])})
