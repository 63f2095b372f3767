"""The scheduler: one thread that starts attempts as vCPUs allow, ends them, and judges them."""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.aws.emulation.faults import Script
from tests.aws.emulation.jobs import ENDED, Job, now, queue_of
from tests.aws.emulation.processes import Attempt, kill_tree, start

__all__ = ["Running", "Scheduler"]

GRACE = 30.0  # seconds between SIGTERM and SIGKILL, as ECS gives
LOST = "Host EC2 (instance i-0{:016x}) terminated."
PULL = (
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve "
    "ref docker.io/library/absent:latest"
)
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
TOO_LONG = "Job attempt duration exceeded timeout"


@dataclass
class Running:
    """An attempt that runs: since when, when it is to be lost, and when SIGTERM was sent."""

    job: Job
    attempt: Attempt
    since: float
    spot: float | None
    oom: float | None
    log_stream: str
    terminated: float | None = None
    why: str | None = None


@dataclass
class Scheduler:
    """Jobs by id, what runs, and who waits in each queue, first come first served."""

    room: Callable[[str, Job], float]  # vCPUs of a queue for such a job; 0 if it can never start
    log: Callable[[str, str, str], None]
    script: Script = field(default_factory=Script)
    jobs: dict[str, Job] = field(default_factory=dict)
    waiting: dict[str, deque[Job]] = field(default_factory=dict)
    running: list[Running] = field(default_factory=list)
    held: list[Job] = field(default_factory=list)  # they wait for other jobs
    arrays: list[Job] = field(default_factory=list)
    scale: float = 1.0  # how many seconds of a timeout pass in one
    grace: float = GRACE
    starts: int = 0
    most: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def loop(self) -> None:
        """Work for ever."""
        while True:
            with self.lock:
                self.turn()
            time.sleep(0.02)

    def add(self, job: Job) -> None:
        """Take a job, with its children."""
        with self.lock:
            for one in (job, *job.children):
                self.jobs[one.id] = one
            self.held += job.children or [job]
            self.arrays += [job] if job.children else []

    def turn(self) -> None:
        """Look at everything once."""
        self.held = [job for job in self.held if not self.release(job)]
        for one in list(self.running):
            self.look(one)
        for queue, jobs in self.waiting.items():
            self.fill(queue, jobs)
        for job in self.arrays:
            job.roll_up()

    def release(self, job: Job) -> bool:
        """Let a job wait for capacity once those it depends on have succeeded."""
        if job.status in ENDED:
            return True
        needed = [self.jobs.get(d["jobId"]) for d in job.asked["depends"]]
        if any(n is not None and n.status == "FAILED" for n in needed):
            self.close(job, "FAILED", "Dependent Job failed")
            return True
        if any(n is None or n.status != "SUCCEEDED" for n in needed):
            job.status = "PENDING"
            return False
        job.status = "RUNNABLE"
        self.waiting.setdefault(queue_of(job), deque()).append(job)
        return True

    def fill(self, queue: str, jobs: deque[Job]) -> None:
        """Start jobs while there is room; one that never fits lets the others pass."""
        used = sum(r.job.asked["vcpus"] for r in self.running if queue_of(r.job) == queue)
        passed: list[Job] = []
        while jobs:
            job = jobs.popleft()
            if job.status in ENDED:
                continue
            stuck = self.script.of_job("stuck", job, len(job.attempts) + 1) is not None
            room = self.room(queue, job)
            if stuck or room < job.asked["vcpus"]:
                passed.append(job)
                if not stuck and room == 0:
                    break
            elif used + job.asked["vcpus"] > room:
                passed.append(job)
                break
            else:
                used += job.asked["vcpus"]
                self.begin(job)
        jobs.extendleft(reversed(passed))

    def begin(self, job: Job) -> None:
        """Start an attempt."""
        number = len(job.attempts) + 1
        job.status, job.started = "STARTING", now()
        job.attempts.append({"startedAt": job.started, "container": {}})
        if self.script.of_job("pull", job, number) is not None:
            self.judge(job, "Task failed to start", None, PULL)
            return
        environment = {**job.asked["variables"], **self.variables(job, number)}
        try:
            attempt = start(job.asked["command"], environment)
        except OSError as error:
            self.judge(job, "Task failed to start", 127, f"CannotStartContainerError: {error}")
            return
        self.starts += 1
        job.status = "RUNNING"
        stream = f"{job.asked['definition_name']}/default/{os.urandom(16).hex()}"
        if self.script.of_job("log", job, number) is None:
            job.container = {"logStreamName": stream}
            job.attempts[-1]["container"]["logStreamName"] = stream
        since, script = time.monotonic(), self.script
        spot, oom = (script.of_job(kind, job, number) for kind in ("spot", "oom"))
        self.running.append(Running(job, attempt, since, spot, oom, stream))
        self.most = max(self.most, len(self.running))

    def variables(self, job: Job, attempt: int) -> dict[str, str]:
        """Return the variables that Batch sets."""
        found = {
            "AWS_BATCH_JOB_ID": job.id,
            "AWS_BATCH_JOB_ATTEMPT": str(attempt),
            "AWS_BATCH_JQ_NAME": str(job.asked["queue"]),
            "AWS_BATCH_CE_NAME": "emulated",
        }
        if job.index is not None:
            assert job.parent is not None
            found["AWS_BATCH_JOB_ARRAY_INDEX"] = str(job.index)
            found["AWS_BATCH_JOB_ARRAY_SIZE"] = str(len(job.parent.children))
        return found

    def look(self, one: Running) -> None:
        """See whether an attempt has ended, or is to be ended."""
        job, seconds = one.job, time.monotonic() - one.since
        process, limit = one.attempt.process, job.asked["timeout"]
        if (code := process.poll()) is not None:
            reason = one.why or "Essential container in task exited"
            self.end(one, reason, 128 - code if code < 0 else code, None)
        elif one.spot is not None and seconds >= one.spot:
            kill_tree(one.attempt)
            self.end(one, LOST.format(abs(hash(job.id)) % 16**15), None, None)
        elif one.oom is not None and seconds >= one.oom:
            kill_tree(one.attempt)
            self.end(one, "Essential container in task exited", 137, OUT_OF_MEMORY)
        elif one.terminated is not None:
            if time.monotonic() - one.terminated > self.grace:
                kill_tree(one.attempt)
        elif job.ending is not None or (limit and seconds * self.scale > limit):
            one.why = job.ending or TOO_LONG
            one.terminated = time.monotonic()
            process.send_signal(signal.SIGTERM)

    def end(self, one: Running, reason: str, code: int | None, why: str | None) -> None:
        """Close an attempt's books."""
        self.running.remove(one)
        kill_tree(one.attempt)
        text = one.attempt.text()
        if one.job.container:
            late = self.script.of_job("late", one.job, len(one.job.attempts))
            place = (one.job.asked["log_group"], one.log_stream, text)
            threading.Timer(late, self.log, place).start() if late else self.log(*place)
        self.judge(one.job, reason, code, why)

    def judge(self, job: Job, reason: str, code: int | None, why: str | None) -> None:
        """Record how an attempt ended, and try again or close the job."""
        found: dict[str, Any] = {"exitCode": code, "reason": why}
        ended = {k: v for k, v in found.items() if v is not None}
        job.container = {**job.container, **ended}
        job.attempts[-1]["container"].update(ended)
        job.attempts[-1].update(stoppedAt=now(), statusReason=reason)
        if code == 0:
            self.close(job, "SUCCEEDED", reason)
        elif job.ending is None and reason != TOO_LONG and self.again(job, reason, code, why):
            job.status = "RUNNABLE"
            job.container = {}
            self.waiting.setdefault(queue_of(job), deque()).append(job)
        else:
            self.close(job, "FAILED", reason)

    def again(self, job: Job, reason: str, code: int | None, why: str | None) -> bool:
        """Return whether the retry strategy asks for another attempt: without a match, it does."""
        strategy: Mapping[str, Any] = job.asked["retry"]
        if len(job.attempts) >= strategy.get("attempts", 1):
            return False
        told = {"onStatusReason": reason, "onReason": why or "", "onExitCode": code}
        for rule in strategy.get("evaluateOnExit", []):
            if all(matches(rule[key], told[key]) for key in told if key in rule):
                return bool(rule["action"].upper() == "RETRY")
        return True

    def close(self, job: Job, status: str, reason: str | None) -> None:
        """Give a job its end."""
        job.status, job.reason, job.stopped = status, reason, now()

    def finish(self, job: Job, reason: str, running: bool) -> None:
        """Cancel a job with its children; with ``running``, end it wherever it is."""
        with self.lock:
            for one in job.children or [job]:
                if one.status in ENDED:
                    continue
                if one.status in ("STARTING", "RUNNING"):
                    one.ending = reason if running else None
                else:
                    self.close(one, "FAILED", reason)
            if job.children:
                job.ending = reason
                job.roll_up()


def matches(pattern: str, value: object) -> bool:
    """Match as Batch does: an asterisk only at the end."""
    text = "" if value is None else str(value)
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern
