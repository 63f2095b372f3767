"""Retry: why a job has ended, in words, and what its tasks need next. No call is made here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sweep.backends.batch.arrays import Need
from sweep.backends.events import Failure
from sweep.words.numbers import count_of

__all__ = ["LOSSES", "Loss", "Policy", "judge_failure", "why_failed"]

OURS = "sweep: "  # how the reasons begin that we end jobs with
LOSSES = 10
"""How many arrays in a row may lose their hosts before a task is given up."""


@dataclass(frozen=True)
class Loss:
    """Why a task has no result though its job has ended.

    ``cause`` is ``host`` (Spot, or a broken machine), ``memory``, ``start`` (the container never
    ran), ``ended`` (somebody ended it), ``stopped`` (an earlier run did, or AWS has forgotten it),
    ``time`` (the job took too long), ``child`` (the job's own program failed, not a task) or
    ``crash``.
    """

    cause: str
    message: str


SIGNALS, KILLED, TERMINATED = 128, 137, 143  # exit codes of processes that signals ended
SIGNS = (
    ("status", OURS, "stopped", "the job was ended by a run: {}"),
    ("status", "Host EC2", "host", "the job's host was taken away or broke: {}"),
    ("status", "Job attempt duration exceeded", "time", "the job took longer than it may: {}"),
    ("reason", "OutOfMemory", "memory", "the job ran out of memory: {}"),
    (
        *("reason", "CannotPullContainer", "start"),
        "the container image cannot be pulled: {}; check the image of the job definition, and that "
        "its execution role may pull it",
    ),
    ("reason", "Cannot", "start", "the container did not start: {}"),
    ("reason", "ResourceInitialization", "start", "the container did not start: {}"),
)
"""Where AWS says it, how it begins, the cause, and the words for people."""

KINDS = {
    "host": "worker lost",
    "memory": "memory",
    "start": "platform",
    "ended": "platform",
    "stopped": "platform",
    "child": "worker lost",
    "time": "platform",
    "crash": "worker lost",
}


def why_failed(job: Mapping[str, Any]) -> Loss:
    """Return why a job failed, from what ListJobs or DescribeJobs says of it."""
    container = job.get("container") or {}
    told = {"status": job.get("statusReason") or "", "reason": container.get("reason") or ""}
    said = "; ".join(part for part in told.values() if part) or "AWS Batch gives no reason"
    for where, start, cause, words in SIGNS:
        if told[where].startswith(start):
            return Loss(cause, words.format(said))
    return judge_code(container.get("exitCode"), told["status"], said)


def judge_code(code: int | None, status: str, said: str) -> Loss:
    """Return why a job failed that gives no known reason, from its exit code."""
    by_itself = status.startswith("Essential container")
    if code is None or (code == TERMINATED and not by_itself):
        return Loss("ended", f"the job was ended: {said}")
    if code == TERMINATED:
        return Loss("host", f"the job was told to stop, as before a host is lost: {said}")
    if code < SIGNALS:
        return Loss("child", f"the job left with exit code {code}: {said}")
    signal = " (SIGKILL, mostly for want of memory)" if code == KILLED else ""
    return Loss("crash", f"the job left with exit code {code}{signal}: {said}")


def judge_failure(failure: Failure) -> Loss | None:
    """Return what a failure inside a job says of the machine, None if it is the model's own."""
    if failure.kind == "memory":
        return Loss("memory", failure.message)
    if failure.kind == "worker lost" and "SIGKILL" in failure.message:
        return Loss("memory", f"{failure.message}, mostly for want of memory")
    if failure.kind in ("worker lost", "storage"):
        return Loss("crash", failure.message)
    return None


@dataclass(frozen=True)
class Policy:
    """What tasks get after a loss: Spot queue, then on-demand; more memory; smaller parts."""

    on_demand_queue: str | None
    retries: int

    def after(self, need: Need, loss: Loss, alone: bool) -> Need | None:
        """Return what a task needs next, None if it is given up.

        ``alone`` tells that the loss is this task's own doing: it shared its process with none.
        """
        if loss.cause in ("start", "ended"):
            return None
        if loss.cause in ("host", "stopped"):
            losses = need.losses + 1
            lost = loss.cause == "host"
            queue = (self.on_demand_queue if lost else None) or need.queue
            return None if losses >= LOSSES else replace(need, losses=losses, queue=queue)
        if loss.cause == "child":
            again = replace(need, failures=need.failures + 1)
            return again if need.failures < self.retries else None
        if not alone:  # one of many has done it: smaller parts find out which
            smaller = replace(need, pack=max(1, need.pack // 10))
            return replace(smaller, memory=need.memory * 2) if loss.cause == "memory" else smaller
        if need.failures >= self.retries:
            return None
        memory = need.memory * (2 if loss.cause == "memory" else 1)
        return replace(need, memory=memory, failures=need.failures + 1, pack=1)

    def failure(self, need: Need, loss: Loss) -> Failure:
        """Return how a task that is given up has failed."""
        words = loss.message
        if loss.cause == "memory":
            words += (
                f" (it had {need.memory} MiB); raise execution.batch.memory, or sample less at once"
            )
        if loss.cause == "host":
            words += f" ({count_of(need.losses + 1, 'job')} in a row)"
        return Failure(KINDS[loss.cause], words)
