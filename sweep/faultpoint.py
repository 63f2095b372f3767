"""Fault point: a named place where tests make this process fail, to prove that nothing is lost.

``faultpoint("put.after_write")`` does nothing, unless the environment of the process arms it; no
config can. ``SWEEP_FAULTS`` holds faults and at most one record, with ``;`` between them:

    put.after_write=kill@3                 kill this process the third time it comes there
    worker:fit.after_sample=raise          only in workers (or ``coordinator:``)
    run.after_plan=raise:KeyError          a built-in exception; ``full`` is a full disk
    append.after_write=sleep:0.5           seconds
    record=/tmp/reached.jsonl              a line for every point reached; nothing else is traced

Each process counts for itself and fires once. With a record a fault fires once in all, in the
process that comes there first; which one that was is the line with ``fired``.
"""

import builtins
import errno
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import NoReturn

from sweep.errors import UsageError

__all__ = ["POINTS", "VARIABLE", "Injected", "become", "faultpoint"]

VARIABLE = "SWEEP_FAULTS"
ROLES = ("coordinator", "worker")

POINTS = {
    "directory.after_create": "a directory of the store is made, its entry not flushed",
    "put.before_write": "nothing of a new file is written",
    "put.after_write": "a file's bytes lie aside, not flushed",
    "put.after_flush": "they are flushed",
    "put.after_link": "the file has its name, its directory is not flushed",
    "put.after_directory": "its directory is flushed",
    "replace.after_rename": "it is replaced, its directory is not flushed",
    "lock.after_take": "the store's lock is held",
    "append.after_write": "lines are appended",
    "delete.after_unlink": "it is gone, its directory is not flushed",
    "get.before_read": "a file is about to be read",
    "s3.before_request": "a request was not sent",
    "s3.after_request": "a request was answered, and nobody heard",
    "s3.before_put": "an object is about to be written",
    "s3.after_put": "an object is written, or was there",
    "s3.after_append": "a log's segment is written",
    "s3.after_probe": "the server has proven its conditional writes",
    "cache.after_write": "a downloaded file lies aside in this machine's cache",
    "publish.before_payload": "nothing of an artifact is stored",
    "publish.after_payload": "one of its payload files is",
    "publish.before_done": "all of them are; the commit point is not",
    "publish.after_done": "the artifact is published",
    "quarantine.after_copy": "a damaged file is in quarantine, and still in its place",
    "quarantine.after_done": "a damaged artifact is unpublished, its payload is in its place",
    "payload.before_mend": "a payload file's remains differ from what belongs there",
    "design.after_publish": "the design is stored",
    "counts.after_publish": "one outcome's counts are",
    "plan.after_blob": "the model file is",
    "run.before_tasks": "all keys are known",
    "tasks.after_record": "one task is stored",
    "tasks.after_all": "all are; the run does not exist",
    "run.after_plan": "it does",
    "run.after_resumed": "it is told that somebody goes on with a run; it may be gone",
    "run.after_begun": "the journal is open",
    "run.after_event": "an event is taken",
    "run.before_ended": "the workers are gone, the journal is open",
    "run.after_ended": "the journal is closed",
    "journal.before_append": "an event is not in the journal",
    "journal.after_append": "it is",
    "log.after_append": "what an outcome's attempt printed is stored",
    "failure.before_forget": "an earlier failure may be remembered",
    "failure.after_remember": "a new one is",
    "pool.after_start": "a worker process is started",
    "pool.after_give": "a worker has its task",
    "pool.after_answer": "answers of a worker are read, not yet told",
    "pool.after_lost": "a worker was lost, its task is free",
    "pool.after_replace": "another is in its place",
    "worker.before_ready": "a worker has imported what it needs",
    "worker.after_request": "it has a task's key",
    "task.after_read": "it has the task",
    "claim.after_take": "it has claimed the fit",
    "claim.before_let_go": "the estimates are stored, the fit is still claimed",
    "fit.after_sample": "a fit is made, not published",
    "fit.after_publish": "it is published; there are no estimates",
    "estimates.before_publish": "the estimates are made, not published",
    "estimates.after_publish": "they are published; nobody was told",
    "worker.before_reply": "the answer is not written",
    "worker.after_reply": "it is",
    "report.after_render": "the report is made, not published",
    "report.after_publish": "it is published; the journal does not say so",
    "report.after_event": "it does",
    "warm.before_compile": "there is no machine code",
    "warm.after_compile": "there is; it is not marked as ready",
    "warm.after_ready": "it is",
}
"""Name of every fault point to what is so when a process stands there."""


