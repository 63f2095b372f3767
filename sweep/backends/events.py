"""Events: what a backend tells of the tasks it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["FAILURES", "RETRIED", "Done", "Event", "Failure", "Note", "Progress", "Started"]

FAILURES = (
    *("model", "timeout", "storage", "memory", "toolchain", "worker lost", "platform", "budget"),
    "elsewhere",
)
"""Why a task has no result here.

``model`` and ``timeout`` would happen again, and are remembered (see
`sweep.journal.failures.FAILED_KINDS`); the others are the machine's doing; ``elsewhere`` is no
failure: another run's workers are at it.
"""

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
