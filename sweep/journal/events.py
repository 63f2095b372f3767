"""Events: what happened to a run, a line each."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NotRequired, TypedDict, cast

from sweep.faultpoint import faultpoint
from sweep.journal.entries import EntryId
from sweep.store import NotStored, Store

__all__ = ["RunEvent", "append_event", "entry_of", "read_events"]


class RunEvent(TypedDict):
    """One line of a run's journal: what happened (``event``), when, and what belongs to it.

    From ``vcpu_hours`` on it is what the notes of AWS Batch hold for programs.
    """

    event: str
    at: str
    outcome: NotRequired[str]
    wave: NotRequired[str]
    attempt: NotRequired[int]
    kind: NotRequired[str]
    message: NotRequired[str]
    report: NotRequired[str]
    status: NotRequired[str]
    seconds: NotRequired[float]
    taken: NotRequired[bool]
    reason: NotRequired[str]
    tasks: NotRequired[int]
    by: NotRequired[str]
    vcpu_hours: NotRequired[float]
    cost: NotRequired[float | None]
    calls: NotRequired[dict[str, int]]
    job: NotRequired[str]
    reasons: NotRequired[list[str]]


TOLD = {
    "resumed": {"at", "by"},
    "begun": {"at"},
    "ended": {"at", "reason"},
    "started": {"at", "outcome"},
    "done": {"at", "outcome"},
    "failed": {"at", "outcome", "kind", "message"},
    "note": {"at", "message"},
    "report": {"at", "report"},
}
"""Fields that readers of an event need; a line without them counts as torn."""


def append_event(store: Store, run: str, event: Mapping[str, Any]) -> None:
    """Append one event, stamped, to the run's journal."""
    stamped = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **event}
    faultpoint("journal.before_append", event["event"])
    first = event["event"] in ("resumed", "begun")
    before = b"\n" if first else b""  # ends a line that a crash may have torn
    store.append(f"runs/{run}/events.jsonl", before + json.dumps(stamped).encode() + b"\n")
    faultpoint("journal.after_append", event["event"])


def read_events(store: Store, run: str) -> list[RunEvent]:
    """Return the run's events; a line that a crash tore, or a bad disk spoilt, is left out."""
    try:
        lines = store.get(f"runs/{run}/events.jsonl").split(b"\n")
    except NotStored:
        return []
    return [event for line in lines[:-1] if (event := parse_event(line)) is not None]


def parse_event(line: bytes) -> RunEvent | None:
    """Return an event's line as data, None if it is torn, spoilt or empty."""
    try:
        event = json.loads(line)
    except ValueError:  # bytes that are no text as well
        return None
    needed = TOLD.get(str(event.get("event"))) if isinstance(event, dict) else None
    return cast("RunEvent", event) if needed is not None and needed <= event.keys() else None


def entry_of(event: RunEvent) -> EntryId:
    """Return which entry of the plan an event is about."""
    return EntryId(event["outcome"], event.get("wave"))
