"""Idle missing: values of ``missing_values`` that occur nowhere: a slip, or a habit."""

from collections.abc import Mapping, Sequence

from sweep.data.answers.likeness import are_twins
from sweep.data.answers.meaning import Coding
from sweep.data.codebook import Codebook
from sweep.data.design import Design
from sweep.data.findings import Findings
from sweep.sources.tables import Read
from sweep.words.text import number_of
from sweep.words.values import brief, few

__all__ = ["tell_idle_missing"]

KEY = ("study", "survey", "missing_values")


def tell_idle_missing(  # what was written, and all that was read
    missing: Sequence[str],
    read: Read,
    design: Design,
    codings: Mapping[str, Coding],
    book: Codebook,
    findings: Findings,
) -> None:
    """Tell which missing values no column that was read holds; one like an answer is a mistake.

    ``read`` is of the answers; of the other columns the ``design`` has what was told.
    """
    if not missing:
        return
    gone = {text for texts in read.missing.values() for text in texts}
    labels = {label for column in book.columns.values() for label in column.values.values()}
    before = [note["message"] for note in design.summary["notices"] if tuple(note["path"]) == KEY]
    idle = [
        text
        for text in missing
        if text not in gone | labels and not any(m.startswith(brief(text)) for m in before)
    ]
    answers = {a.text: None for coding in codings.values() for a in coding.answers if a.in_base}
    for text in idle:
        near = [answer for answer in answers if is_near(text, answer)]
        if near:
            words = f"no column has {brief(text)}, and answers are {few(near)}: which is meant?"
            findings.mistake(KEY, words)
    shown = [text for text in idle if not any(is_near(text, answer) for answer in answers)]
    if shown:
        findings.notice(KEY, f"no column that this study reads has {few(shown)}")


def is_near(text: str, answer: str) -> bool:
    """Return whether an answer is a missing value but for a slip: a letter, or one digit more."""
    one, other = number_of(text), number_of(answer)
    if one is None or other is None:
        return are_twins(text, answer)
    return set(text) == set(answer) and (other < 0 or len(answer) > len(text))
