"""Asking: questions from answers with counts, coded as a rule of a config would have them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sweep.config import OutcomeRule
from sweep.data.answers.asked import Question
from sweep.data.answers.meaning import Coding, Tally
from sweep.data.answers.rules import code_rule
from sweep.data.codebook import ColumnBook
from sweep.data.findings import Findings
from sweep.data.outcomes import expand
from sweep.data.patterns import Patience

__all__ = ["RULE", "Asked", "ask"]

RULE = ("study", "outcomes", 3)


@dataclass(frozen=True)
class Asked:
    """What coding a rule's columns shows."""

    codings: Mapping[str, Coding]
    findings: Findings

    @property
    def mistakes(self) -> list[tuple[tuple[str | int, ...], str]]:
        """Return the mistakes, each with its key below the rule's."""
        return [(found.path[3:], found.message) for found in self.findings.mistakes]

    @property
    def notices(self) -> list[str]:
        """Return the notices' messages."""
        return [found.message for found in self.findings.notices]

    def meanings(self, column: str = "q") -> dict[str, str]:
        """Return what each answer in a column counts as."""
        return {a.text: str(a.meaning) for a in self.codings[column].answers}


def ask(
    columns: Mapping[str, Mapping[str, int] | Tally] | None = None,
    book: ColumnBook | None = None,
    whole: bool = True,
    shown: Any = "labels",
    **rule: Any,
) -> Asked:
    """Return what coding shows; without ``match`` the rule is about the column q."""
    made = OutcomeRule.model_validate(rule if "match" in rule else {"name": "q", **rule})
    findings = Findings()
    questions: Sequence[Question] = [
        Question(
            column,
            column,
            replace(expand(made, column, Patience(("here",))), rule=3),
            told if isinstance(told, Tally) else Tally(told),
            book or ColumnBook(),
        )
        for column, told in (columns or {}).items()
    ]
    named = made.match is None
    codings = code_rule(questions, RULE, findings, named=named, whole=whole, shown=shown)
    return Asked(codings, findings)
