"""Counts: the answers to one outcome, on the grid and by every variable that groups may use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.cells import Counts, cells_of, occurring_combinations
from sweep.data.columns import spread, texts_of
from sweep.data.design import Design
from sweep.data.levels import Levels
from sweep.data.outcomes import Outcome
from sweep.errors import DataError
from sweep.expression import evaluate, parse
from sweep.keys import arrays_digest
from sweep.words.numbers import count_of
from sweep.words.text import text_of
from sweep.words.values import brief, few

__all__ = ["Sums", "count", "counts_of", "is_in"]


@dataclass(frozen=True)
class Sums:
    """Answers to one outcome by cell and further variables, raw and weighted.

    One row per combination that occurs among the respondents in the base: ``cell`` (row,),
    ``codes`` (row, variable), -1 where the respondent's is missing; ``n`` and ``y`` count
    respondents, ``w`` and ``wy`` sum their weights.
    """

    cell: NDArray[np.int64]
    codes: NDArray[np.int32]
    n: NDArray[np.float64]
    y: NDArray[np.float64]
    w: NDArray[np.float64]
    wy: NDArray[np.float64]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, as they are stored."""
        return dict(vars(self))

    def digest(self) -> str:
        """Return the identity of the sums."""
        return arrays_digest(self.arrays())


def is_in(values: pd.Series, answers: Sequence[Any]) -> NDArray[np.bool_]:
    """Return where an answer (respondent,) is one of several, as they are written."""
    wanted = {text_of(answer) for answer in answers}
    held = np.array([text in wanted for text in texts_of(values)], np.bool_)
    return spread(values, held, np.False_)


def count(design: Design, outcome: Outcome, answers: pd.DataFrame) -> Sums:
    """Count one outcome's answers.

    ``answers`` holds the outcome's column, and those its base reads, for the kept respondents in
    order. A missing answer means the respondent was not asked.

    Raises
    ------
    DataError
        If an answer is neither success, failure nor don't know, where the config lists failures;
        or if no answer is a success but one differs from it in case or type only.
    """
    values = answers[outcome.column]
    base = values.notna().to_numpy(bool)
    if outcome.base is not None:
        base = base & evaluate(parse(outcome.base), answers)
    dont_know = is_in(values, outcome.dont_know_values)
    success = is_in(values, outcome.success)
    check_answers(outcome, values[base], success[base], dont_know[base])
    if outcome.dont_know == "out_of_base":
        base = base & ~dont_know
    people = design.respondents
    cell, codes = people.cell[base], people.codes[base]
    first, place = occurring_combinations([cell, *codes.T], len(cell))
    yes, weight = success[base].astype(float), people.weight[base]
    rows = len(first)

    def total(amount: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(place, amount, rows).astype(np.float64)

    return Sums(
        cell[first],
        codes[first],
        total(np.ones(int(base.sum()))),
        total(yes),
        total(weight),
        total(weight * yes),
    )


def check_answers(
    outcome: Outcome,
    values: pd.Series,
    success: NDArray[np.bool_],
    dont_know: NDArray[np.bool_],
) -> None:
    """Refuse answers that the config cannot have meant.

    ``success`` and ``dont_know`` are truth values per answer, shape (respondent,).

    Raises
    ------
    DataError
        If an answer has no meaning, or no answer is a success and some differ from one by a slip.
    """
    if outcome.failure is not None:
        strange = values[~(success | dont_know | is_in(values, outcome.failure))]
        if len(strange):
            answer = strange.tolist()[0]
            often = count_of(len(strange), "time")
            msg = (
                f"outcome {outcome.name!r}: the answer {brief(answer)} ({often}) is "
                f"neither among success, failure nor dont_know_values: add it to one of them"
            )
            raise DataError(msg)
    if success.any() or not len(values):
        return
    there = {spelling(v): v for v in values.unique().tolist()}
    near = next((there[w] for w in map(spelling, outcome.success) if w in there), None)
    if near is not None:
        msg = (
            f"outcome {outcome.name!r}: no answer is {few(outcome.success)}, but some are "
            f"{brief(near)}: write success: [{brief(near)}]"
        )
        raise DataError(msg)


def spelling(answer: Any) -> str:
    """Return an answer without case, outer blanks and type: what a slip of the pen changes.

    Not a fuzzy match: "Unlikely" is close to "Likely", and an outcome may well be all no.
    """
    whole = isinstance(answer, float) and answer.is_integer()
    return str(int(answer) if whole else answer).strip().casefold()


def counts_of(sums: Sums, levels: Levels) -> Counts:
    """Return the counts by cell that a model is fitted to."""
    index, place = np.unique(sums.cell, return_inverse=True)
    y = np.bincount(place, sums.y, len(index)).astype(np.float64)
    n = np.bincount(place, sums.n, len(index)).astype(np.float64)
    return Counts(index, cells_of(index, levels), y, n)
