"""Counting, as a plan does it: tally, code, refuse what is mistaken, and count."""

import pandas as pd

from sweep.data.answers.asked import Question
from sweep.data.answers.meaning import Coding
from sweep.data.answers.rules import code_rule
from sweep.data.codebook import ColumnBook
from sweep.data.counts import Sums, count, tally
from sweep.data.design import Design
from sweep.data.findings import Findings
from sweep.data.outcome import Outcome
from sweep.errors import DataError

__all__ = ["coded", "counted"]


def coded(outcome: Outcome, answers: pd.DataFrame) -> Coding:
    """Return the coding of one outcome's answers; raise what the plan would refuse."""
    book, findings = ColumnBook(), Findings()
    question = Question(outcome.name, outcome.column, outcome, tally(outcome, answers, book), book)
    coding = code_rule([question], ("study", "outcomes", outcome.rule), findings)[outcome.name]
    if findings.mistakes:
        raise DataError("\n".join(found.message for found in findings.mistakes))
    return coding


def counted(design: Design, outcome: Outcome, answers: pd.DataFrame) -> Sums:
    """Return the sums of one outcome's answers."""
    return count(design, outcome, answers, coded(outcome, answers))
