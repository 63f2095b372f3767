"""Choices: what the options that were found in the answers of a question cannot be.

Of cells with several answers nobody lists the options: each text becomes one. These checks are
those that a list of the config would have had.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from sweep.data.answers.asked import Asked
from sweep.data.answers.checks import suspects
from sweep.data.answers.likeness import are_alike, are_twins, same_key
from sweep.data.answers.several import SEPARATORS, parts_of
from sweep.data.answers.told import answer_words, counted_words, written
from sweep.data.answers.words import is_unwritten
from sweep.data.findings import Findings, KeyPath

__all__ = ["check_options", "options_words"]

MOST = 50  # options, above which those that hardly anybody chose show that it is free text
HARDLY = 2  # people
SLIP = 20  # times as frequent as a slip is what was meant
SHOWN = 8  # options that a line names


def check_options(asked: Sequence[Asked], path: KeyPath, findings: Findings) -> None:
    """Refuse options that are one, several, none at all, or what people wrote for themselves."""
    for group in questions_of(asked):
        column = group[0].question.sources[0]
        for fault in faults_of(group):
            findings.mistake(path, f"column {column!r}: {fault}", group[0].question.outcome)


def faults_of(group: Sequence[Asked]) -> Iterator[str]:
    """Yield what is wrong with the options of one question."""
    options, block = chosen(group), group[0].question.block
    for one, other in combinations(options, 2):
        if are_alike(one, other):
            pair = counted_words({one: options[one], other: options[other]})
            yield f"the options {pair} differ in form only: write them in one way"
    named = {*map(same_key, block.none)} if block is not None else set()
    labelled = {*group[0].question.book.values}
    codes = {text for text in suspects(options) if text not in labelled}
    odd = {t: n for t, n in options.items() if t in codes or is_unwritten(t)}
    odd = {t: n for t, n in odd.items() if same_key(t) not in named}
    if odd:
        yield (
            f"the options {counted_words(odd)} look like codes for no answer. Name them in "
            "dont_know_values or not_asked, in none if they exclude the others, or in "
            "study.survey.missing_values"
        )
    if block is not None and block.separator is not None:
        yield from uncut(options, block.separator)
        yield from halves(options, block.separator)
    rare = {text: n for text, n in options.items() if n <= HARDLY}
    if len(options) > MOST and 2 * len(rare) > len(options):
        yield (
            f"{len(options):,} options, of which {len(rare):,} were chosen by {HARDLY} people at "
            f"most, such as {counted_words(rare, 2)}: no closed question. Leave the open answers "
            "out of the cells, or code them"
        )


def uncut(options: Mapping[str, int], separator: str) -> Iterator[str]:
    """Yield which options are several, parted by something else than the separator."""
    for other in SEPARATORS:
        enough = any if other in "|;" else all
        found = {
            text: n
            for text, n in options.items()
            if other not in separator
            and len(parts := parts_of(text, other)) > 1
            and enough(part in options for part in parts)
        }
        if found:
            yield (
                f"the options {counted_words(found)} are several, with {other!r} between them, and "
                f"the rule's separator is {separator!r}: write all cells with one separator"
            )
            return


def halves(options: Mapping[str, int], separator: str) -> Iterator[str]:
    """Yield which options are halves, for the separator stands inside brackets as well."""
    opened = {t: n for t, n in options.items() if t.count("(") > t.count(")")}
    closed = {t: n for t, n in options.items() if t.count("(") < t.count(")")}
    if opened and closed:
        yield (
            f"the separator {separator!r} also stands inside brackets, and cuts options such as "
            f"{counted_words(opened, 2)} from {counted_words(closed, 2)}: write the cells with a "
            "separator that occurs in no option"
        )


def questions_of(asked: Sequence[Asked]) -> list[list[Asked]]:
    """Return the options of each question whose answers make its options."""
    groups: dict[tuple[str, ...], list[Asked]] = {}
    for a in asked:
        block = a.question.block
        if a.question.makes_lists and block is not None and block.form != "items":
            groups.setdefault(a.question.sources, []).append(a)
    return list(groups.values())


def chosen(group: Sequence[Asked]) -> dict[str, int]:
    """Return the options of a question, each with how many people chose it."""
    return {a.question.block.option: a.coding.y for a in group if a.question.block is not None}


def options_words(asked: Sequence[Asked]) -> list[str]:
    """Return the options that were found in the answers with their counts, the rare first."""
    words = []
    for group in questions_of(asked):
        options = chosen(group)
        order = dict(sorted(options.items(), key=lambda pair: (pair[1], pair[0])))
        slips = {text: meant for text in order if (meant := meant_by(text, order))}
        shown = [*slips, *(text for text in order if text not in slips)]
        parts = [
            f"{written(t)} ({order[t]:,})"
            + (f", a slip of {answer_words([slips[t]])}?" if t in slips else "")
            for t in shown[:SHOWN]
        ]
        more = len(shown) - len(parts)
        words.append(
            "options, the rare first: " + ", ".join(parts) + f" and {more:,} more" * (more > 0)
        )
    return words


def meant_by(text: str, options: Mapping[str, int]) -> str | None:
    """Return the frequent option of which a rare one is a slip, None if it is none."""
    near = [o for o, n in options.items() if n >= SLIP * max(options[text], 1) and o != text]
    return next((other for other in near if are_twins(text, other)), None)
