"""Jobs as the emulation keeps them: light enough for an array of ten thousand."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ENDED", "STATES", "Job", "now", "queue_of"]

STATES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
ENDED = ("SUCCEEDED", "FAILED")


def now() -> int:
    """Return the time as Batch gives it: milliseconds since 1970."""
    return int(time.time() * 1000)


@dataclass(slots=True)
class Job:
    """A job, an array's parent or an array's child; children share their parent's ``asked``."""

    id: str
    name: str
    asked: Mapping[str, Any]  # the request, and what the definition says: `verbs.submit` makes it
    index: int | None = None
    parent: "Job | None" = None
    children: "list[Job]" = field(default_factory=list)
    status: str = "SUBMITTED"
    reason: str | None = None
    created: int = field(default_factory=now)
    started: int = 0
    stopped: int = 0
    attempts: list[dict[str, Any]] = field(default_factory=list)
    container: dict[str, Any] = field(default_factory=dict)  # how the last attempt ended
    ending: str | None = None  # somebody asked for its end, with this reason

    def summary_of_children(self) -> dict[str, int]:
        """Return how many children are in each state."""
        found = Counter(child.status for child in self.children)
        return {state: found.get(state, 0) for state in STATES}

    def roll_up(self) -> None:
        """Give an array's parent the state that its children have made of it."""
        if not self.children or self.status in ENDED:
            return
        found = self.summary_of_children()
        if found["SUCCEEDED"] + found["FAILED"] == len(self.children):
            self.status = "FAILED" if found["FAILED"] else "SUCCEEDED"
            self.reason = self.ending or ("Array Child Job failed" if found["FAILED"] else None)
            self.stopped = now()
        elif found["SUBMITTED"] + found["PENDING"] < len(self.children):
            self.status = "PENDING"  # as AWS: from the first RUNNABLE child to the last end
            self.started = self.started or now()

    def arn(self) -> str:
        """Return the job's ARN."""
        return f"{self.asked['arn']}{self.id}"

    def short(self) -> dict[str, Any]:
        """Return what ListJobs says of the job."""
        told: dict[str, Any] = {
            "jobArn": self.arn(),
            "jobId": self.id,
            "jobName": self.name,
            "createdAt": self.created,
            "status": self.status,
            "jobDefinition": self.asked["definition"],
        }
        if self.reason:
            told["statusReason"] = self.reason
        if self.started:
            told["startedAt"] = self.started
        if self.stopped:
            told["stoppedAt"] = self.stopped
        if found := {k: self.container[k] for k in ("exitCode", "reason") if k in self.container}:
            told["container"] = found
        if self.index is not None:
            told["arrayProperties"] = {"index": self.index}
        elif self.children:
            told["arrayProperties"] = {"size": len(self.children)}
        return told

    def whole(self) -> dict[str, Any]:
        """Return what DescribeJobs says of the job."""
        asked = self.asked
        told = {
            **self.short(),
            "jobQueue": asked["queue_arn"],
            "startedAt": self.started,
            "dependsOn": asked["depends"],
            "parameters": {},
            "tags": {},
            "attempts": self.attempts,
            "container": {
                "command": asked["command"],
                "environment": asked["environment"],
                "resourceRequirements": [
                    {"type": "VCPU", "value": f"{asked['vcpus']:g}"},
                    {"type": "MEMORY", "value": str(asked["memory"])},
                ],
                **self.container,
            },
        }
        if asked["retry"]:
            told["retryStrategy"] = asked["retry"]
        if asked["timeout"]:
            told["timeout"] = {"attemptDurationSeconds": asked["timeout"]}
        if self.children:
            told["arrayProperties"] = {
                "size": len(self.children),
                "statusSummary": self.summary_of_children(),
            }
        return told


def queue_of(job: Job) -> str:
    """Return the ARN of the queue that the job waits in."""
    return str(job.asked["queue_arn"])
