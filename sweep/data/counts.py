"""Counts: the answers to one outcome, on the grid and by every variable that groups may use."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.answers.block import option_answers
from sweep.data.answers.column import Columns, TextColumn
from sweep.data.answers.meaning import CodedAnswer, Coding, Meaning, Tally
from sweep.data.cells import Counts, cells_of
from sweep.data.codebook import ColumnBook
from sweep.data.design import Design
from sweep.data.levels import Levels
from sweep.data.options import is_no_option
from sweep.data.outcome import Outcome
from sweep.data.seen import Seen
from sweep.data.strata import Strata
from sweep.data.weight_sums import WeightSums
from sweep.errors import DataError
from sweep.keys import arrays_digest
from sweep.words.values import few

__all__ = ["Sums", "count", "counts_of", "tally", "weights_of"]


@dataclass(frozen=True)
class Sums:
    """Answers to one outcome by cell and further variables, raw and weighted.

    One row per combination that occurs among the respondents in the base: ``cell`` (row,),
    ``codes`` (row, variable), -1 where the respondent's is missing; ``n`` and ``y`` count
    respondents, ``w`` and ``wy`` sum their weights. ``logs`` (row, sum) are the further sums of
    `sweep.data.weight_sums`, None where all weights of the survey are the same.
    """

    cell: NDArray[np.int64]
    codes: NDArray[np.int32]
    n: NDArray[np.float64]
    y: NDArray[np.float64]
    w: NDArray[np.float64]
    wy: NDArray[np.float64]
    logs: NDArray[np.float64] | None = None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, as they are stored."""
        return {name: array for name, array in vars(self).items() if array is not None}

    def digest(self) -> str:
        """Return the identity of the sums."""
        return arrays_digest(self.arrays())


def tally(
    outcome: Outcome, answers: pd.DataFrame | Columns, book: ColumnBook, seen: Seen | None = None
) -> Tally:
    """Return how often each answer to an outcome occurs, before anybody says what it counts as.

    ``answers`` holds the columns that the outcome reads, for the kept respondents in order;
    ``seen`` what its base and condition see of them, derived variables too: default the same.
    """
    columns = columns_in(answers)
    seen = seen or seen_in(columns)
    column, broken = answers_to(outcome, columns, book, seen)
    base = asked(outcome, seen, len(answers))
    everybody = bool(base.all())
    there, missing = column.counts(base), int((base & (column.codes < 0)).sum())
    others = {} if everybody else column.counts(~base)
    beyond = tuple(text for text in others if text not in there)
    return Tally(there, missing, int((~base).sum()), beyond, int((broken & base).sum()))


def columns_in(answers: pd.DataFrame | Columns) -> Columns:
    """Return a table's columns as answers."""
    return answers if isinstance(answers, Columns) else Columns(answers)


def seen_in(answers: Columns) -> Seen:
    """Return what conditions see of a table without derived variables."""
    return Seen({str(name): values for name, values in answers.table.items()})


def answers_to(
    outcome: Outcome, answers: Columns, book: ColumnBook, seen: Seen
) -> tuple[TextColumn, NDArray[np.bool_]]:
    """Return each respondent's answer to an outcome, and who gave an exclusive one with others."""
    if outcome.condition is not None:
        return qualification(outcome.condition, seen), np.zeros(len(answers), bool)
    if outcome.block is not None:
        return option_answers(outcome.block, answers, is_no_option(outcome, book))
    return answers[outcome.column], np.zeros(len(answers), bool)


def qualification(condition: str, seen: Seen) -> TextColumn:
    """Return who meets a condition, as answers: ``true`` or ``false``.

    None where an answer is missing on which it depends: they may or may not.
    """
    true, false = seen.decided(condition)
    return TextColumn(["true", "false"], np.where(true, 0, np.where(false, 1, -1)))


def asked(outcome: Outcome, seen: Seen, respondents: int) -> NDArray[np.bool_]:
    """Return whom an outcome's base lets in, shape (respondent,)."""
    return np.ones(respondents, bool) if outcome.base is None else seen.holds(outcome.base)


def count(  # whom, which answers, and what each means
    design: Design,
    outcome: Outcome,
    answers: pd.DataFrame | Columns,
    coding: Coding,
    book: ColumnBook = ColumnBook(),  # noqa: B008 # frozen
    seen: Seen | None = None,
) -> Sums:
    """Count one outcome's answers as its coding says; ``answers`` and ``seen`` as for `tally`.

    A missing answer means the respondent was not asked.

    Raises
    ------
    DataError
        If an answer occurs that the coding does not know.
    """
    columns = columns_in(answers)
    seen = seen or seen_in(columns)
    column, _ = answers_to(outcome, columns, book, seen)
    base = asked(outcome, seen, len(answers))
    known = {answer.text: answer for answer in coding.answers}
    unknown = [text for text in column.texts if text not in known]
    strange = [text for text in column.counts(base) if text in unknown] if unknown else []
    if strange:
        msg = f"outcome {outcome.name!r}: its coding does not know {few(strange)}"
        raise DataError(msg)
    counts = column.holds({t: t in known and known[t].in_base for t in column.texts})
    success = column.holds({t: is_yes(known.get(t)) for t in column.texts})
    return sums_of(design.strata, base & counts, success)


def sums_of(people: Strata, base: NDArray[np.bool_], success: NDArray[np.bool_]) -> Sums:
    """Return the sums of the respondents (respondent,) who count, and of whom that said yes."""
    places, of_yes = people.places(base), people.places(base & success)
    n = people.total(places)
    there = n > 0
    logs = None if people.logs is None else people.logs.sums(places, of_yes, len(people))[there]
    return Sums(
        people.cell[there],
        people.codes[there],
        n[there],
        people.total(of_yes)[there],
        people.total(places, people.weight)[there],
        people.total(of_yes, people.weight)[there],
        logs,
    )


def is_yes(answer: CodedAnswer | None) -> bool:
    """Return whether an answer counts as yes."""
    return answer is not None and answer.meaning is Meaning.YES


def cells_in(sums: Sums) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Return the cells that occur, ascending, and of each row the place (row,) among them.

    Rows are in the order of strata, that is of cells, and need not be sorted.
    """
    steps = np.diff(sums.cell)
    if (steps < 0).any():
        return np.unique(sums.cell, return_inverse=True)
    first = np.concatenate(([True], steps > 0))[: len(sums.cell)]
    return sums.cell[first], np.cumsum(first) - 1


def counts_of(sums: Sums, levels: Levels) -> Counts:
    """Return the counts by cell that a model is fitted to."""
    index, place = cells_in(sums)
    y, n = (np.bincount(place, own, len(index)).astype(np.float64) for own in (sums.y, sums.n))
    return Counts(index, cells_of(index, levels), y, n)


def weights_of(sums: Sums) -> WeightSums | None:
    """Return what weights say by cell, in the order of `counts_of`; None if they say nothing."""
    if sums.logs is None or not sums.w.any():
        return None
    index, place = cells_in(sums)
    return WeightSums.from_rows(sums.logs, sums.w, place, len(index))
