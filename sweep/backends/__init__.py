"""Backends: ways to start the same worker; they differ in nothing else.

A backend is given keys of tasks that lie in the store, and yields events as things happen.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

from sweep.config import Execution

__all__ = [
    "BACKENDS",
    "FAILURES",
    "RETRIED",
    "Backend",
    "Done",
    "Event",
    "Failure",
    "Note",
    "Progress",
    "Started",
    "open_backend",
]


FAILURES = (
    *("model", "timeout", "storage", "memory", "toolchain", "worker lost", "platform", "budget"),
    "elsewhere",
)
"""Why a task has no result here; the first two would happen again, the others are the machine's
doing, and ``elsewhere`` is no failure: workers of another run are at it."""

RETRIED = ("memory", "storage", "worker lost")
"""Failures after which a task is tried again where it was: another try may go well."""


@dataclass(frozen=True)
class Failure:
    """Why a task failed: one of the kinds of ``FAILURES``.

    ``limit`` names the key of the config's execution that ended it, if one did.
    """

    kind: str
    message: str
    traceback: str = ""
    limit: str = ""


@dataclass(frozen=True)
class Started:
    """A worker took a task, for the ``attempt``-th time."""

    key: str
    worker: int
    attempt: int


@dataclass(frozen=True)
class Progress:
    """A task moves: ``count`` draws, tuning included, or steps of another phase."""

    key: str
    phase: str
    count: int


@dataclass(frozen=True)
class Done:
    """A task ended: with what the worker says of it, or with a failure.

    ``taken``: another run did it, and this one found how it ended in the store.
    """

    key: str
    attempt: int
    result: Mapping[str, Any] | None
    failure: Failure | None
    log: str = ""
    taken: bool = False


@dataclass(frozen=True)
class Note:
    """Something about the whole run that a person should read; ``facts`` are for programs."""

    message: str
    facts: Mapping[str, Any] = field(default_factory=dict)


type Event = Started | Progress | Done | Note


class Backend(Protocol):
    """Something that runs tasks."""

    def run(
        self, keys: Sequence[str], store_url: str, stop: Callable[[], bool]
    ) -> Generator[Event, None, None]:
        """Run every task, yielding events; start no further task once ``stop()`` is true.

        Closing the iterator ends every worker at once.
        """


BACKENDS = {
    "batch": "sweep.backends.batch:open_batch",
    "local": "sweep.backends.local:open_local",
    "ray": "sweep.backends.ray:open_ray",
}
"""Name of a backend to the function that opens it for a config's execution."""


def open_backend(execution: Execution) -> Backend:
    """Return the backend that a config names, imported on use.

    Raises
    ------
    UsageError
        If what it needs is not installed.
    """
    module, _, function = BACKENDS[execution.backend].partition(":")
    backend: Backend = getattr(import_module(module), function)(execution)
    return backend
