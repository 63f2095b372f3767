"""Submit: one array as one job of AWS Batch, found again if it was submitted before."""

import math

from sweep.backends.batch.arrays import Array, job_of, retire, write_array, write_job
from sweep.backends.batch.client import Api
from sweep.config.batch import Batch as Settings
from sweep.errors import UsageError
from sweep.keys import Json
from sweep.store import Store

__all__ = ["find_job", "request_of", "submit"]

SLACK = 600  # seconds that a job may take beyond its fits: image, imports, machine code
SHORTEST = 60  # seconds, of a job's timeout, by AWS
AGAIN = (
    {"onStatusReason": "Host EC2*", "action": "RETRY"},
    {"onExitCode": "143", "action": "RETRY"},  # SIGTERM comes before the host goes
    {"onReason": "*", "action": "EXIT"},  # without a last rule AWS tries everything again
)


def submit(store: Store, api: Api, array: Array, settings: Settings) -> str:
    """Submit an array and return its job's id; a job that has its name already is taken up.

    The manifest stands before the job does, so a crash leaves either nothing or a job that its
    name leads to.
    """
    fresh = write_array(store, array)
    job = None if fresh else find_job(store, api, array)
    try:
        job = job or api.submit(request_of(array, settings))
    except UsageError:  # refused for certain: there is no job that the mark could lead to
        retire(store, array.name)
        raise
    write_job(store, array.name, job)
    return job


def find_job(store: Store, api: Api, array: Array) -> str | None:
    """Return the id of an array's job: as written down, or by name; None if there is no job."""
    return job_of(store, array.name) or api.find(array.job_name, array.need.queue)


def request_of(array: Array, settings: Settings) -> Json:
    """Return the request that submits an array; an array of one child is a plain job."""
    command = ["python", "-P", "-m", "sweep.backends.batch_child"]
    command += ["--store", array.store, "--array", array.name]
    resources = {"VCPU": str(array.vcpus), "MEMORY": str(array.need.memory)}
    request: Json = {
        "jobName": array.job_name,
        "jobQueue": array.need.queue,
        "jobDefinition": settings.job_definition,
        "containerOverrides": {
            "command": command,
            "resourceRequirements": [{"type": k, "value": v} for k, v in resources.items()],
        },
        "retryStrategy": {"attempts": settings.attempts, "evaluateOnExit": list(AGAIN)},
    }
    if array.children > 1:
        request["arrayProperties"] = {"size": array.children}
    if array.timeout is not None:
        rounds = math.ceil(array.need.pack / array.vcpus)
        longest = math.ceil(array.timeout * rounds) + SLACK
        request["timeout"] = {"attemptDurationSeconds": max(SHORTEST, longest)}
    return request
