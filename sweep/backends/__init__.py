"""Backends: ways to start the same worker; they differ in nothing else.

A backend is given keys of tasks that lie in the store, and yields events as things happen.
"""

from collections.abc import Callable, Generator, Sequence
from importlib import import_module
from typing import Protocol

from sweep.backends.events import Event
from sweep.config import Execution

__all__ = ["BACKENDS", "Backend", "open_backend"]


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
    "ray": "sweep.backends.ray.cluster:open_ray",
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
