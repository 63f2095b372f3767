"""Cluster: warm workers on the cores of Ray, tasks streamed to them, results in the store.

Each core has an actor that holds a `Host`; one call to it is always under way. The driver hands out
few tasks ahead of time and receives keys and states, never draws. A dead actor or node costs the
tasks it had: they go first when another is free, and they are not charged to the model.
"""

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sweep.backends.events import RETRIED, Done, Event, Failure, Note, Progress, Started
from sweep.backends.local import with_attempt
from sweep.backends.ray.host import Host, done_from
from sweep.config import Execution
from sweep.errors import SweepError, UsageError
from sweep.keys import Json
from sweep.words.numbers import count_of

__all__ = ["RayCluster", "open_ray"]

AHEAD = 2  # tasks a host has: one at work, one that waits on the spot
STEP = 2.0  # seconds after which a host answers even if nothing ended
STILLBORN = 3  # deaths in a row before an answer
PATIENCE = 60.0  # seconds without a worker after which it is said why
TICK = 0.5  # seconds between looks at the stop sign


@dataclass
class Actor:
    """One actor: its handle, the tasks it has, and the call that is under way.

    Until its first answer it may wait for a free core for ever, so it is given nothing. ``first``
    are tasks to try again there, before all others: a new worker starts where theirs died.
    """

    number: int
    handle: Any
    ready: bool = False
    stillborn: int = 0
    keys: list[str] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    call: Any = None


@dataclass
class Queue:
    """What waits, and how often each task was tried and lost."""

    waiting: deque[str]
    attempts: dict[str, int] = field(default_factory=dict)
    losses: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RayCluster:
    """A Ray cluster, started here if there is none; fields as in `sweep.backends.local.Local`.

    ``losses`` is how often a task may lose its actor or node.
    """

    address: str | None = None
    workers: int | None = None
    retries: int = 1
    timeout: float | None = None
    stall: float | None = None
    keep_draws: bool = True
    memory: float = 1.0
    losses: int = 5

    def run(
        self, keys: Sequence[str], store_url: str, stop: Callable[[], bool]
    ) -> Generator[Event, None, None]:
        """Run every task; see `sweep.backends.Backend`.

        Raises
        ------
        UsageError
            If Ray is not installed, the cluster cannot be reached, or a node cannot see the store.
        """
        if not keys:
            return
        ray, ours = connect(self.address)
        queue, holder = Queue(deque(keys)), uuid4().hex
        request = {"store": store_url, "keep_draws": self.keep_draws, "holder": holder}
        count = min(self.workers or max(1, int(ray.cluster_resources().get("CPU", 1))), len(keys))
        began, told = time.monotonic(), False
        actors = []
        try:
            actors += [Actor(n, self._host(ray, request, keys[0])) for n in range(count)]
            while any(a.keys for a in actors) or (queue.waiting and not stop()):
                for actor in actors:
                    feed(actor, queue, stop)
                calls = {a.call: a for a in actors if a.call is not None}
                ready, _ = ray.wait(list(calls), num_returns=1, timeout=TICK)
                ready, _ = ray.wait(list(calls), num_returns=len(calls), timeout=0)
                if not told and time.monotonic() - began > PATIENCE:
                    told = True
                    yield from self._waits(ray, actors)
                for call in ready:
                    yield from self._answered(ray, calls[call], queue, request, keys[0])
        finally:
            for actor in actors:
                end_actor(ray, actor)
            if ours:
                ray.shutdown()

    def _waits(self, ray: Any, actors: Sequence[Actor]) -> Iterator[Note]:
        """Say why nothing starts, if nothing has."""
        if any(actor.ready for actor in actors):
            return
        free = {k: v for k, v in ray.available_resources().items() if k in ("CPU", "memory")}
        yield Note(
            f"Ray: no worker has started for {PATIENCE:g} s. Each needs 1 CPU and {self.memory:g} "
            f"GiB (execution.ray.memory); free now: {free.get('CPU', 0):g} CPUs, "
            f"{free.get('memory', 0) / 2**30:.1f} GiB over all nodes. It waits for room"
        )

    def _host(self, ray: Any, request: Json, key: str) -> Any:
        limits = {"timeout": self.timeout, "stall": self.stall}
        memory = int(self.memory * 2**30)
        actor = ray.remote(num_cpus=1, memory=memory, max_restarts=0, max_task_retries=0)(Host)
        return actor.remote(request, limits, f"tasks/{key}.json")

    def _answered(
        self, ray: Any, actor: Actor, queue: Queue, request: Json, probe: str
    ) -> Iterator[Event]:
        """Yield what a call brought; a dead actor is replaced and its tasks wait again."""
        call, actor.call = actor.call, None
        try:
            told = ray.get(call)
        except ray.exceptions.RayError as error:  # dead, out of memory, its node gone
            refuse_stillborn(actor, error)
            end_actor(ray, actor)
            lost, actor.keys, actor.first, actor.ready = actor.keys, [], [], False
            actor.handle = self._host(ray, request, probe)
            yield from self._lost(lost, error, queue)
            return
        actor.ready = True
        for event in told:
            yield from self._told(actor, event, queue)

    def _told(self, actor: Actor, told: Json, queue: Queue) -> Iterator[Event]:
        if told["event"] == "blind":
            msg = f"{told['message']}: give a store that every node sees, such as s3://BUCKET/NAME"
            raise UsageError(msg)
        key = told["key"]
        if told["event"] == "started":
            queue.attempts[key] = queue.attempts.get(key, 0) + 1
            yield Started(key, actor.number, queue.attempts[key])
        elif told["event"] == "progress":
            yield Progress(key, told["phase"], told["count"])
        else:
            actor.keys.remove(key)
            done = done_from(told)
            kind = None if done.failure is None else done.failure.kind
            charged = queue.attempts[key] - queue.losses.get(key, 0)
            if kind in RETRIED and charged <= self.retries:
                actor.keys.append(key)
                actor.first.append(key)
            else:
                yield with_attempt(done, queue.attempts[key])

    def _lost(self, keys: list[str], error: Exception, queue: Queue) -> Iterator[Event]:
        for key in reversed(keys):
            queue.losses[key] = queue.losses.get(key, 0) + 1
            if queue.losses[key] <= self.losses:
                queue.waiting.appendleft(key)
                continue
            why = " ".join(str(error).split())[:300]
            often = count_of(queue.losses[key], "time")
            message = f"its Ray actor or node was lost {often}: {why}"
            attempt = queue.attempts.get(key, 1)
            yield Done(key, attempt, None, Failure("worker lost", message))


