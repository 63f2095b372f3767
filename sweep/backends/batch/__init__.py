"""Batch: array jobs of AWS Batch. Each child runs the same worker as this machine would.

One submission, and one poller for all of it. Nothing is kept here that the store does not hold: a
killed coordinator leaves its jobs running, and the next one takes them up.
"""

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from sweep.backends.batch.arrays import Need
from sweep.backends.batch.client import open_api
from sweep.backends.batch.cost import Meter
from sweep.backends.batch.retry import Policy
from sweep.backends.batch.scheduler import Course
from sweep.backends.batch.sizing import pack_of, seconds_per_fit
from sweep.backends.batch.waiting import capacity
from sweep.backends.events import Event, Note
from sweep.config import Execution
from sweep.config.batch import Batch as Settings
from sweep.store import Store, open_store
from sweep.words.numbers import count_of

__all__ = ["BatchBackend", "open_batch"]

TICK = 0.2  # seconds between looks at the stop sign
AT_ONCE = 100  # jobs that a queue is taken to run where AWS does not say


@dataclass(frozen=True)
class BatchBackend:
    """Array jobs of AWS Batch; ``settings`` is the config's section ``execution.batch``.

    ``retries`` is how often a task is tried again that broke its job, or ran out of memory; a
    lost host is not the task's fault and counts for nothing. ``timeout`` and ``stall`` are a
    fit's, in seconds.
    """

    settings: Settings
    retries: int = 1
    timeout: float | None = None
    stall: float | None = None
    keep_draws: bool = True

    def run(
        self, keys: Sequence[str], store_url: str, stop: Callable[[], bool]
    ) -> Generator[Event, None, None]:
        """Run every task; see `sweep.backends.Backend`.

        ``stop`` cancels what has not started; closing ends every job. A coordinator that dies, or
        loses its connection, leaves its jobs running.
        """
        if not keys:
            return
        course = self.course(open_store(store_url))
        try:
            rest = course.adopt(keys)
            if taken := len(keys) - len(rest):
                yield Note(f"AWS Batch: {count_of(taken, 'task')} at work already: taken up")
            if rest and not stop():
                course.submit(self.first(course, len(rest)), rest)
            while course.live or course.waiting:
                if stop() and course.stopped is None:
                    course.stop("")
                yield from course.turn()
                self.rest(course, stop)
        except (GeneratorExit, KeyboardInterrupt):
            course.end()
            raise
        facts = {"vcpu_hours": course.meter.hours, "cost": course.meter.cost}
        yield Note(course.meter.words(), {**facts, "calls": course.api.calls})

    def course(self, store: Store) -> Course:
        """Return a run's state before its first call."""
        settings = self.settings
        api = open_api(settings.region)
        api.pause = min(api.pause, settings.poll)
        policy = Policy(settings.on_demand_queue, self.retries)
        price = settings.price_per_vcpu_hour
        second = settings.on_demand_price_per_vcpu_hour
        prices = {settings.queue: price}
        if settings.on_demand_queue is not None:
            prices[settings.on_demand_queue] = price if second is None else second
        how = {
            "vcpus": settings.vcpus,
            "keep_draws": self.keep_draws,
            "timeout": self.timeout,
            "stall": self.stall,
        }
        return Course(store, api, settings, policy, Meter(prices, settings.budget), how)

    def first(self, course: Course, tasks: int) -> Need:
        """Return what tasks need at first."""
        settings = self.settings
        pack = settings.pack
        if pack == "auto":
            vcpus = capacity(course.api, settings.queue)
            at_once = AT_ONCE if vcpus is None else vcpus // settings.vcpus
            pack = pack_of(tasks, seconds_per_fit(course.store), settings.vcpus, at_once)
        return Need(settings.queue, settings.memory, pack)

    def rest(self, course: Course, stop: Callable[[], bool]) -> None:
        """Wait for the next look, but not past the user's wish to stop."""
        end = time.monotonic() + self.settings.poll
        while (left := end - time.monotonic()) > 0 and (course.live or course.waiting):
            if stop() and course.stopped is None:
                return
            time.sleep(min(TICK, left))


def open_batch(execution: Execution) -> BatchBackend:
    """Return the backend for a config's execution, whose section ``batch`` is there."""
    assert execution.batch is not None  # the config refuses a backend without its section
    keep_draws = "draws" in execution.keep
    return BatchBackend(
        execution.batch, execution.retries, execution.timeout, execution.stall, keep_draws
    )
