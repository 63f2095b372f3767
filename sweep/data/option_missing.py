"""Option missing: what is called missing in the columns of a question with several answers.

A code such as 99 for "refused" in an option's column does not say that the option was not chosen,
and in a cell of several answers it is no option.
"""

from collections.abc import Sequence
from dataclasses import replace

from sweep.data.answers.words import is_unwritten
from sweep.data.codebook import Codebook, ColumnBook
from sweep.data.outcome import Outcome
from sweep.words.text import text_of

__all__ = ["says_missing", "with_missing"]


def with_missing(
    outcomes: Sequence[Outcome], book: Codebook, values: Sequence[object] | None
) -> list[Outcome]:
    """Return outcomes, each option with what is called missing; such an option itself is left out.

    ``values`` are the study's own missing values.
    """
    said = [text for v in values or () if (text := text_of(v)) is not None and says_missing(text)]
    made = []
    for outcome in outcomes:
        if outcome.block is None:
            made.append(outcome)
            continue
        missing = dict.fromkeys(said)
        for column in outcome.block.columns:
            missing |= dict.fromkeys(named_missing(book.of(column), said))
        if outcome.block.form == "items" or outcome.block.option not in missing:
            made.append(replace(outcome, block=replace(outcome.block, missing=tuple(missing))))
    return made


def named_missing(book: ColumnBook, said: Sequence[str]) -> list[str]:
    """Return the codes that a file calls missing, or the study by their labels, and the ranges."""
    ranges = [f"{low:g} to {high:g}" for low, high in book.missing_ranges]
    known = [code for code, label in book.values.items() if label in said]
    inside = [code for code in book.values if book.calls_missing(code)]
    return [*book.missing, *inside, *known, *ranges]


def says_missing(text: str) -> bool:
    """Return whether a missing value says something: marks such as NA stand for a blank."""
    return not is_unwritten(text)
