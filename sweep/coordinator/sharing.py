"""Sharing: what workers of another run are at is waited for, and taken from the store.

Each coordinator tries every task of its own; a worker that finds one claimed says so at once. Only
when nothing else is left does a coordinator wait, and it goes on where the others broke off.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sweep.artifacts.quarantine import read_if_sound
from sweep.backends import Backend
from sweep.backends.events import Done, Event, Failure, Note, Started
from sweep.config import Execution
from sweep.errors import StoreError
from sweep.journal.failures import PastFailure, failure_if_sound, would_recur
from sweep.store import Store
from sweep.store.concurrency import concurrently
from sweep.words.numbers import count_of
from sweep.worker.claims import Watch, let_go

__all__ = ["Sharing"]

SHORTEST, LONGEST = 0.2, 5.0  # seconds between two looks at others' claims, growing
TICK = 0.2  # seconds between looks at the stop sign


@dataclass
class Sharing:
    """The tasks of a run that others are at, and those its own workers are at.

    ``fits`` is the fit's key by the task's; ``elsewhere`` says who has it; ``free`` are the tasks
    that others broke off. ``before`` are the failures already known when a task was found claimed:
    they are not news.
    """

    store: Store
    fits: Mapping[str, str]
    execution: Execution
    elsewhere: dict[str, str] = field(default_factory=dict)
    here: set[str] = field(default_factory=set)
    free: list[str] = field(default_factory=list)
    before: dict[str, PastFailure | None] = field(default_factory=dict)

    def run(
        self, backend: Backend, keys: Sequence[str], stop: Callable[[], bool]
    ) -> Generator[Event, None, None]:
        """Run tasks on a backend, then wait for those that others are at; see `Backend`.

        The caller asks of every event whether it `is_at_others`, and goes no further with those.
        """
        try:
            while keys:
                yield from backend.run(keys, self.store.url, stop)
                yield from self.wait_for_others(stop)
                keys = self.free
        finally:
            self.let_go()

    def is_at_others(self, event: Event) -> bool:
        """Return whether an event only says that others are at the task; it is then kept here."""
        if isinstance(event, Started):
            self.here.add(event.key)
        if not isinstance(event, Done):
            return False
        self.here.discard(event.key)
        if event.failure is None or event.failure.kind != "elsewhere":
            return False
        self.elsewhere[event.key] = event.failure.message
        self.before[event.key] = failure_if_sound(self.store, self.fits[event.key])
        return True

    def wait_for_others(self, stop: Callable[[], bool]) -> Generator[Event, None, None]:
        """Yield the ends of tasks that others were at, until there are no more.

        It ends early when some are ``free``, to be done here, and once ``stop()`` is true.
        """
        self.free = []
        watch, pause = Watch(self.store), SHORTEST
        if self.elsewhere:
            yield Note(waiting_words(list(self.elsewhere.values())))
        while self.elsewhere and not self.free and not stop():
            yield from self.look(watch)
            wait_briefly(pause if self.elsewhere and not self.free else 0.0, stop)
            pause = min(1.5 * pause, LONGEST)

    def look(self, watch: Watch) -> Generator[Event, None, None]:
        """Look at every claim once."""
        keys = list(self.elsewhere)
        standing = concurrently(lambda key: watch.is_at_work(self.fits[key]), keys)
        for key, claimed in zip(keys, standing, strict=True):
            if claimed:
                continue
            del self.elsewhere[key]
            done = self.found(key)
            if done is None:
                self.free.append(key)
            else:
                yield done

    def found(self, key: str) -> Done | None:
        """Return how others ended a task; None if they broke off, or it may go well here."""
        estimates = read_if_sound(self.store, "estimates", key)
        if estimates is not None:
            return Done(key, 1, {**estimates.meta, "seconds": 0.0}, None, taken=True)
        failure = failure_if_sound(self.store, self.fits[key])
        news = failure is not None and failure != self.before[key]
        if failure is None or not news or not would_recur(failure, self.execution):
            return None
        return Done(key, 1, None, Failure(failure.kind, failure.message), taken=True)

    def let_go(self) -> None:
        """Remove the claims of workers that were ended at work: their fits are free."""
        with suppress(StoreError):  # they are litter that others see through, only later
            concurrently(lambda key: let_go(self.store, self.fits[key]), self.here)


def waiting_words(who: list[str]) -> str:
    """Return for whom a run waits."""
    holders = sorted(set(who))
    shown = ", ".join(holders[:3]) + (", ..." if len(holders) > 3 else "")
    return f"waiting for {count_of(len(who), 'outcome')} that another run is fitting ({shown})"


def wait_briefly(seconds: float, stop: Callable[[], bool]) -> None:
    """Wait, but not past the wish to stop."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not stop():
        time.sleep(min(TICK, left))
