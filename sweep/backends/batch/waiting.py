"""Waiting: why jobs wait, from what AWS says of the queue and its compute environments."""

from collections.abc import Mapping
from typing import Any

from sweep.backends.batch.client import Api
from sweep.errors import SweepError
from sweep.keys import Json

__all__ = ["capacity", "why_waiting"]


def environments(api: Api, queue: Mapping[str, Any]) -> list[Json]:
    """Return the compute environments of a queue, in its order."""
    order = sorted(queue["computeEnvironmentOrder"], key=lambda one: one["order"])
    names = [one["computeEnvironment"] for one in order]
    if not names:
        return []
    told = api.call("describe_compute_environments", computeEnvironments=names)
    found: list[Json] = told["computeEnvironments"]
    return found


def queue_of(api: Api, name: str) -> Json | None:
    """Return a queue by name or ARN, None if there is none."""
    found: list[Json] = api.call("describe_job_queues", jobQueues=[name])["jobQueues"]
    return found[0] if found else None


def capacity(api: Api, name: str) -> int | None:
    """Return the vCPUs that a queue may use at a time, None if that is not known."""
    queue = queue_of(api, name)
    places = [] if queue is None else environments(api, queue)
    sizes = [(place.get("computeResources") or {}).get("maxvCpus") for place in places]
    known = [size for size in sizes if size]
    return sum(known) if known else None


def why_waiting(api: Api, name: str, vcpus: int, memory: int) -> list[str]:
    """Return what keeps jobs of a queue from starting, in words, with what to do."""
    try:
        queue = queue_of(api, name)
        if queue is None:
            return [f"there is no queue {name!r} any more"]
        found = queue_faults(queue)
        places = environments(api, queue)
    except SweepError as error:
        return [f"the queue cannot be looked at: {error}"]
    faults = [environment_fault(place, vcpus, memory) for place in places]
    if all(faults):  # one sound environment is enough
        found += [fault for fault in faults if fault]
    return found or [
        f"queue {name!r} and its compute environments look sound: AWS may have no such instances "
        "now (Spot above all), or the account's vCPU quota is used up; more instance types, "
        "another zone or the on-demand queue help"
    ]


def queue_faults(queue: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a queue itself."""
    found = []
    if queue["state"] != "ENABLED":
        found.append(f"queue {queue['jobQueueName']!r} is disabled: enable it")
    if queue["status"] == "INVALID":
        found.append(f"queue {queue['jobQueueName']!r} is invalid: {queue.get('statusReason')}")
    return found


def environment_fault(place: Mapping[str, Any], vcpus: int, memory: int) -> str | None:
    """Return why a compute environment cannot run such a job, None if it can."""
    name, resources = place["computeEnvironmentName"], place.get("computeResources") or {}
    most = resources.get("maxvCpus")
    if place["state"] != "ENABLED":
        return f"compute environment {name!r} is disabled: enable it"
    if place["status"] == "INVALID":
        return f"compute environment {name!r} is invalid: {place.get('statusReason')}"
    if most == 0:
        return f"compute environment {name!r} has maxvCpus 0: raise it"
    if most is not None and most < vcpus:
        return (
            f"a job asks for {vcpus} vCPUs and compute environment {name!r} has at most {most}: "
            "lower execution.batch.vcpus, or raise its maxvCpus"
        )
    return too_large(name, resources.get("instanceTypes") or [], vcpus, memory)


def too_large(name: str, types: list[str], vcpus: int, memory: int) -> str | None:
    """Return that a job is larger than every instance, where the types name their size."""
    sizes = [vcpus_of(kind) for kind in types]
    if not sizes or None in sizes or max(s for s in sizes if s is not None) >= vcpus:
        return None
    return (
        f"a job asks for {vcpus} vCPUs and {memory} MiB, more than any instance of compute "
        f"environment {name!r} has ({', '.join(types)}): lower execution.batch.vcpus or memory, "
        "or add larger instance types"
    )


def vcpus_of(kind: str) -> int | None:
    """Return the vCPUs of an instance type of the usual families, None if not known."""
    word = kind.partition(".")[2]
    sizes = {"medium": 2, "large": 2, "xlarge": 4}
    if word in sizes:
        return sizes[word]
    times = word.removesuffix("xlarge")
    return 4 * int(times) if word.endswith("xlarge") and times.isdigit() else None
