"""Ticks: columns of multiple choice that are taken for something else.

An item of multiple choice is a tick or nothing. Taken as a question of its own, its blanks would be
people who were not asked, and everybody else a yes. A slot, such as the first mention, holds any of
the options. Taken as an item, it would count who named one option first.
"""

from collections import Counter
from collections.abc import Sequence

from sweep.data.answers.asked import Asked
from sweep.data.answers.block import NOTHING, REST
from sweep.data.answers.meaning import Meaning
from sweep.data.answers.told import answer_words, columns_words, counted_words
from sweep.data.findings import Findings, KeyPath
from sweep.words.numbers import count_of

__all__ = ["check_slots", "check_strangers", "check_ticks"]

FEW = 30  # answers, all of them yes, that may be chance where others of the rule say no
SEVERAL = 3  # answers of a block of items that are more than yes and no


def check_ticks(asked: Sequence[Asked], path: KeyPath, whole: bool, findings: Findings) -> None:
    """Refuse plain questions that all who answered affirm, while others have no answer.

    Where the config says to whom the question was put, or which answers count as no, it is
    believed. ``whole`` is whether these are all respondents.
    """
    plain = [a for a in asked if a.question.block is None and a.coding.answers]
    ticks = [a for a in plain if is_ticked(a)]
    told = ticks if len(ticks) == len(plain) else [a for a in ticks if a.coding.n >= FEW]
    if not told or not whole:
        return
    worst = max(told, key=lambda a: a.coding.missing)
    success = ", ".join(answer_words([i.text]) for i in worst.listed if i.key[0] == "success")
    coding = worst.coding
    findings.mistake(
        path,
        f"{columns_words([a.question.column for a in told])}: every answer counts as yes and a "
        f"blank as not asked: {coding.n:,} of {coding.n:,} in {worst.question.column!r}, and "
        f"{count_of(coding.missing, 'respondent')} without an answer. If a blank is an option not "
        f"chosen, write match: with the question's columns, kind: multiple, success: [{success}] "
        "and all_blank: none or not_asked; if only these were asked, say who they are with base:",
    )


def is_ticked(a: Asked) -> bool:
    """Return whether all answers of a question are a yes, and some respondents have none."""
    coding = a.coding
    says_no = any(item.key[0] == "failure" for item in a.listed)
    return 0 < coding.n == coding.y and coding.missing > 0 and not (a.question.routed or says_no)


def check_slots(asked: Sequence[Asked], path: KeyPath, findings: Findings) -> None:
    """Refuse items that share several answers and have blanks, if the rule does not list the no's.

    First and second mention hold codes of options, and blanks where there was no further one.
    """
    items = items_of(asked)
    answers = [held_by(a) for a in items]
    often = Counter(text for there in answers for text in there)
    shared = [text for text, n in often.items() if n > 1]
    unsaid = {text for a in items for text in a.unsaid()}
    blank = any(a.coding.missing or NOTHING in a.question.tally.answers for a in items)
    held = {text for there in answers if not there.isdisjoint(shared) for text in there}
    if len(held) >= SEVERAL and len(shared) > 1 and blank and not unsaid.isdisjoint(shared):
        findings.mistake(
            path,
            f"{columns_words([a.question.column for a in items])} share the answers "
            f"{answer_words(sorted(shared))}, and have blanks. If each is a slot for any option, "
            "such as first and second mention, write the options into one column with a separator, "
            "or take them by a response set of the file (set:); if each is an item, list in "
            "failure which of these count as no",
        )


def check_strangers(asked: Sequence[Asked], path: KeyPath, findings: Findings) -> None:
    """Refuse an item without a yes whose answers no other item has: it is another question."""
    held = [(a, held_by(a)) for a in items_of(asked)]
    often = Counter(text for _, own in held for text in own)
    for a, own in held:
        unsaid = {text: n for text, n in a.unsaid().items() if text in own}
        others = often.total() > len(own)
        if unsaid and others and a.coding.y == 0 and all(often[text] == 1 for text in own):
            findings.mistake(
                path,
                f"column {a.question.column!r} holds {counted_words(unsaid, 2)}, which no other "
                "column of the question does, and nothing that counts as yes. Leave it out of "
                "match:, or list in failure what counts as no",
                a.question.outcome,
            )


def items_of(asked: Sequence[Asked]) -> list[Asked]:
    """Return the options that have a column of their own."""
    return [a for a in asked if a.question.block is not None and a.question.block.form == "items"]


def held_by(a: Asked) -> set[str]:
    """Return the answers in an item's column that count as yes or no."""
    real = (x.text for x in a.coding.answers if x.meaning in {Meaning.YES, Meaning.NO})
    return {text for text in real if text not in {REST, NOTHING}}
