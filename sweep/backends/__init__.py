"""Backends: ways to start the same worker; they differ in nothing else.

A backend is given keys of tasks that lie in the store, and yields events as things happen.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

from sweep.errors import UsageError

__all__ = ["BACKENDS", "Backend", "Done", "Event", "Failure", "Note", "Started", "open_backend"]


FAILURES = (
    *("model", "timeout", "storage", "memory", "toolchain", "worker lost", "platform", "budget"),
)
"""Why a task fails; the first two would happen again, the others are the machine's doing."""


@dataclass(frozen=True)
class Failure:
    """Why a task failed: one of the kinds of ``FAILURES``."""

    kind: str
    message: str
    traceback: str = ""


@dataclass(frozen=True)
class Started:
    """A worker took a task, for the ``attempt``-th time."""

    key: str
    worker: int
    attempt: int


@dataclass(frozen=True)
class Done:
    """A task ended: with what the worker says of it, or with a failure."""

    key: str
    attempt: int
    result: Mapping[str, Any] | None
    failure: Failure | None
    log: str = ""


@dataclass(frozen=True)
class Note:
    """Something about the whole run that a person should read; ``facts`` are for programs."""

    message: str
    facts: Mapping[str, Any] = field(default_factory=dict)


type Event = Started | Done | Note


class Backend(Protocol):
    """Something that runs tasks."""

    def run(
        self, keys: Sequence[str], store_url: str, stop: Callable[[], bool]
    ) -> Generator[Event, None, None]:
        """Run every task, yielding events; start no further task once ``stop()`` is true.

        Closing the iterator ends every worker at once.
        """


BACKENDS = {
    "batch": "sweep.backends.batch:Batch",
    "local": "sweep.backends.local:Local",
}


def open_backend(name: str, **options: Any) -> Backend:
    """Return the backend of a name, imported on use.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if name not in BACKENDS:
        msg = f"no backend {name!r}: there are {', '.join(sorted(BACKENDS))}"
        raise UsageError(msg)
    module, _, attribute = BACKENDS[name].partition(":")
    backend: Backend = getattr(import_module(module), attribute)(**options)
    return backend
