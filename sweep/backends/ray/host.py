"""Host: what lives in a Ray actor, one core of the cluster: a pool of one warm worker.

It is called in steps: it is given keys, and answers with what happened since. Only text and
numbers travel.
"""

import time
from collections import deque
from dataclasses import asdict

from sweep.backends.events import Done, Failure, Progress
from sweep.backends.pool import Limits, Pool
from sweep.keys import Json
from sweep.store import open_store

__all__ = ["Host", "done_from"]

LONGEST = 0.5  # seconds of one look at the worker


class Host:
    """One worker of the cluster; ``probe`` is a file of the store that this node must see."""

    def __init__(self, request: Json, limits: Json, probe: str) -> None:
        seen = open_store(request["store"]).size(probe) is not None
        self.blind = None if seen else f"this node does not see {probe} in {request['store']}"
        self.pool = None if self.blind else Pool(1, request, Limits(**limits))
        self.waiting: deque[str] = deque()

    def step(self, first: list[str], keys: list[str], wait: float) -> list[Json]:
        """Take some more tasks, and ``first`` those that its own worker lost.

        Returns what happened by the first end, or in ``wait`` seconds.
        """
        if self.pool is None:
            return [{"event": "blind", "message": self.blind}]
        self.waiting.extendleft(reversed(first))
        self.waiting.extend(keys)
        happened: list[Json] = []
        end = time.monotonic() + wait
        while True:
            if self.waiting and self.pool.idle():
                key = self.waiting.popleft()
                self.pool.give(key)
                happened.append({"event": "started", "key": key})
            if any(h["event"] == "done" for h in happened) or time.monotonic() >= end:
                return happened
            for event in self.pool.events(min(LONGEST, max(0.0, end - time.monotonic()))):
                happened.append(event_as_json(event))


def event_as_json(event: Progress | Done) -> Json:
    """Return an event as text and numbers."""
    return {"event": "done" if isinstance(event, Done) else "progress", **asdict(event)}


def done_from(told: Json) -> Done:
    """Return the end that a host told of."""
    failure = None if told["failure"] is None else Failure(**told["failure"])
    return Done(told["key"], told["attempt"], told["result"], failure, told["log"])
