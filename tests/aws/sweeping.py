"""What tests of sweeps on the emulated cloud share."""

from typing import Any

from sweep.artifacts.artifact import read_done
from sweep.journal.runs import read_plan
from sweep.journal.states import outcome_states
from tests.aws.cloud import Cloud
from tests.project import Swept

__all__ = ["jobs_since", "on_batch", "payloads", "states", "submissions"]

FAST = {"queue": "queue", "job_definition": "worker", "poll": 0.2, "pack": 1}


def on_batch(**settings: Any) -> dict[str, Any]:
    """Return the execution of a sweep on the emulation; ``execution`` holds its other keys."""
    more = settings.pop("execution", {})
    return {"backend": "batch", "workers": "auto", "batch": {**FAST, **settings}, **more}


def payloads(swept: Swept) -> dict[str, Any]:
    """Return the digests of every outcome's published bytes."""
    found = {}
    for entry in swept.plan.entries:
        done = read_done(swept.store, "estimates", entry.key)
        found[entry.name] = {k: file.sha256 for k, file in done.payload.items()}
    return found


def states(swept: Swept) -> dict[str, str]:
    """Return every outcome's status."""
    found = outcome_states(swept.store, read_plan(swept.store, swept.run))
    return {state.entry.name: state.status for state in found}


def jobs_since(cloud: Cloud, before: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the jobs that came after an earlier look at the cloud."""
    return list(cloud.control()["jobs"][len(before["jobs"]) :])


def submissions(cloud: Cloud, before: dict[str, Any]) -> int:
    """Return how many SubmitJob calls came after an earlier look at the cloud."""
    now: int = cloud.control()["calls"].get("submitjob", 0)
    return now - int(before["calls"].get("submitjob", 0))
