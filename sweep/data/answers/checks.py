"""Checks: answers of which the config must say what they mean, or cannot mean what it says."""

from collections.abc import Iterator, Mapping, Sequence

from sweep.data.answers.asked import Asked, by_default, totals
from sweep.data.answers.block import NOTHING
from sweep.data.answers.likeness import are_alike, same_key
from sweep.data.answers.lists import Listed, claims
from sweep.data.answers.meaning import Meaning
from sweep.data.answers.several import separator_of
from sweep.data.answers.told import answer_words, columns_words, counted_words
from sweep.data.answers.words import is_unwritten
from sweep.data.findings import Findings, KeyPath
from sweep.words.text import number_of

__all__ = ["CHECKS", "check_twice", "is_of_another_kind", "suspects"]

MOST_ANSWERS = 50  # different answers to a question that is taken by a pattern
CODES = frozenset(
    {
        *(77, 88, 97, 98, 99, 997, 998, 999, 9997, 9998, 9999),
        *(*range(-9, 0), -77, -88, -97, -98, -99, -997, -998, -999),
    }
)
"""Numbers that stand for no answer in many files, where all others are small."""
SMALL, ABOVE = 20, -1


def is_of_another_kind(asked: Asked, path: KeyPath, named: bool, findings: Findings) -> bool:
    """Return whether a column holds no answers to one question, having told so."""
    question, answers = asked.question, asked.question.tally.answers
    claimed = [text for text in answers if same_key(text) in claims(asked.listed)]
    separator = None if question.makes_lists else separator_of(answers, claimed)
    if separator is not None:
        cells = {t: n for t, n in answers.items() if separator in t and t not in claimed}
        findings.mistake(
            path,
            f"column {question.column!r} holds several answers in one cell: "
            f"{counted_words(cells)}: write kind: multiple, separator: {separator!r} into its "
            "rule, or, if each is one answer, list them in success or failure",
            question.outcome,
        )
        return True
    if named or len(answers) <= MOST_ANSWERS:
        return False
    findings.mistake(
        path,
        f"column {question.column!r} has {len(answers):,} different answers, such as "
        f"{counted_words(dict(list(answers.items())[:2]), 2)}: no closed question. Leave it out "
        "with study.exclude, or name it in a rule of its own (name:, column:)",
        question.outcome,
    )
    return True


def check_twice(asked: Sequence[Asked], path: KeyPath, findings: Findings) -> None:
    """Refuse an answer that two lists claim, by whatever names."""
    told: set[KeyPath] = set()
    for a in asked:
        first = claims(a.listed)
        for item in a.listed:
            other = first[same_key(item.text)]
            if other.meaning is not item.meaning and item.key not in told:
                told.add(item.key)
                where = f"{other.key[0]} as well as in {item.key[0]}"
                told_as = answer_words([item.text])
                findings.mistake((*path, *item.key), f"{told_as} is in {where}: leave one")


def check_dont_know(asked: Sequence[Asked], path: KeyPath, findings: Findings) -> None:
    """Refuse don't-know answers of which nobody said what becomes of them."""
    open_ = totals(asked, lambda x: x.meaning is Meaning.DONT_KNOW and not x.said)
    if open_:
        each = ", ".join(f"{text!r}: in_base" for text in list(open_)[:2])
        findings.mistake(
            (*path, "dont_know"),
            f"{counted_words(open_)}: these say don't know. Write dont_know: in_base (they count "
            "as no), dont_know: out_of_base (they do not count), or what each is: "
            f"dont_know: {{{each}}}",
        )


def check_codes(asked: Sequence[Asked], path: KeyPath, findings: Findings) -> None:
    """Refuse numbers that look like codes for no answer, if no list names them."""
    found: dict[str, int] = {}
    for a in asked:
        for text in suspects(a.question.tally.answers):
            if text in a.unsaid():
                found[text] = found.get(text, 0) + a.unsaid()[text]
    if found:
        findings.mistake(
            path,
            f"{counted_words(found)}: these look like codes for no answer, for all others are "
            f"numbers below {SMALL}. Name them in dont_know_values or not_asked, in success or "
            "failure if they are answers, or in study.survey.missing_values",
        )


def check_unwritten(asked: Sequence[Asked], path: KeyPath, findings: Findings) -> None:
    """Refuse marks that programs write for no answer, if no list names them."""
    found = totals(asked, lambda answer: by_default(answer) and is_unwritten(answer.text))
    if found:
        findings.mistake(
            path,
            f"{counted_words(found)}: these look like no answer. Name them in dont_know_values or "
            "not_asked, or in study.survey.missing_values",
        )


def suspects(answers: Mapping[str, int]) -> list[str]:
    """Return the answers of a column of small numbers that may be codes for none."""
    numbers = {text: number_of(text) for text in answers}
    usual = [number for number in numbers.values() if number not in CODES]
    small = all(number is not None and ABOVE < number < SMALL for number in usual)
    return [text for text, n in numbers.items() if n in CODES] if usual and small else []


def check_alike(asked: Sequence[Asked], path: KeyPath, findings: Findings) -> None:
    """Refuse an answer that no list claims and that differs from a listed one in form only."""
    for item, text, a in alike(asked):
        findings.mistake(
            (*path, *item.key),
            f"column {a.question.column!r} has {answer_words([item.text])} and also "
            f"{counted_words({text: a.unsaid()[text]})}: add it to {item.key[0]}, or to another "
            "list if it means something else",
            a.question.outcome,
        )


def alike(asked: Sequence[Asked]) -> Iterator[tuple[Listed, str, Asked]]:
    """Yield listed answers that occur, with an unlisted one in the same column that is alike."""
    for a in asked:
        there = a.there()
        for item in a.listed:
            if same_key(item.text) in there:
                yield from ((item, t, a) for t in a.unsaid() if are_alike(t, item.text))


def check_strange(asked: Sequence[Asked], path: KeyPath, findings: Findings) -> None:
    """Refuse answers that no list claims, where the config lists those that count as no."""
    closed = [a for a in asked if a.question.lists.failure is not None]
    strange = totals(closed, by_default)
    if strange:
        where = columns_words([a.question.column for a in closed if a.unsaid()])
        findings.mistake(
            (*path, "failure"),
            f"{counted_words(strange)} in {where}: in no list of this rule. Add each to success, "
            "failure, dont_know_values or not_asked",
        )


def check_blank(asked: Sequence[Asked], path: KeyPath, findings: Findings) -> None:
    """Refuse people with nothing in a question of several answers, if nobody said what they are."""
    open_ = [
        (answer.count, a)
        for a in asked
        for answer in a.coding.answers
        if answer.text == NOTHING and not answer.said
    ]
    if open_:
        blank, worst = max(open_, key=lambda pair: pair[0])
        base = sum(worst.question.tally.answers.values())
        findings.mistake(
            (*path, "all_blank"),
            f"{blank:,} of {base:,} respondents have nothing in this question. Write all_blank: "
            f"none if they chose none of the options (a base of {base:,}), or all_blank: not_asked "
            f"if it was not put to them (a base of {base - blank:,})",
        )


CHECKS = (
    check_blank,
    check_dont_know,
    check_codes,
    check_unwritten,
    check_alike,
    check_strange,
)
"""What is asked of all columns of a rule together; each tells what it finds."""
