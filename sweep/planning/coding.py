"""Coding: what the answers of a plan's outcomes count as, rule by rule, and what that shows."""

from collections.abc import Collection, Mapping, Sequence

from sweep.config import Study
from sweep.data.answers.asked import Question
from sweep.data.answers.coding import code_answers
from sweep.data.answers.meaning import Coding, Tally
from sweep.data.answers.rules import code_rule
from sweep.data.codebook import Codebook, ColumnBook
from sweep.data.findings import Findings
from sweep.data.outcomes import Outcome

__all__ = ["code_outcomes", "parts_of_rules"]


def code_outcomes(
    study: Study,
    outcomes: Sequence[Outcome],
    tallies: Mapping[str, Tally],
    book: Codebook,
    findings: Findings,
    partial: Collection[int] = (),
) -> dict[str, Coding]:
    """Return the coding of every outcome; see `sweep.data.answers.rules.code_rule`.

    ``tallies`` are by outcome; ``partial`` are the rules that are looked at in part.
    """
    codings = {
        o.name: code_answers(o, tallies[o.name], ColumnBook()) for o in outcomes if o.condition
    }
    by_rule: dict[int, list[Outcome]] = {}
    for outcome in outcomes:
        by_rule.setdefault(outcome.rule, []).append(outcome)
    for number, rule in enumerate(study.outcomes):
        questions = [question_of(o, tallies[o.name], book) for o in by_rule.get(number, ())]
        codings |= code_rule(
            questions,
            ("study", "outcomes", number),
            findings,
            named=rule.match is None,
            whole=number not in partial,
            shown=study.survey.values,
        )
    return codings


def question_of(outcome: Outcome, tally: Tally, book: Codebook) -> Question:
    """Return an outcome as its rule's question, with its answers."""
    return Question(
        outcome.name,
        column_of(outcome),
        outcome,
        tally,
        book.of(outcome.column),
        outcome.makes_lists,
        outcome.columns,
        outcome.block,
        outcome.base is not None,
    )


def column_of(outcome: Outcome) -> str:
    """Return what messages call the place of an outcome's answers: the column, and its option."""
    block = outcome.block
    return outcome.column if block is None or block.form == "items" else outcome.name


def parts_of_rules(
    every: Sequence[Outcome], chosen: Sequence[Outcome], sample: int | None
) -> set[int]:
    """Return the rules of which a plan looks at some outcomes only, or at some respondents."""
    names = {outcome.name for outcome in chosen}
    left_out = {outcome.rule for outcome in every if outcome.name not in names}
    return left_out if sample is None else {outcome.rule for outcome in every}
