"""Contents: what a report is made of; no time, run id, host or path is among it.

The same inputs therefore give the same bytes, and two reports can be compared with `cmp`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from sweep.data.answers.table import QuestionTable
from sweep.data.audit import AuditRow

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["OUTCOMES", "Dropped", "Provenance", "Report", "TableSummary", "Transform"]

OUTCOMES = (
    *("outcome", "label", "brand", "metric", "tags", "status", "reason", "n", "draws"),
    *("r_hat", "ess_min", "divergences", "design_effect", "remedies"),
)


class Dropped(TypedDict):
    """How many rows left a table for one reason, in words."""

    reason: str
    count: int


class TableSummary(TypedDict):
    """What became of one source table: rows read, kept, and dropped by reason."""

    read: int
    kept: int
    dropped: list[Dropped]
    size: NotRequired[float]  # number of people; the population has one


class Transform(TypedDict):
    """What the transform made of survey and population."""

    survey: TableSummary
    population: TableSummary
    cells: int
    occupied: int
    predictors: Mapping[str, list[str]]


class Provenance(TypedDict):
    """What the numbers come from: model, sampler, toolchain, keys; ``notes`` are warnings."""

    model: str
    terms: list[str]
    sampler: Mapping[str, Any]
    toolchain: Mapping[str, Any]
    interval: float
    minimum_base: int
    weight: str | None
    keys: Mapping[str, Any]
    notes: NotRequired[list[str]]


@dataclass(frozen=True)
class Report:
    """One sweep's results.

    Parameters
    ----------
    name
        The sweep's name.
    estimates
        The table of `sweep.estimates.table`; an outcome without estimates is one row of nulls.
    outcomes
        One row per outcome, in config order, with the columns of ``OUTCOMES``; ``status`` is ok,
        flagged, failed, cancelled, or pending while the run goes on; ``reason`` says in words why
        an outcome is not ok; ``n`` is null where it is withheld for a small base.
    transform, provenance
        What was read, kept and dropped; what the numbers come from.
    variables
        The variables that groups may use, in config order.
    interval
        Probability that an interval holds, as in 0.9.
    partial
        Which part of its sweep the run covers, in words; None if it is the whole.
    notices
        What was inferred of the data, and what is worth a look, a line each.
    questions
        What each answer counts as, a table per question.
    audit
        The population beside the respondents, level by level.
    labels
        What readers see in place of a variable's name, by variable.

    Raises
    ------
    ValueError
        If ``outcomes`` lacks a column, or an outcome of ``estimates``.
    """

    name: str
    estimates: "pd.DataFrame"
    outcomes: "pd.DataFrame"
    transform: Transform
    provenance: Provenance
    variables: tuple[str, ...]
    interval: float
    partial: str | None = None
    notices: tuple[str, ...] = ()
    questions: tuple[QuestionTable, ...] = ()
    audit: tuple[AuditRow, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def label(self, variable: str) -> str:
        """Return what readers see in place of a variable's name."""
        return self.labels.get(variable, variable)

    def audited(self) -> list[tuple[str, list[AuditRow]]]:
        """Return the rows of the audit by variable, in the config's order."""
        return [(name, list(rows)) for name, rows in groupby(self.audit, lambda r: r.variable)]

    def __post_init__(self) -> None:
        missing = [name for name in OUTCOMES if name not in self.outcomes.columns]
        if missing:
            msg = f"outcomes lacks the column {missing[0]!r}; it must have {', '.join(OUTCOMES)}"
            raise ValueError(msg)
        strange = sorted(set(self.estimates["outcome"]) - set(self.outcomes["outcome"]))
        if strange:
            msg = f"estimates has the outcome {strange[0]!r}, which outcomes lacks"
            raise ValueError(msg)
