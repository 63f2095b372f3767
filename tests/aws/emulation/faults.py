"""Faults: what the cloud does to jobs and calls, scripted: by chance with a seed, or by name."""

import random
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.aws.emulation.jobs import Job

__all__ = ["CALLS", "Fault", "Script"]

CALLS = ("throttle", "lost", "omit")
"""Faults of calls: refused as too many, applied without an answer, a job left out."""


@dataclass
class Fault:
    """Something that goes wrong.

    ``kind``: of jobs, ``spot``, ``oom``, ``pull``, ``stuck``, ``log`` (the log stream never comes),
    ``late`` (it comes ``after`` the end); of calls, one of ``CALLS``. It strikes ``times`` times
    (None for ever) with probability ``rate``, where ``name``, ``index``, ``attempt`` and ``below``
    (MiB of memory) fit, ``after`` so many seconds of the attempt, which may be a range.
    """

    kind: str
    times: int | None = None
    rate: float = 1.0
    seed: int = 0
    name: str = "*"
    index: list[int] | None = None
    attempt: list[int] | None = None
    below: int | None = None
    queue: str = "*"
    after: list[float] = field(default_factory=lambda: [0.0, 0.0])
    action: str = "*"

    def fits(self, job: Job, attempt: int) -> bool:
        """Return whether this attempt is one that the fault is for."""
        return (
            fnmatchcase(job.name, self.name)
            and fnmatchcase(job.asked["queue"], self.queue)
            and (self.index is None or (job.index or 0) in self.index)
            and (self.attempt is None or attempt in self.attempt)
            and (self.below is None or job.asked["memory"] < self.below)
        )

    def dice(self, job: Job, attempt: int) -> random.Random:
        """Return the chance of one attempt: the same in every run of the same script."""
        return random.Random(f"{self.seed} {job.asked['ordinal']} {job.index} {attempt}")

    def take(self) -> bool:
        """Use the fault up by one; return whether there was one left."""
        if self.times == 0:
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass
class Script:
    """All faults, and how often each kind struck."""

    faults: list[Fault] = field(default_factory=list)
    struck: dict[str, int] = field(default_factory=dict)

    def load(self, faults: list[dict[str, Any]]) -> None:
        """Replace the script."""
        self.faults = [Fault(**fault) for fault in faults]

    def of_job(self, kind: str, job: Job, attempt: int) -> float | None:
        """Return after how many seconds a fault strikes an attempt, None if it does not."""
        for fault in self.faults:
            if fault.kind == kind and fault.fits(job, attempt):
                dice = fault.dice(job, attempt)
                if dice.random() < fault.rate and fault.take():
                    self.struck[kind] = self.struck.get(kind, 0) + 1
                    return dice.uniform(*fault.after)
        return None

    def of_call(self, kind: str, action: str) -> bool:
        """Return whether a fault strikes a call."""
        for fault in self.faults:
            if fault.kind == kind and fnmatchcase(action, fault.action) and fault.take():
                self.struck[kind] = self.struck.get(kind, 0) + 1
                return True
        return False
