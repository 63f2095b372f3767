"""Local: warm worker processes on this machine, one core each.

Each is ``python -m sweep.worker`` with JSON lines on its pipes: nothing is pickled, and notebooks
need no main guard. A worker that dies costs its own task one attempt; the others do not notice.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from sweep.backends import Done, Event, Failure, Started
from sweep.warm import warm_environment

__all__ = ["Local"]

TICK = 0.2  # seconds between looks at the clock and at the stop sign
LOG_TAIL = 20_000  # characters of a worker's output kept with a task


@dataclass
class Worker:
    """One process, what it is doing and since when."""

    number: int
    process: "subprocess.Popen[bytes]"
    log: IO[bytes]
    buffer: bytes = b""
    key: str | None = None
    since: float | None = None
    logged: int = 0

    def send(self, request: dict[str, Any]) -> None:
        """Hand over a task."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()

    def output(self) -> str:
        """Return what the process printed since the last call."""
        descriptor = self.log.fileno()  # its offset is the worker's too, so it is not moved
        text = os.pread(descriptor, os.fstat(descriptor).st_size - self.logged, self.logged)
        self.logged += len(text)
        return text.decode(errors="replace")[-LOG_TAIL:]


@dataclass(frozen=True)
class Local:
    """Worker processes on this machine.

    ``workers`` None is one per core; ``retries`` is how often a task is tried again when its
    worker died; after ``timeout`` seconds a task is given up.
    """

    workers: int | None = None
    retries: int = 1
    timeout: float | None = None
    keep_draws: bool = True

    def run(
        self, keys: Sequence[str], store_url: str, stop: Callable[[], bool]
    ) -> Generator[Event, None, None]:
        """Run every task; see `sweep.backends.Backend`."""
        if not keys:
            return
        count = min(self.workers or cores(), len(keys))
        environment = warm_environment()
        waiting = deque((key, 1) for key in keys)
        attempts: dict[str, int] = {}
        with selectors.DefaultSelector() as selector:
            pool: list[Worker] = []
            try:
                pool += (start(number, environment, selector) for number in range(count))
                while any(w.key for w in pool) or (waiting and not stop()):
                    yield from self._feed(pool, waiting, attempts, store_url, stop)
                    for ready, _ in selector.select(TICK):
                        worker: Worker = ready.data
                        yield from self._read(worker, waiting, attempts)
                    yield from self._expired(pool, attempts)
                    revive(pool, waiting, environment, selector)
            finally:
                for worker in pool:
                    end(worker)

    def _feed(
        self,
        pool: list[Worker],
        waiting: "deque[tuple[str, int]]",
        attempts: dict[str, int],
        store_url: str,
        stop: Callable[[], bool],
    ) -> Iterator[Event]:
        for worker in pool:
            if worker.key is None and waiting and not stop() and worker.process.poll() is None:
                worker.key, attempts_so_far = waiting.popleft()
                attempts[worker.key] = attempts_so_far
                worker.since = None
                request = {"store": store_url, "key": worker.key, "keep_draws": self.keep_draws}
                try:
                    worker.send(request)
                except BrokenPipeError:  # it died while idle; reading its pipe will say so
                    continue
                yield Started(worker.key, worker.number, attempts_so_far)

    def _read(
        self, worker: Worker, waiting: "deque[tuple[str, int]]", attempts: dict[str, int]
    ) -> Iterator[Event]:
        assert worker.process.stdout is not None
        data = os.read(worker.process.stdout.fileno(), 1 << 16)
        if not data:
            worker.process.wait()
            yield from self._lost(worker, waiting, attempts)
            return
        *lines, worker.buffer = (worker.buffer + data).split(b"\n")
        for line in lines:
            event = json.loads(line)
            key = worker.key
            if event["event"] == "started":  # imports are over: from here on it is the task's time
                worker.since = time.monotonic()
            if event["event"] == "done" and key is not None and event["key"] == key:
                failed = event.get("failure")
                failure = None if failed is None else Failure(**failed)
                worker.key = None
                yield Done(key, attempts[key], event.get("result"), failure, worker.output())

    def _lost(
        self, worker: Worker, waiting: "deque[tuple[str, int]]", attempts: dict[str, int]
    ) -> Iterator[Event]:
        """Account for a dead worker: its task waits again, or has failed."""
        key, worker.key = worker.key, None
        if key is None:
            return
        if attempts[key] <= self.retries:
            waiting.append((key, attempts[key] + 1))
            return
        failure = Failure("worker lost", f"its worker {death(worker)} {attempts[key]} times")
        yield Done(key, attempts[key], None, failure, worker.output())

    def _expired(self, pool: list[Worker], attempts: dict[str, int]) -> Iterator[Event]:
        for worker in pool:
            key = worker.key
            if key is None or self.timeout is None or worker.since is None:
                continue
            if time.monotonic() - worker.since > self.timeout:
                worker.key = None
                worker.process.kill()
                worker.process.wait()  # dead for certain: its place is free for a new one
                message = f"not done after {self.timeout:g} s (execution.timeout)"
                yield Done(key, attempts[key], None, Failure("timeout", message), worker.output())


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def start(number: int, environment: dict[str, str], selector: selectors.BaseSelector) -> Worker:
    """Start a worker in a session of its own, so that Ctrl-C is the coordinator's to handle."""
    log = tempfile.TemporaryFile()  # noqa: SIM115 # open as long as the worker lives
    process = subprocess.Popen(
        [sys.executable, "-m", "sweep.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=environment,
        start_new_session=True,
    )
    worker = Worker(number, process, log)
    assert process.stdout is not None
    selector.register(process.stdout, selectors.EVENT_READ, worker)
    return worker


def revive(
    pool: list[Worker],
    waiting: "deque[tuple[str, int]]",
    environment: dict[str, str],
    selector: selectors.BaseSelector,
) -> None:
    """Replace dead workers while there is something left to do."""
    for place, worker in enumerate(pool):
        if worker.key is None and worker.process.poll() is not None:
            pipe = worker.process.stdout
            assert pipe is not None
            if not pipe.closed:
                selector.unregister(pipe)
            end(worker)
            if waiting:
                pool[place] = start(worker.number, environment, selector)


def death(worker: Worker) -> str:
    """Return how a process ended, in words."""
    code = worker.process.returncode
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"left with exit code {code}"


def end(worker: Worker) -> None:
    """End a worker and close its pipes."""
    if worker.process.poll() is None:
        worker.process.kill()
    worker.process.wait()
    for pipe in (worker.process.stdin, worker.process.stdout, worker.log):
        if pipe is not None and not pipe.closed:
            try:
                pipe.close()
            except BrokenPipeError:  # unsent bytes for a dead process
                continue