class Injected(Exception):
    """What a fault point raises when no other exception is asked for."""


@dataclass(frozen=True)
class Fault:
    """One armed point: what it does at which hit, in processes of which role (None: any)."""

    point: str
    act: Callable[[], None]
    hit: int
    role: str | None


@dataclass
class Faults:
    """What is armed in this process, and how often it came where."""

    role: str
    faults: list[Fault] = field(default_factory=list)
    record: str = ""
    hits: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reach(self, point: str, what: str) -> None:
        """Count, record, and fail if it is time to."""
        with self.lock:
            self.hits[point] += 1
            hit = self.hits[point]
        due = [f for f in self.faults if (f.point, f.hit) == (point, hit)]
        firing = [f for f in due if f.role in (None, self.role) and self._first(f)]
        line = {"role": self.role, "pid": os.getpid(), "point": point, "hit": hit, "what": what}
        self._note({**line, "fired": True} if firing else line)
        for fault in firing:
            fault.act()

    def _note(self, line: dict[str, object]) -> None:
        if self.record:
            descriptor = os.open(self.record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.write(descriptor, json.dumps(line).encode() + b"\n")  # one write: lines do not mix
            os.close(descriptor)

    def _first(self, fault: Fault) -> bool:
        """Return whether no process has fired this fault yet; without a record nobody knows."""
        if not self.record:
            return True
        try:
            os.close(os.open(f"{self.record}.{fault.point}", os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            return False
        return True


def faultpoint(name: str, what: str = "") -> None:
    """Do nothing, unless the environment says otherwise; ``what`` is for the record."""
    faults = armed_faults()
    if faults is not None:
        faults.reach(name, what)


def become(role: str) -> None:
    """Say which role this process plays: every one is a coordinator until it says otherwise."""
    _here["role"] = role
    armed_faults.cache_clear()


_here = {"role": "coordinator"}


@cache
def armed_faults() -> Faults | None:
    """Return what this process's environment arms, None if nothing.

    Raises
    ------
    UsageError
        If it cannot be read.
    """
    text = os.environ.get(VARIABLE, "")
    return parse_faults(text, _here["role"]) if text else None


def parse_faults(text: str, role: str) -> Faults:
    """Return what a text arms."""
    faults = Faults(role)
    for part in filter(None, (p.strip() for p in text.split(";"))):
        if part.startswith("record="):
            faults.record = part.removeprefix("record=")
        else:
            faults.faults.append(fault_of(part))
    return faults


def fault_of(text: str) -> Fault:
    """Return one fault, written as ``[ROLE:]POINT=ACTION[:ARGUMENT][@HIT]``."""
    place, _, rest = text.partition("=")
    role, _, point = place.rpartition(":")
    action, _, hit = rest.partition("@")
    if point not in POINTS or role not in {"", *ROLES} or not (hit or "1").isdigit():
        raise fault_error(text)
    return Fault(point, action_of(action, text), int(hit or 1), role or None)


def action_of(action: str, text: str) -> Callable[[], None]:
    """Return what a fault does.

    Raises
    ------
    UsageError
        If there is no such action.
    """
    verb, _, argument = action.partition(":")
    error = getattr(builtins, argument, None) if argument else Injected
    if verb == "kill":
        return lambda: os.kill(os.getpid(), signal.SIGKILL)
    if verb == "full":
        return lambda: fail(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    if verb == "raise" and isinstance(error, type) and issubclass(error, Exception):
        return lambda: fail(error(f"fault point {text}"))
    if verb == "sleep" and argument.replace(".", "", 1).isdigit():
        return lambda: time.sleep(float(argument))
    raise fault_error(text)


def fail(error: Exception) -> NoReturn:
    """Raise."""
    raise error


def fault_error(text: str) -> UsageError:
    """Return the error for a fault that cannot be read."""
    return UsageError(
        f"{VARIABLE}: cannot read {text!r}; write [worker:|coordinator:]POINT=ACTION[@HIT] with a "
        "point of sweep/faultpoint.py and one of the actions kill, full, raise, raise:EXCEPTION "
        "and sleep:SECONDS, or unset the variable"
    )
