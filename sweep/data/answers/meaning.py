"""Meaning: what each answer to one question counts as, with its count: the coding of an outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sweep.keys import Json

__all__ = ["CodedAnswer", "Coding", "Meaning", "Tally"]


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
