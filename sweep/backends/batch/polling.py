"""Polling: one array while it lives: what has ended, what was lost, why it waits.

Children are never asked about one by one. The parent's counts come with one DescribeJobs for all
arrays; ends are listed in the store; failed children are listed when the count of failures moved.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sweep.backends.batch.arrays import Array
from sweep.backends.batch.client import Api
from sweep.backends.batch.completions import ended_keys, read_ends, success
from sweep.backends.batch.retry import Loss, why_failed
from sweep.backends.events import Done
from sweep.keys import Json
from sweep.store import Store

__all__ = ["ENDED", "Live", "Lost", "live", "look"]

ENDED = ("SUCCEEDED", "FAILED")
AT_WORK = ("STARTING", "RUNNING")
SILENT = Loss("crash", "the job ended well, and left no result")
GONE = Loss("stopped", "AWS Batch does not know the job any more")
PATIENCE = 5  # looks in a row that may leave a job out


@dataclass
class Live:
    """An array that was submitted; ``left`` are the keys that nothing is known of, with child."""

    array: Array
    job: str
    left: dict[str, int]
    wanted: int
    failed: dict[int, Json] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    waits: float = field(default_factory=time.monotonic)
    missing: int = 0
    explained: bool = False

    @property
    def whole(self) -> bool:
        """Return whether every key of the array was wanted here."""
        return self.wanted == len(self.array.keys)

    @property
    def begun(self) -> bool:
        """Return whether any child has started."""
        return any(self.counts.get(state, 0) for state in (*AT_WORK, *ENDED))

    @property
    def working(self) -> int:
        """Return how many children start or run."""
        return sum(self.counts.get(state, 0) for state in AT_WORK)


@dataclass(frozen=True)
class Lost:
    """A task whose job has ended without an end of its own."""

    key: str
    loss: Loss
    alone: bool
    child: str  # the job's id, for its log


def live(array: Array, job: str, wanted: Mapping[str, None]) -> Live:
    """Return an array to watch, for those of its keys that are wanted."""
    pack = array.need.pack
    left = {key: place // pack for place, key in enumerate(array.keys) if key in wanted}
    return Live(array, job, left, len(left))


def look(
    store: Store, api: Api, one: Live, told: Mapping[str, Any] | None
) -> Iterator[Done | Lost]:
    """Yield what has happened to an array's tasks, given what DescribeJobs says of its job."""
    over = note(one, told)
    if told is not None:
        note_failures(api, one, told)
    if not one.begun and not over:
        return  # nothing to be found
    attempt = one.array.need.failures + 1
    for end in read_ends(store, ended_keys(store, one.array.name, one.left), attempt):
        del one.left[end.key]
        yield end
    for key, child in list(one.left.items()):
        if not over and child not in one.failed:
            continue
        del one.left[key]
        yield success(store, key, attempt) or loss_of(one, key, child, told)


def note(one: Live, told: Mapping[str, Any] | None) -> bool:
    """Take note of a job's state; return whether it is over, or forgotten by AWS."""
    if told is None:
        one.missing += 1
        return one.missing >= PATIENCE
    one.missing = 0
    summary = (told.get("arrayProperties") or {}).get("statusSummary")
    counts = dict(summary) if summary else {told["status"]: 1}
    moved, one.counts = counts != one.counts, counts
    if one.working or moved:
        one.waits = time.monotonic()
    return told["status"] in ENDED


def note_failures(api: Api, one: Live, told: Mapping[str, Any]) -> None:
    """Learn which children have failed, if there are more than were known."""
    if one.array.children == 1:
        if told["status"] == "FAILED":
            one.failed[0] = dict(told)
    elif one.counts.get("FAILED", 0) > len(one.failed):
        for child in api.failed_children(one.job):
            one.failed.setdefault(child["arrayProperties"]["index"], child)


def loss_of(one: Live, key: str, child: int, told: Mapping[str, Any] | None) -> Lost:
    """Return a task that was lost, and why."""
    alone = len(one.array.part(child)) == 1
    job = one.job if one.array.children == 1 else f"{one.job}:{child}"
    if child in one.failed:
        return Lost(key, why_failed(one.failed[child]), alone, job)
    if told is None:
        return Lost(key, GONE, alone, job)
    return Lost(key, SILENT, alone, job)