def end_actor(ray: Any, actor: Actor) -> None:
    """End an actor, dead or alive."""
    with suppress(ray.exceptions.RayError, ValueError):
        ray.kill(actor.handle)


def refuse_stillborn(actor: Actor, error: Exception) -> None:
    """Give up when actors die before they answer: what keeps them from starting will not pass.

    Raises
    ------
    SweepError
        If it happened too often.
    """
    actor.stillborn = 0 if actor.ready else actor.stillborn + 1
    if actor.stillborn > STILLBORN:
        msg = f"workers cannot start on this Ray cluster: {error}"
        raise SweepError(msg) from error


def feed(actor: Actor, queue: Queue, stop: Callable[[], bool]) -> None:
    """Give an actor that has answered more to do, and call it again if it has anything."""
    if actor.call is not None:
        return
    new: list[str] = []
    while actor.ready and queue.waiting and len(actor.keys) + len(new) < AHEAD and not stop():
        new.append(queue.waiting.popleft())
    actor.keys += new
    if actor.keys or not actor.ready:
        first, actor.first = actor.first, []
        actor.call = actor.handle.step.remote(first, new, STEP if actor.ready else 0.0)


def connect(address: str | None) -> tuple[Any, bool]:
    """Return the module ray, connected, and whether this call connected it.

    Raises
    ------
    UsageError
        If Ray is not installed or the cluster does not answer.
    """
    try:
        import ray
    except ImportError as error:
        msg = 'backend ray needs Ray: pip install "modelsweep[ray]"'
        raise UsageError(msg) from error
    if ray.is_initialized():
        return ray, False
    try:
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level=logging.WARNING,
            job_config=job_without_folders(ray, address),
        )
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        where = "on this machine" if address is None else f"at {address}"
        msg = f"cannot reach Ray {where} (execution.ray.address): {error}"
        raise UsageError(msg) from error
    return ray, True


class NoFolders(list[str]):
    """Folders that Ray would put before everything else on the path of each of its processes."""

    def extend(self, _: object) -> None:
        """Take none of them."""


def job_without_folders(ray: Any, address: str | None) -> Any:
    """Return a job whose processes do not import from this one's working or script directory.

    A driver far away (``ray://``) is a process of the cluster and has no such folders.
    """
    if (address or os.environ.get("RAY_ADDRESS", "")).startswith("ray://"):
        return None
    job = ray.job_config.JobConfig()
    job._py_driver_sys_path = NoFolders()
    return job


def open_ray(execution: Execution) -> RayCluster:
    """Return the backend for a config's execution."""
    return RayCluster(
        execution.ray.address,
        None if execution.workers == "auto" else execution.workers,
        execution.retries,
        execution.timeout,
        execution.stall,
        "draws" in execution.keep,
        execution.ray.memory,
        execution.ray.losses,
    )
