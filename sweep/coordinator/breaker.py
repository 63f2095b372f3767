"""Breaker: a sweep that cannot succeed is stopped, as its first outcomes all failed alike."""

import re
from dataclasses import dataclass, field

from sweep.backends.events import Done, Event
from sweep.journal.entries import Entry

__all__ = ["SYSTEMIC", "Breaker", "gist"]

SYSTEMIC = 20  # so many first outcomes failing alike stop the sweep


@dataclass
class Breaker:
    """What a run has seen so far: enough to stop a sweep that cannot succeed."""

    messages: list[str] = field(default_factory=list)
    stopped: str | None = None

    def reason(self, stopped: bool) -> str:
        """Return why the run ended, if nobody cancelled it."""
        return self.stopped or ("stopped" if stopped else "complete")

    def note(self, event: Event, entry: Entry) -> None:
        """Take note of an end; stop when the first twenty all failed alike.

        Alike are messages that differ in the outcome's names, numbers and keys only.
        """
        if isinstance(event, Done) and len(self.messages) < SYSTEMIC:
            message = "" if event.failure is None else event.failure.message
            self.messages.append(gist(message, entry))
            alike = message and len(set(self.messages)) == 1
            if len(self.messages) == SYSTEMIC and alike:
                self.stopped = f"systemic failure: the first {SYSTEMIC} all ended like {message!r}"


def gist(message: str, entry: Entry) -> str:
    """Return what a message says of any outcome: without its names, numbers and keys."""
    for name in entry.names().values():
        if name:
            message = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "*", message)
    return re.sub(r"[0-9a-f]{12,}|[-+]?\d[\d.,]*(e[-+]?\d+)?", "#", message)
