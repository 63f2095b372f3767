"""Detached: a run that needs no machine of yours: its coordinator is a small job itself.

The job carries the run on from the store, as `sweep resume` does anywhere. If its host is lost it
is started again, and takes up the arrays of its predecessor.
"""

import uuid
from collections.abc import Sequence

from sweep.backends.batch.arrays import live_arrays
from sweep.backends.batch.client import open_api
from sweep.backends.batch.submit import AGAIN, find_job
from sweep.config.batch import Batch as Settings
from sweep.keys import Json
from sweep.store import Store

__all__ = ["coordinator_request", "drop_waiting", "submit_coordinator"]

ATTEMPTS = 10  # of the coordinator: what AWS allows; only lost hosts use them up


def submit_coordinator(settings: Settings, store: Store, run: str, verb: Sequence[str]) -> str:
    """Submit the coordinator of a run; return its job's id. ``verb`` is what it does of `sweep`.

    Raises
    ------
    SweepError
        If AWS refuses the job or cannot be reached.
    """
    return open_api(settings.region).submit(coordinator_request(settings, store.url, run, verb))


def coordinator_request(settings: Settings, store_url: str, run: str, verb: Sequence[str]) -> Json:
    """Return the request that submits a run's coordinator: one vCPU, where hosts stay.

    It is started again when its host is lost, and must not undo a cancellation then.
    """
    resources = {"VCPU": "1", "MEMORY": str(settings.coordinator_memory)}
    return {
        "jobName": f"sweep-coordinator-{run}-{uuid.uuid4().hex[:8]}",
        "jobQueue": settings.on_demand_queue or settings.queue,
        "jobDefinition": settings.coordinator_definition or settings.job_definition,
        "containerOverrides": {
            "command": [
                *("python", "-P", "-m", "sweep", *verb),
                *("--store", store_url, "--obey-cancel"),
            ],
            "resourceRequirements": [{"type": k, "value": v} for k, v in resources.items()],
        },
        "retryStrategy": {"attempts": ATTEMPTS, "evaluateOnExit": list(AGAIN)},
    }


def drop_waiting(settings: Settings, store: Store, keys: set[str]) -> int:
    """Cancel what has not started of the arrays that have some tasks; return how many arrays.

    For runs whose coordinator may be gone: a live one does the same when it sees the run cancelled.
    """
    api = open_api(settings.region)
    found = 0
    for array in live_arrays(store):
        job = None if keys.isdisjoint(array.keys) else find_job(store, api, array)
        if job is not None:
            api.cancel(job, "sweep: the run was cancelled")
            found += 1
    return found
