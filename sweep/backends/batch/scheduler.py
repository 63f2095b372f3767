"""Scheduler: a run's arrays from submission to the last end, all that matters in the store.

Kill it and its jobs run on; the next one finds them by the marks in the store and takes them up.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sweep.backends.batch.arrays import Array, Need, live_arrays, new_array, retire
from sweep.backends.batch.client import Api
from sweep.backends.batch.cost import Meter
from sweep.backends.batch.polling import ENDED, Live, Lost, live, look
from sweep.backends.batch.retry import Policy, judge_failure
from sweep.backends.batch.submit import find_job, submit
from sweep.backends.batch.waiting import why_waiting
from sweep.backends.events import Done, Event, Failure, Note
from sweep.config.batch import Batch as Settings
from sweep.errors import SweepError
from sweep.keys import Json
from sweep.store import Store
from sweep.words.numbers import count_of
from sweep.worker.claims import let_go_of_task

__all__ = ["Course"]

HOLD = 12  # looks that lost tasks wait for others, to go into one array with them
TOLD = 20  # failures of jobs whose last lines are fetched; the others are in CloudWatch
LINES = 30


@dataclass
class Course:
    """What a run knows: its live arrays, and the tasks that wait for another one."""

    store: Store
    api: Api
    settings: Settings
    policy: Policy
    meter: Meter
    how: Json
    live: dict[str, Live] = field(default_factory=dict)
    waiting: dict[Need, list[str]] = field(default_factory=dict)
    waited: int = 0
    logs: int = 0
    stopped: str | None = None
    looked: float = field(default_factory=time.monotonic)

    def adopt(self, keys: Sequence[str]) -> list[str]:
        """Take up the arrays of an earlier coordinator; return the keys that none of them has."""
        rest = dict.fromkeys(keys)
        others: dict[str, str] = {}
        for array in live_arrays(self.store):
            job = find_job(self.store, self.api, array)
            if job is None:  # its coordinator died before it could submit
                retire(self.store, array.name)
            elif rest.keys().isdisjoint(array.keys):
                others[job] = array.name
            else:
                self.live[job] = live(array, job, rest)
                for key in self.live[job].left:
                    del rest[key]
        self.tidy(others)
        return list(rest)

    def tidy(self, others: Mapping[str, str]) -> None:
        """Take down the marks of ended arrays that this run has no use for."""
        for job, told in self.api.describe(list(others)).items():
            if told["status"] in ENDED:
                retire(self.store, others[job])

    def submit(self, need: Need, keys: Sequence[str]) -> None:
        """Submit tasks of one need, in as few arrays as AWS allows."""
        most = self.settings.max_children * need.pack
        for start in range(0, len(keys), most):
            array: Array = new_array(self.store, keys[start : start + most], need, **self.how)
            job = submit(self.store, self.api, array, self.settings)
            self.live[job] = live(array, job, dict.fromkeys(array.keys))

    def turn(self) -> Iterator[Event]:
        """Look at every array once, yield what has happened, submit what is to be tried again."""
        told = self.api.describe(list(self.live))
        now = time.monotonic()
        for job, one in list(self.live.items()):
            self.meter.add(one.array.need.queue, one.working * one.array.vcpus, now - self.looked)
            for found in look(self.store, self.api, one, told.get(job)):
                yield from self.account(one, found)
            yield from self.explain(one)
            if not one.left:
                self.settle(job, one, told.get(job, {}).get("status"))
        self.looked = now
        if self.meter.spent and self.stopped is None:
            yield from self.out_of_budget()
        yield from self.again()

    def settle(self, job: str, one: Live, status: str | None) -> None:
        """Let go of an array all of whose wanted tasks are accounted for.

        Its mark stays while the job runs: another run may want the rest of it.
        """
        if status in ENDED or status is None:
            retire(self.store, one.array.name)
            del self.live[job]
        elif not one.whole:
            del self.live[job]

    def account(self, one: Live, found: Done | Lost) -> Iterator[Event]:
        """Yield a task's end, or let it wait for its next job."""
        if isinstance(found, Lost):
            yield from self.lost(one, found)
            return
        loss = None if found.failure is None else judge_failure(found.failure)
        if loss is None:
            yield found
            return
        let_go_of_task(self.store, found.key)  # the next try goes by another name
        need = self.policy.after(one.array.need, loss, alone=True)
        if need is None:
            failure = self.policy.failure(one.array.need, loss)
            yield Done(found.key, found.attempt, None, failure, found.log)
        else:
            self.waiting.setdefault(need, []).append(found.key)

    def lost(self, one: Live, found: Lost) -> Iterator[Event]:
        """Let a lost task wait for its next job, or give it up."""
        if self.stopped is not None and found.loss.cause in ("ended", "stopped"):
            if self.stopped:
                yield self.given_up(one.array.need, found.key, self.stopped)
            return
        let_go_of_task(self.store, found.key)  # its job has ended, whatever the claim says
        need = self.policy.after(one.array.need, found.loss, found.alone)
        if need is not None:
            self.waiting.setdefault(need, []).append(found.key)
            return
        failure = self.policy.failure(one.array.need, found.loss)
        log = self.last_lines(found)
        yield Done(found.key, one.array.need.failures + 1, None, failure, log)

    def given_up(self, need: Need, key: str, message: str) -> Done:
        """Return the end of a task that the budget does not allow."""
        return Done(key, need.failures + 1, None, Failure("budget", message))

    def last_lines(self, found: Lost) -> str:
        """Return the last lines that a job printed, for the first failures."""
        group = self.settings.log_group
        if self.logs >= TOLD:
            return f"(the log of job {found.child} is in CloudWatch, group {group})\n"
        self.logs += 1
        job = self.api.describe([found.child]).get(found.child, {})
        stream = (job.get("container") or {}).get("logStreamName")
        if stream is None:
            return f"(job {found.child} has no log stream)\n"
        return self.api.last_lines(group, stream, LINES)

    def explain(self, one: Live) -> Iterator[Note]:
        """Say once why an array waits, when it has waited for long."""
        seconds = time.monotonic() - one.waits
        if one.explained or not one.left or seconds < self.settings.runnable_warning:
            return
        one.explained = True
        need = one.array.need
        reasons = why_waiting(self.api, need.queue, one.array.vcpus, need.memory)
        words = "; ".join(reasons)
        state = ", ".join(f"{n} {state}" for state, n in one.counts.items() if n) or "unknown"
        yield Note(
            f"AWS Batch: job {one.array.job_name} has not started for {seconds:.0f} s ({state}): "
            f"{words}",
            {"job": one.job, "reasons": reasons},
        )

    def again(self) -> Iterator[Event]:
        """Submit the tasks that are to be tried again: all at once, when no more are to come."""
        if not self.waiting:
            return
        self.waited += 1
        if self.stopped is None and self.live and self.waited < HOLD:
            return
        waiting, self.waiting, self.waited = self.waiting, {}, 0
        for need, keys in waiting.items():
            if self.stopped is None:
                tasks = count_of(len(keys), "task")
                yield Note(f"AWS Batch: {tasks} to be tried again: {describe_next(need)}")
                self.submit(need, keys)
            elif self.stopped:
                yield from (self.given_up(need, key, self.stopped) for key in keys)

    def out_of_budget(self) -> Iterator[Event]:
        """Let nothing further start: the money is used up."""
        spent, budget = self.meter.cost, self.meter.budget
        words = f"not started: {spent:.4g} of the budget of {budget:.4g} is spent"
        yield Note(f"AWS Batch: {words[13:]}; what runs goes on to its end, nothing else starts")
        self.stop(f"{words} (execution.batch.budget)")

    def stop(self, reason: str) -> None:
        """Submit nothing further, and cancel what has not started; a reason is a failure's."""
        self.stopped = reason
        for job in self.live:
            self.api.cancel(job, "sweep: stopped")

    def end(self) -> None:
        """End everything at once; what has ended stays in the store."""
        failed: list[SweepError] = []
        for job, one in self.live.items():
            try:
                self.api.terminate(job, "sweep: ended by the user")
                retire(self.store, one.array.name)
            except SweepError as error:  # the others are to end all the same
                failed.append(error)
        if failed:
            raise failed[0]


def describe_next(need: Need) -> str:
    """Return what tasks get next, in words."""
    losses = f", after {need.losses} lost hosts" if need.losses else ""
    return f"queue {need.queue}, {need.memory} MiB, {need.pack} in a job{losses}"
