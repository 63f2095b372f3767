"""Joined: a run's table as its report holds it, so that it is not joined anew for each question.

A report's key is the digest of all that decides its table: the outcomes, how each of them stands
now, and what their fits were made with. So a report under the key of the run as it stands is the
table that joining would give. Where there is none, as of a run at work, or it is damaged, the
outcomes are joined.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from sweep.artifacts.artifact import read_done, read_payload
from sweep.errors import CorruptArtifact
from sweep.estimates.formats import from_parquet
from sweep.journal.partial import mark_partial
from sweep.journal.run_plan import RunPlan
from sweep.journal.states import State
from sweep.keys import digest
from sweep.results.lineage import Lineage, lineage_of
from sweep.results.report import report_recipe
from sweep.results.table import entries_with_estimates, table_of
from sweep.store import NotStored, Store

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Joined"]


class Joined:
    """The table of a run whose outcomes stand as ``states`` say."""

    def __init__(self, store: Store, plan: RunPlan, states: Sequence[State]) -> None:
        self.store, self.plan, self.states = store, plan, states

    @cached_property
    def lineage(self) -> Lineage:
        """Return what made the fits."""
        return lineage_of(self.store, entries_with_estimates(self.states))

    @cached_property
    def table(self) -> "pd.DataFrame":
        """Return rows of every outcome, labels joined; a failed one is a row."""
        stored = self.file("estimates.parquet")
        if stored is None:
            return table_of(self.store, self.plan, self.states, self.lineage)
        return mark_partial(from_parquet(stored), self.plan)

    def file(self, name: str) -> bytes | None:
        """Return a file of the report, such as ``estimates.csv``; None if it is not to be had."""
        key = digest(report_recipe(self.plan, self.states, self.lineage))
        with suppress(NotStored, CorruptArtifact):  # then it is joined; `sweep report` mends it
            return read_payload(self.store, read_done(self.store, "report", key), name)
        return None
