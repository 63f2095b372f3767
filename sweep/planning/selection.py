"""Selection: which part of a sweep to run, by names, tags and states."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sweep.artifacts.artifact import read_done
from sweep.config import Study
from sweep.data.answers.column import text_column
from sweep.data.findings import Findings
from sweep.data.options import Texts
from sweep.data.outcomes import Outcome, outcomes_of, select_outcomes
from sweep.data.questions import columns_of_several
from sweep.errors import DataError
from sweep.journal.entries import Entry
from sweep.journal.failures import failure_of
from sweep.planning.columns import check_several
from sweep.sources.files import Sources
from sweep.sources.source import Source
from sweep.sources.tables import TextTable, book_of, read_text_table
from sweep.store import Store

__all__ = ["Selection", "entries_by_status", "outcomes_by_name", "outcomes_in"]


@dataclass(frozen=True)
class Selection:
    """Which part of a sweep to run: patterns of outcomes, at most so many, on so many people."""

    patterns: tuple[str, ...] = ()
    limit: int | None = None
    sample: int | None = None


def outcomes_in(study: Study, sources: Sources, findings: Findings) -> list[Outcome]:
    """Return all outcomes of a study, as its survey has them; mistaken rules make none."""
    with findings.at("study", "survey", "source"):
        names, book = check_several(sources.survey), book_of(sources.survey)
        texts = texts_in(sources.survey, columns_of_several(study, names, book))
        return outcomes_of(study, names, book, texts, findings)
    return []


def texts_in(source: Source, columns: Sequence[str]) -> Texts:
    """Return what gives the answers in each of some columns: all are read when one is asked for."""

    @cache
    def table() -> TextTable:
        return read_text_table(source, columns)

    def texts(column: str) -> list[str]:
        if (why := table().refused.get(column)) is not None:
            msg = f"{source}: column {column!r} {why}"
            raise DataError(msg)
        return text_column(table().rows[column]).texts

    return texts


def outcomes_by_name(outcomes: Sequence[Outcome], selection: Selection) -> list[Outcome]:
    """Return the outcomes selected by name or tag; those by status are chosen later.

    Who qualifies is always among them: all others need it.
    """
    patterns = [p for p in selection.patterns if not p.startswith("status:")]
    if any(p.startswith("status:") for p in selection.patterns):
        return list(outcomes)
    chosen = select_outcomes(outcomes, patterns)[: selection.limit]
    needed = [o for o in outcomes if o.condition is not None and o not in chosen]
    return [*needed, *chosen]


def entries_by_status(
    store: Store, outcomes: list[Outcome], entries: list[Entry], selection: Selection
) -> list[Entry]:
    """Return the entries of the selected outcomes, now that their states are known."""
    if not any(p.startswith("status:") for p in selection.patterns):
        return entries
    statuses = {e.name: status_before(store, e) for e in entries}
    chosen = {o.name for o in select_outcomes(outcomes, selection.patterns, statuses)}
    needed = {o.name for o in outcomes if o.condition is not None}
    few = [e.name for e in entries if e.name in chosen and e.name not in needed]
    kept = needed.union(few[: selection.limit])
    return [e for e in entries if e.name in kept]


def status_before(store: Store, entry: Entry) -> str:
    """Return an outcome's state before the run."""
    if entry.action == "taken":
        return str(read_done(store, "estimates", entry.key).meta["status"])
    failure = entry.failure or failure_of(store, entry.fit_key)
    return "failed" if failure else "pending"
