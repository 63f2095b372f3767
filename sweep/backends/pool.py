"""Pool: a few warm workers on this machine, watched.

A task that does not move is ended, for progress is draws and not a process that lives; so is one
that takes too long. A worker that dies costs its own task only. Every backend runs its tasks
through a pool: here, in a Ray actor, in a child of an AWS Batch array.
"""

import os
import selectors
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from sweep.backends.events import Done, Failure, Progress
from sweep.backends.process import Process, start
from sweep.faultpoint import faultpoint
from sweep.keys import Json
from sweep.worker.environment import warm_environment
from sweep.worker.serve import NEEDS_LESS

__all__ = ["COMPILING", "Limits", "Pool", "cores"]

COMPILING = 900.0  # seconds a model may compile: no progress can be seen meanwhile
UNSEEN = ("load", "compile")  # phases without a sign of progress: PyMC is imported, and compiles
STARTING = 600.0  # seconds that a worker may need to import what it needs


@dataclass(frozen=True)
class Limits:
    """Seconds a task may take in all, and seconds it may stand still; None is for ever."""

    timeout: float | None = None
    stall: float | None = None


class Pool:
    """Worker processes that are given tasks one at a time; none outlives it.

    ``request`` is what every task's request holds besides its key.
    """

    def __init__(self, count: int, request: Json, limits: Limits) -> None:
        self.request = request
        self.limits = limits
        self.environment = warm_environment()
        self.selector = selectors.DefaultSelector()
        self.workers = [self._start(number) for number in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every worker, whatever it does."""
        for worker in self.workers:
            worker.end()
        self.selector.close()

    def busy(self) -> int:
        """Return how many tasks are at work."""
        return sum(worker.key is not None for worker in self.workers)

    def idle(self) -> bool:
        """Return whether a worker waits for a task."""
        return any(worker.key is None for worker in self.workers)

    def give(self, key: str) -> int:
        """Hand a task to an idle worker, a new one in a dead one's place; return its number."""
        place = min(
            (p for p, w in enumerate(self.workers) if w.key is None),
            key=lambda p: not self.workers[p].alive(),
        )
        if not self.workers[place].alive():
            self._replace(self.workers[place])
        worker = self.workers[place]
        worker.give(key, {**self.request, "key": key})
        faultpoint("pool.after_give")
        return worker.number

    def events(self, wait: float) -> Iterator[Progress | Done]:
        """Yield what happened, waiting at most so many seconds; every ``Done`` is attempt 1."""
        for ready, _ in self.selector.select(wait):
            yield from self._read(ready.data)
        for worker in self.workers:
            if worker.key is not None and (why := limit_passed(worker, self.limits)):
                yield self._kill(worker, *why)

    def _start(self, number: int) -> Process:
        worker = start(number, self.environment)
        self.selector.register(worker, selectors.EVENT_READ, worker)
        faultpoint("pool.after_start")
        return worker

    def _replace(self, worker: Process) -> None:
        self._drop(worker)
        self.workers[worker.number] = self._start(worker.number)

    def _drop(self, worker: Process) -> None:
        if worker in {key.data for key in self.selector.get_map().values()}:
            self.selector.unregister(worker)
        worker.end()

    def _read(self, worker: Process) -> Iterator[Progress | Done]:
        answers = worker.answers()
        if answers is None:
            yield from self._ended(worker)
            return
        faultpoint("pool.after_answer")
        for answer in answers:
            if answer["event"] in ("copy", "lost"):
                yield from events_of_copy(worker, answer)
            elif worker.key is not None and answer.get("key") == worker.key:
                yield event_of_task(worker, answer)

    def _ended(self, worker: Process) -> Iterator[Done]:
        self.selector.unregister(worker)
        if worker.key is not None:
            yield loss_of_task(worker)
            self._replace(worker)  # now: a new one needs seconds to import
            faultpoint("pool.after_replace")

    def _kill(self, worker: Process, limit: str, why: str) -> Done:
        key, worker.key = worker.key, None
        assert key is not None
        whole = worker.copy is None or worker.since is None
        worker.kill() if whole else worker.kill_copy()
        failure = Failure("timeout", f"{why} (execution.{limit})", limit=limit)
        if not limit:
            failure = Failure("worker lost", why)
        done = Done(key, 1, None, failure, worker.output())
        if whole:
            worker.process.wait()
            self._replace(worker)
        return done


def event_of_task(worker: Process, answer: Json) -> Progress | Done:
    """Return what a worker says of the task it has."""
    assert worker.key is not None
    if answer["event"] == "done":
        failed = answer.get("failure")
        failure = None if failed is None else Failure(**failed)
        key, worker.key = worker.key, None
        return Done(key, 1, answer.get("result"), failure, worker.output())
    if answer["event"] == "started":  # imports are over: from here on it is its own time
        worker.since = time.monotonic()
    phase, count = answer.get("phase", "started"), answer.get("count", 0)
    worker.moves(phase)
    return Progress(worker.key, phase, count)


def events_of_copy(worker: Process, answer: Json) -> Iterator[Done]:
    """Take note of a worker's copy that has come, or has died; the worker makes the next."""
    if answer["event"] == "copy":
        worker.copy = answer["pid"]
        return
    if answer["pid"] == worker.killed:
        return
    worker.copy, worker.code = None, answer["code"]
    if worker.key is not None and worker.since is None:
        worker.kill()  # nobody knows whether it had taken its task: a new worker will
    elif worker.key is not None:
        yield loss_of_task(worker)


def loss_of_task(worker: Process) -> Done:
    """Return the end of a task whose worker, or its copy, has died; the worker has none then."""
    key, worker.key = worker.key, None
    assert key is not None
    faultpoint("pool.after_lost")
    return Done(key, 1, None, why_lost(worker), worker.output())


def limit_passed(worker: Process, limits: Limits) -> tuple[str, str] | None:
    """Return the limit that a task has passed, and that in words; None while it has not.

    The limit has no name where it is the worker that does not even start.
    """
    now = time.monotonic()
    if worker.since is None or worker.moved is None:
        stuck = now - worker.given > STARTING
        return ("", f"its worker did not start in {STARTING:g} s and was ended") if stuck else None
    if limits.timeout is not None and now - worker.since > limits.timeout:
        return "timeout", f"not done after {limits.timeout:g} s"
    if limits.stall is None:
        return None
    allowed = max(limits.stall, COMPILING) if worker.phase in UNSEEN else limits.stall
    if now - worker.moved > allowed:
        return "stall", f"no progress for {allowed:g} s while it was at {worker.phase!r}"
    return None


def why_lost(worker: Process) -> Failure:
    """Return why a dead worker's task has no result."""
    if worker.starving():
        return Failure("memory", f"out of memory: the kernel ended its worker. {NEEDS_LESS}")
    return Failure("worker lost", f"its worker {worker.death()}")


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
