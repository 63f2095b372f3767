"""Question rows: rows below a header that are no respondents: question texts, and import ids.

Qualtrics writes two of them, its old export one, SurveyMonkey one. Import ids tell themselves. A
row of texts stands above what it cannot be an answer to: texts above numbers, or texts that occur
once above answers that repeat, and it holds no number nor any answer that occurs again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from sweep.data.answers.words import is_dont_know, is_none, is_not_asked
from sweep.errors import DataError
from sweep.words.text import fold
from sweep.words.values import few

if TYPE_CHECKING:
    pass

__all__ = ["LOOKED_AT", "QuestionRows", "check_import_ids", "question_rows"]

LOOKED_AT = 100  # rows
FEWEST = 3  # values below a text that are all numbers
CLOSED = 10  # values of a closed question, of which at most a third differ
QUESTION = 4  # words
BEGINNING = 4  # distinct texts among which two rows of Qualtrics are
SECOND_HEADER = frozenset({"response", "open-ended response"})  # of SurveyMonkey
IMPORT_ID = re.compile(r'\s*\{\s*"ImportId"\s*:')
PLAIN = re.compile(r"[-+]?[\d.,][-\d.,:/ +TZ]*(?: ?[AP]M)?|true|false", re.IGNORECASE)


@dataclass(frozen=True)
class QuestionRows:
    """How many rows below the header are no respondents, their texts by place, and what is told."""

    count: int = 0
    texts: tuple[str, ...] = ()
    note: str = ""


def question_rows(names: Sequence[str], rows: Iterator[Sequence[str]]) -> QuestionRows:
    """Return what stands between a header and the first respondent.

    ``rows`` are those below the header, as text: no more are taken than are needed.
    """
    first, second = next(rows, ()), next(rows, ())
    if are_import_ids(first):
        told = "row 2 holds Qualtrics' import ids and is no respondent: left out"
        return QuestionRows(1, (), told)
    if are_import_ids(second):
        told = "rows 2 and 3 hold Qualtrics' question texts and import ids and are no respondents"
        return QuestionRows(2, tuple(first), f"{told}: left out")
    if not (is_old_qualtrics(names, first) or are_questions(first, chain([second], rows))):
        return QuestionRows()
    shown = few([text for text in map(fold, first) if text], most=2)
    told = f"row 2 holds question texts, {shown}, and is no respondent: left out"
    return QuestionRows(1, tuple(first), told)


def are_import_ids(row: Sequence[str]) -> bool:
    """Return whether each value of a row is an import id, as ``{"ImportId":"QID1"}``."""
    written = [value for value in row if value.strip()]
    return bool(written) and all(map(IMPORT_ID.match, written))


def is_old_qualtrics(names: Sequence[str], row: Sequence[str]) -> bool:
    """Return whether a row is the second header of Qualtrics' old export."""
    return names[:1] in (["V1"], ("V1",)) and fold((*row, "")[0]).casefold() == "responseid"


def are_questions(row: Sequence[str], below: Iterator[Sequence[str]]) -> bool:
    """Return whether a row holds texts of questions, as those below it show."""
    texts = {place: text for place, value in enumerate(row) if (text := fold(value))}
    if len(texts) < 2 or any(map(PLAIN.fullmatch, texts.values())):
        return False
    others: dict[int, list[str]] = {place: [] for place in texts}
    for values in islice(below, LOOKED_AT):
        for place, found in others.items():
            if place < len(values) and (text := fold(values[place])):
                found.append(text)
    if any(text in others[place] for place, text in texts.items()):
        return False
    if any(text.casefold() in SECOND_HEADER for text in texts.values()):
        return True
    above_numbers = {t for place, t in texts.items() if stands_out(t, others[place])}
    if len(above_numbers) > 1:
        return True
    above_answers = {t for place, t in texts.items() if is_apart(t, others[place])}
    return len(above_answers) > 1 and any(map(is_question, above_answers))


def stands_out(text: str, others: Sequence[str]) -> bool:
    """Return whether a text that is no answer stands above numbers and dates alone."""
    numbers = len(others) >= FEWEST and all(map(PLAIN.fullmatch, others))
    return numbers and not (is_dont_know(text) or is_not_asked(text) or is_none(text))


def is_apart(text: str, others: Sequence[str]) -> bool:
    """Return whether a text occurs once above the few answers of a closed question, or numbers."""
    return len(others) >= CLOSED and (
        len(set(others)) * 3 <= len(others) or stands_out(text, others)
    )


def is_question(text: str) -> bool:
    """Return whether a text may be the wording of a question."""
    return "?" in text or len(text.split()) >= QUESTION


def check_import_ids(source: object, name: str, texts: Sequence[str]) -> None:
    """Check that a column does not begin with rows of Qualtrics that a program has kept.

    Raises
    ------
    DataError
        If one of its first texts is an import id.
    """
    if any(IMPORT_ID.match(text) for text in texts[:BEGINNING]):
        msg = (
            f"{source}: column {name!r} begins with Qualtrics' question text and import id, which"
            " are no respondents: leave these rows out where the file is made, or name the file"
            " that Qualtrics wrote"
        )
        raise DataError(msg)
