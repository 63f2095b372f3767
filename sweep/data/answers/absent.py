"""Absent: listed answers that occur in no column of their rule, or in some of them only."""

from collections.abc import Sequence

from sweep.data.answers.asked import Asked, totals
from sweep.data.answers.likeness import are_twins, nearest_answers, same_key
from sweep.data.answers.lists import Listed
from sweep.data.answers.told import answer_words, columns_words, counted_words
from sweep.data.findings import Findings, KeyPath

__all__ = ["check_absent"]


def check_absent(
    asked: Sequence[Asked], path: KeyPath, whole: bool, findings: Findings
) -> list[str]:
    """Refuse listed answers that no column holds; return words on those that some do not."""
    answered = [a for a in asked if a.question.tally.answers]
    by_key: dict[KeyPath, list[tuple[Asked, Listed]]] = {}
    for a in answered:
        for item in a.listed:
            if not (a.question.makes_lists and item.key[0] == "success"):
                by_key.setdefault(item.key, []).append((a, item))
    words: list[str] = []
    for pairs in by_key.values():
        lacking = [(a, item) for a, item in pairs if same_key(item.text) not in a.there()]
        if lacking and len(lacking) == len(pairs) and whole:
            tell_absent(lacking[0][1], answered, path, findings)
        elif lacking and not tell_twins(lacking, path, findings):
            where = columns_words([a.question.column for a, _ in lacking])
            words.append(f"{answer_words([lacking[0][1].text])} does not occur in {where}")
    return words


def tell_absent(item: Listed, asked: Sequence[Asked], path: KeyPath, findings: Findings) -> None:
    """Refuse a listed answer that occurs nowhere, with the nearest that do."""
    free = totals(asked, lambda answer: not answer.said)
    every = totals(asked, lambda _: True)
    near = nearest_answers(item.text, free) or nearest_answers(item.text, every)
    shown = {text: every[text] for text in near} or dict(list((free or every).items())[:5])
    what = "the nearest" if near else "there"
    where = columns_words([a.question.column for a in asked])
    findings.mistake(
        (*path, *item.key),
        f"no answer in {where} is {answer_words([item.text])}; {what}: {counted_words(shown)}. "
        "Write one that occurs, or take this out",
    )


def tell_twins(lacking: Sequence[tuple[Asked, Listed]], path: KeyPath, findings: Findings) -> bool:
    """Refuse a listed answer where a column has a twin of it instead; return whether one has."""
    found = False
    for a, item in lacking:
        twins = {t: n for t, n in a.unsaid().items() if are_twins(t, item.text)}
        if twins:
            found = True
            findings.mistake(
                (*path, *item.key),
                f"no answer in column {a.question.column!r} is {answer_words([item.text])}, but "
                f"there is {counted_words(twins)}: add it to {item.key[0]}, or to another list",
                a.question.outcome,
            )
    return found
