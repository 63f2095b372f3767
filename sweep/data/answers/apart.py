"""Apart: codes from 7 to 9 beside a short scale from 0 or 1, as many files write no answer.

They may be answers (a scale to 9 of which few use the middle), so that they are told, not refused.
"""

from collections.abc import Iterable, Sequence

from sweep.data.answers.asked import Asked
from sweep.data.answers.told import columns_words, counted_words
from sweep.data.findings import Findings, KeyPath
from sweep.words.text import number_of

__all__ = ["apart", "tell_apart"]

LAST = frozenset({7, 8, 9})
FIRST = frozenset({0, 1})
SHORTEST = 2  # codes of a scale


def tell_apart(asked: Sequence[Asked], path: KeyPath, findings: Findings) -> None:
    """Tell of codes that count as no by default, and stand apart from the others as non-answers do.

    A code with a label is none of them: the label says what it is. Where another column of the rule
    fills the gap, all are one scale.
    """
    plain = [a for a in asked if not a.question.makes_lists]
    everywhere = [text for a in plain for text in codes_in(a)]
    found: dict[str, int] = {}
    scales, columns = list[int](), list[str]()
    for a in plain:
        codes, scale = apart(codes_in(a))
        known = a.question.book.values
        unsaid = {t: n for t, n in a.unsaid().items() if t in codes and t not in known}
        if unsaid and not fills(everywhere, scale, codes):
            columns.append(a.question.column)
            scales += [scale]
            found |= {text: found.get(text, 0) + n for text, n in unsaid.items()}
    if found:
        findings.notice(
            path,
            f"{columns_words(columns)}: {counted_words(found)} among answers to {max(scales)} "
            "count as no, and stand apart as codes for no answer do. If so, name them in "
            "dont_know_values or not_asked, or in study.survey.missing_values",
        )


def codes_in(asked: Asked) -> list[str]:
    """Return the codes of a question's answers: of a label its code, else what is written."""
    codes = {label: code for code, label in asked.question.book.values.items()}
    return [codes.get(text, text) for text in asked.question.tally.answers]


def apart(answers: Iterable[str]) -> tuple[tuple[str, ...], int]:
    """Return the codes that stand apart behind a scale of whole numbers, and the scale's last.

    At least one code between the two must be missing.
    """
    codes: dict[int, str] = {}
    for text in answers:
        number = number_of(text)
        if number is None or not number.is_integer() or not 0 <= number <= max(LAST):
            return (), 0
        codes[int(number)] = text
    first = min(codes, default=-1)
    last = next((k for k in range(first, max(LAST) + 1) if k + 1 not in codes), first)
    behind = [k for k in sorted(codes) if k > last]
    if first not in FIRST or last - first + 1 < SHORTEST or not LAST.issuperset(behind):
        return (), 0
    return tuple(codes[k] for k in behind), last


def fills(answers: Iterable[str], scale: int, codes: Sequence[str]) -> bool:
    """Return whether answers to the same question lie between a scale's last and what is apart."""
    end = min(int(number_of(code) or 0) for code in codes)
    numbers = [number for text in answers if (number := number_of(text)) is not None]
    return any(scale < number < end or number > max(LAST) for number in numbers)
