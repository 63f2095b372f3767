"""Rules: the coding of all outcomes of one rule, and the line on what it takes for granted."""

from collections.abc import Sequence

from sweep.data.answers.absent import check_absent
from sweep.data.answers.apart import tell_apart
from sweep.data.answers.asked import Asked, Question, by_default, totals
from sweep.data.answers.books import check_books
from sweep.data.answers.checks import CHECKS, check_twice, is_of_another_kind
from sweep.data.answers.choices import check_options, options_words
from sweep.data.answers.coding import code_answers, meant_by_words
from sweep.data.answers.lists import Shown, listed_answers
from sweep.data.answers.meaning import Coding, Meaning
from sweep.data.answers.ticks import check_slots, check_strangers, check_ticks
from sweep.data.answers.told import (
    CLOSED,
    columns_words,
    counted_words,
    every_answer,
    written,
)
from sweep.data.findings import Findings, KeyPath
from sweep.words.numbers import count_of
from sweep.words.values import few

__all__ = ["code_rule"]


def code_rule(
    questions: Sequence[Question],
    path: KeyPath,
    findings: Findings,
    *,
    named: bool = True,
    whole: bool = True,
    shown: Shown = "labels",
) -> dict[str, Coding]:
    """Return the coding of each of a rule's outcomes, and tell what its answers show.

    Parameters
    ----------
    path
        The rule's key: ``("study", "outcomes", 3)``.
    named
        Whether the config names the column; one taken by a pattern may be anything.
    whole
        Whether these are all of the rule's questions, and all respondents. Of a part, a listed
        answer that does not occur is a notice.
    """
    asked = [asked_of(question, shown) for question in questions]
    columns = [(q.column, q.tally, q.book) for q in questions]
    check_books(columns, asked[0].listed if asked else (), shown, path, findings)
    fine = [a for a in asked if not is_of_another_kind(a, path, named, findings)]
    check_twice(asked, path, findings)
    absent = check_absent(fine, path, whole, findings)
    for check in (*CHECKS, check_options, check_slots, check_strangers):
        check(fine, path, findings)
    check_ticks(fine, path, whole, findings)
    tell_apart(fine, path, findings)
    line = rule_line(fine, absent)
    if line:
        findings.notice(path, line)
    return {a.question.outcome: a.coding for a in asked}


def asked_of(question: Question, shown: Shown) -> Asked:
    """Return a question with the coding of its answers and what its lists name."""
    listed = listed_answers(question.lists, question.book, shown)
    coding = code_answers(question.lists, question.tally, question.book, shown, listed)
    return Asked(question, coding, tuple(listed))


def rule_line(asked: Sequence[Asked], absent: Sequence[str]) -> str:
    """Return the one line that says what a rule's answers count as where nothing was said."""
    if not asked:
        return ""
    parts: list[str] = []
    parts += options_words(asked)
    parts += [] if asked[0].question.lists.failure is not None else counted_by_default(asked)
    parts += [*all_yes_words(asked), *dont_know_words(asked), *against_words(asked)]
    unasked = totals(asked, lambda x: x.meaning is Meaning.NOT_ASKED)
    parts += [f"not asked: {counted_words(unasked)}"] if unasked else []
    parts += [*absent, *missing_words(asked)]
    broken = sum({a.question.sources: a.coding.broken for a in asked}.values())
    columns = [a.question.column for a in asked]
    parts += [f"{count_of(broken, 'respondent')} gave an exclusive answer and others"] * (
        broken > 0
    )
    return f"{columns_words(columns)}: {'; '.join(parts)}" if parts else ""


def counted_by_default(asked: Sequence[Asked]) -> list[str]:
    """Return what counts as no because nothing else was said, and beside it what as yes."""
    default = totals(asked, by_default)
    listed = [item.text for a in asked for item in a.listed]
    parts = [f"counts as no: {every_answer(default, dict.fromkeys(listed))}"] if default else []
    own = [a for a in asked if not a.question.makes_lists]
    yes = totals(own, lambda answer: answer.meaning is Meaning.YES)
    return parts + ([f"as yes: {few(list(yes), written, CLOSED)}"] if yes else [])


def against_words(asked: Sequence[Asked]) -> list[str]:
    """Return answers that a list takes for yes or no, and that say don't know or not asked."""
    listed = {Meaning.YES, Meaning.NO}
    answers = (answer for a in asked for answer in a.coding.answers)
    pairs = dict.fromkeys((x.text, x.label) for x in answers if x.said and x.meaning in listed)
    found = [text for text, label in pairs if meant_by_words(text, label) is not Meaning.NO]
    shown = few(found, written)
    return [f"listed as yes or no, though it says something else: {shown}"] if found else []


def all_yes_words(asked: Sequence[Asked]) -> list[str]:
    """Return in which columns every answer that counts is a yes: a blank may have meant no."""
    found = [a.question.column for a in asked if 0 < a.coding.n == a.coding.y]
    if len(found) < len(asked):
        return [f"nothing counts as no in {columns_words(found)}"] if found else []
    return ["nothing counts as no"] if found else []


def dont_know_words(asked: Sequence[Asked]) -> list[str]:
    """Return which answers are taken for don't know, and what they count."""
    as_no = totals(asked, lambda x: x.meaning is Meaning.DONT_KNOW and x.in_base)
    out = totals(asked, lambda x: x.meaning is Meaning.DONT_KNOW and not x.in_base)
    parts = [f"don't know, as no: {counted_words(as_no)}"] if as_no else []
    return parts + ([f"don't know, out of the base: {counted_words(out)}"] if out else [])


def missing_words(asked: Sequence[Asked]) -> list[str]:
    """Return how many respondents of the base have no answer: they count as not asked."""
    missing = [a for a in asked if a.coding.missing]
    if not missing:
        return []
    worst = max(missing, key=lambda a: a.coding.missing)
    base = worst.coding.respondents - worst.coding.outside
    name = f" in {worst.question.column!r}" if len(asked) > 1 else ""
    most = "at most " if len(asked) > 1 else ""
    return [f"without an answer, as if not asked: {most}{worst.coding.missing:,} of {base:,}{name}"]
