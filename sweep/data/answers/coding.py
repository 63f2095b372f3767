"""Coding: what each answer of one question counts as, by the lists of its rule and the words.

The one place where that is decided: what is shown is what is counted.
"""

from collections.abc import Mapping, Sequence

from sweep.data.answers.block import NOTHING
from sweep.data.answers.likeness import same_key
from sweep.data.answers.lists import Listed, Lists, Shown, claims, listed_answers
from sweep.data.answers.meaning import CodedAnswer, Coding, Meaning, Tally
from sweep.data.answers.words import is_dont_know, is_not_asked
from sweep.data.codebook import ColumnBook

__all__ = ["code_answers", "decision", "label_of", "meant_by_words"]


def code_answers(
    lists: Lists,
    tally: Tally,
    book: ColumnBook,
    shown: Shown = "labels",
    listed: Sequence[Listed] | None = None,
) -> Coding:
    """Return the coding of a question's answers.

    A list of the config decides; else, of an answer or its label, the words that mean don't know
    or not asked in every survey; everything else is a no. A don't-know answer counts (as no) where
    the config says ``in_base``; where it says nothing it does not, and `sweep.data.answers.rules`
    refuses that. ``listed`` is what the lists name in the column, if that is known.
    """
    known = claims(listed_answers(lists, book, shown) if listed is None else listed)
    coded = [
        coded_answer(lists, known, text, count, label_of(text, book, shown))
        for text, count in tally.answers.items()
    ]
    coded.sort(key=lambda answer: (-answer.count, answer.text))
    return Coding(tuple(coded), tally.missing, tally.outside, tally.beyond, tally.broken)


def coded_answer(
    lists: Lists, known: Mapping[str, Listed], text: str, count: int, label: str | None
) -> CodedAnswer:
    """Return one answer with its meaning."""
    if text in lists.fixed:
        meaning = lists.fixed[text]
        return CodedAnswer(text, label, count, meaning, True, meaning is Meaning.NO)
    if text == NOTHING:  # undecided: it does not count, and is refused
        return CodedAnswer(text, label, count, Meaning.NOT_ASKED, False, False)
    claim = known.get(same_key(text))
    meaning = meant_by_words(text, label) if claim is None else claim.meaning
    said = claim is not None
    if meaning is Meaning.DONT_KNOW:
        decided = decision(lists, known, text)
        return CodedAnswer(text, label, count, meaning, decided is not None, decided == "in_base")
    in_base = meaning in {Meaning.YES, Meaning.NO}
    return CodedAnswer(text, label, count, meaning, said, in_base)


def meant_by_words(text: str, label: str | None) -> Meaning:
    """Return what an answer that no list claims means."""
    spoken = [text] if label is None else [text, label]
    if any(map(is_dont_know, spoken)):
        return Meaning.DONT_KNOW
    return Meaning.NOT_ASKED if any(map(is_not_asked, spoken)) else Meaning.NO


def decision(lists: Lists, known: Mapping[str, Listed], text: str) -> str | None:
    """Return what becomes of a don't-know answer: ``in_base``, ``out_of_base``; None if unsaid."""
    if not isinstance(lists.dont_know, Mapping):
        return lists.dont_know
    claim = known.get(same_key(text))
    if claim is None or claim.key[0] != "dont_know":
        return None
    return lists.dont_know[str(claim.key[1])]


def label_of(text: str, book: ColumnBook, shown: Shown) -> str | None:
    """Return the label of an answer that is shown as its code."""
    return book.values.get(text) if shown == "codes" else None
