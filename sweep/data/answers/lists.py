"""Lists: the answers that a rule of the config names, each as the column at hand writes it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sweep.data.answers.likeness import same_key
from sweep.data.answers.meaning import Meaning
from sweep.data.codebook import ColumnBook
from sweep.data.findings import KeyPath
from sweep.words.text import text_of

__all__ = ["Listed", "Lists", "Shown", "claims", "listed_answers", "resolve"]

type Shown = Literal["labels", "codes"]
"""How a column with value labels is written: as its labels, or as its codes."""


class Lists(Protocol):
    """What lists answers: an outcome."""

    @property
    def success(self) -> Sequence[object]:
        """Return the answers that count as yes."""

    @property
    def failure(self) -> Sequence[object] | None:
        """Return the answers that count as no, None for all others."""

    @property
    def dont_know(self) -> str | Mapping[str, str] | None:
        """Return what becomes of don't-know answers, or of each, None if nothing is said."""

    @property
    def dont_know_values(self) -> Sequence[object] | None:
        """Return answers that mean don't know, beside those that every survey has."""

    @property
    def fixed(self) -> Mapping[str, Meaning]:
        """Return answers that the program makes, with what they mean."""

    @property
    def not_asked(self) -> Sequence[object]:
        """Return answers of people to whom the question was not put."""


@dataclass(frozen=True)
class Listed:
    """An answer in one of a rule's lists: where it stands, and the text that it names."""

    key: KeyPath
    text: str
    meaning: Meaning


def listed_answers(lists: Lists, book: ColumnBook, shown: Shown = "labels") -> list[Listed]:
    """Return every answer that the lists name, as a column with this book writes it."""
    return [
        Listed(key, resolve(text, book, shown), meaning)
        for key, answer, meaning in entries(lists)
        if (text := text_of(answer)) is not None
    ]


def entries(lists: Lists) -> Iterator[tuple[KeyPath, object, Meaning]]:
    """Yield the entries of all lists: the key below the rule's, the answer, what it means."""
    for word in lists.dont_know if isinstance(lists.dont_know, Mapping) else ():
        yield ("dont_know", word), word, Meaning.DONT_KNOW
    for key, answers, meaning in (
        ("success", lists.success, Meaning.YES),
        ("failure", lists.failure or (), Meaning.NO),
        ("dont_know_values", lists.dont_know_values or (), Meaning.DONT_KNOW),
        ("not_asked", lists.not_asked, Meaning.NOT_ASKED),
    ):
        for index, answer in enumerate(answers):
            yield (key, index), answer, meaning


def resolve(text: str, book: ColumnBook, shown: Shown = "labels") -> str:
    """Return the answer that a text names by its label or its code, as the column writes it.

    What is written in the way the column is shown comes first; of labels that are numbers, the
    other way round is another answer.
    """
    if not book.values:
        return text
    codes = {same_key(code): code for code in book.values}
    code = codes.get(same_key(text))
    if shown == "labels":
        is_label = text in book.values.values()
        return text if is_label or code is None else book.values[code]
    if code is not None:
        return code
    return next((code for code, label in book.values.items() if label == text), text)


def claims(listed: Sequence[Listed]) -> dict[str, Listed]:
    """Return who claims which answer; of two lists with one answer, the first."""
    found: dict[str, Listed] = {}
    for item in listed:
        found.setdefault(same_key(item.text), item)
    return found
