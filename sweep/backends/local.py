"""Local: warm worker processes on this machine, one core each."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from uuid import uuid4

from sweep.backends.events import RETRIED, Done, Event, Failure, Started
from sweep.backends.pool import Limits, Pool, cores
from sweep.config import Execution
from sweep.words.numbers import count_of

__all__ = ["Local", "open_local"]

TICK = 0.2  # seconds between looks at the clock and at the stop sign
CRASHES = ("SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV")
OWN_DOING = ": the model's code, or a library it calls, ended the process; see `sweep logs`"


@dataclass(frozen=True)
class Local:
    """Worker processes on this machine.

    ``workers`` None is one per core; ``retries`` is how often a task is tried again after a failure
    of the machine's; ``timeout`` and ``stall`` are seconds; ``holder`` is in whose name fits are
    claimed, None is one of this run's own.
    """

    workers: int | None = None
    retries: int = 1
    timeout: float | None = None
    stall: float | None = None
    keep_draws: bool = True
    holder: str | None = None

    def run(
        self, keys: Sequence[str], store_url: str, stop: Callable[[], bool]
    ) -> Generator[Event, None, None]:
        """Run every task; see `sweep.backends.Backend`."""
        if not keys:
            return
        waiting = deque(zip(keys, repeat(1)))
        attempts: dict[str, int] = {}
        holder = self.holder or uuid4().hex
        request = {"store": store_url, "keep_draws": self.keep_draws, "holder": holder}
        count = min(self.workers or cores(), len(keys))
        with Pool(count, request, Limits(self.timeout, self.stall)) as pool:
            while pool.busy() or (waiting and not stop()):
                while waiting and pool.idle() and not stop():
                    key, attempts[key] = waiting.popleft()
                    yield Started(key, pool.give(key), attempts[key])
                for event in pool.events(TICK):
                    if isinstance(event, Done) and self._again(event, attempts[event.key]):
                        waiting.append((event.key, attempts[event.key] + 1))
                    elif isinstance(event, Done):
                        yield with_attempt(event, attempts[event.key])
                    else:
                        yield event

    def _again(self, done: Done, attempt: int) -> bool:
        kind = None if done.failure is None else done.failure.kind
        return kind in RETRIED and attempt <= self.retries


def open_local(execution: Execution) -> Local:
    """Return the backend for a config's execution."""
    return Local(
        None if execution.workers == "auto" else execution.workers,
        execution.retries,
        execution.timeout,
        execution.stall,
        "draws" in execution.keep,
    )


def with_attempt(done: Done, attempt: int) -> Done:
    """Return an end with its attempt, and a lost worker's message with how often it was lost."""
    failure = done.failure
    if failure is not None and failure.kind == "worker lost":
        words = f"{failure.message} {count_of(attempt, 'time')}"
        words += OWN_DOING if any(signal in words for signal in CRASHES) else ""
        failure = Failure(failure.kind, words, failure.traceback)
    return replace(done, attempt=attempt, failure=failure)
