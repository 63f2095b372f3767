"""States: what became of each entry of a run, derived from what exists."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from sweep.artifacts.artifact import read_done
from sweep.artifacts.recipes import TaskMeta
from sweep.journal.entries import Entry, EntryId
from sweep.journal.events import RunEvent, entry_of, read_events
from sweep.journal.failures import PastFailure, failure_of
from sweep.journal.run_plan import RunPlan
from sweep.keys import Json
from sweep.store import NotStored, Store
from sweep.store.concurrency import concurrently
from sweep.words.states import ESTIMATED

__all__ = ["State", "outcome_states"]


@dataclass(frozen=True)
class State:
    """What became of an entry.

    ``status`` is ``ok``, ``flagged``, ``failed``, ``cancelled`` (the run ended before it) or
    ``pending``, ``reason`` why it is not ``ok``, and ``kind`` that of a failure. The rest is what
    estimates say of their fit: ``draws`` in all chains, ``seconds`` of the fit, ``checks`` of its
    answers, None and empty where there are none.
    """

    entry: Entry
    status: str
    reason: str | None = None
    kind: str | None = None
    n: float | None = None
    draws: int | None = None
    seconds: float | None = None
    remedies: tuple[str, ...] = ()
    diagnostics: Json = field(default_factory=dict)
    checks: Json = field(default_factory=dict)

    @property
    def estimated(self) -> bool:
        """Return whether there are estimates."""
        return self.status in ESTIMATED


@dataclass
class LastEnds:
    """How a run's entries last failed, and why the run ended, if it has."""

    failures: dict[EntryId, PastFailure] = field(default_factory=dict)
    reason: str | None = None


def outcome_states(store: Store, plan: RunPlan) -> list[State]:
    """Return the state of every entry of a run, in its order."""
    ends = last_ends(read_events(store, plan.run))
    return concurrently(lambda entry: state_of(store, entry, ends), plan.entries)


def last_ends(events: Iterable[RunEvent]) -> LastEnds:
    """Return how a run's entries last failed; a run that begins again has not ended."""
    ends = LastEnds()
    for event in events:
        if event["event"] == "failed":
            ends.failures[entry_of(event)] = PastFailure(event["kind"], event["message"])
        elif event["event"] == "ended":
            ends.reason = event["reason"]
        elif event["event"] == "begun":
            ends.reason = None
    return ends


def state_of(store: Store, entry: Entry, ends: LastEnds) -> State:
    """Return one entry's state."""
    if entry.failure is not None:
        return state_of_failed(entry, entry.failure)
    with suppress(NotStored):
        meta = read_done(store, "estimates", entry.key).meta
        return state_of_estimated(entry, cast("TaskMeta", meta))
    failure = ends.failures.get(entry.id) or failure_of(store, entry.fit_key)
    if failure is not None:
        return state_of_failed(entry, failure)
    if ends.reason is not None:
        reason = f"the run ended before its turn: {ends.reason}"
        return State(entry, "cancelled", reason)
    return State(entry, "pending")


def state_of_estimated(entry: Entry, meta: TaskMeta) -> State:
    """Return the state of an entry that has estimates."""
    return State(
        entry,
        meta["status"],
        "; ".join(meta["reasons"]) or None,
        n=meta.get("n"),
        draws=meta.get("draws"),
        seconds=meta["seconds"],
        remedies=tuple(meta["remedies"]),
        diagnostics=meta["diagnostics"],
        checks=meta.get("checks", {}),
    )


def state_of_failed(entry: Entry, failure: PastFailure) -> State:
    """Return the state of a failed entry."""
    return State(entry, "failed", failure.message, failure.kind)
