"""Checks: every step between this machine and a running job, each with what to do about it."""

from collections.abc import Callable, Iterator
from functools import partial

from sweep.backends.batch.client import Api, open_api
from sweep.backends.batch.waiting import environment_fault, environments, queue_faults, queue_of
from sweep.config.batch import Batch as Settings
from sweep.errors import SweepError
from sweep.keys import Json

__all__ = ["checks"]

type Check = tuple[str, str, str]  # name; ok, warn or fail; what was found and what to do


def checks(settings: Settings, store_url: str) -> Iterator[Check]:
    """Yield what was found at each step; after a step that all others need, no more."""
    yield shared(store_url)
    try:
        api = open_api(settings.region)
    except SweepError as error:
        yield "aws", "fail", str(error)
        return
    who = finding_of("aws credentials", lambda: identity(api))
    yield who
    if who[1] == "fail":
        return
    for queue in filter(None, (settings.queue, settings.on_demand_queue)):
        yield finding_of(f"queue {queue}", partial(queue_of_jobs, api, queue))
        yield from places(api, queue, settings)
    yield finding_of("job definition", lambda: definition(api, settings.job_definition))
    yield finding_of("log group", lambda: log_group(api, settings.log_group))


def finding_of(name: str, look: Callable[[], tuple[str, str]]) -> Check:
    """Return what a look found; a call that fails is a finding."""
    try:
        return (name, *look())
    except SweepError as error:
        return name, "fail", f"{error}; check the permissions of these credentials"


def shared(url: str) -> Check:
    """Return whether jobs can see the store at all."""
    if "://" in url and not url.startswith("file://"):
        return "store for jobs", "ok", url
    advice = "jobs see it only if they mount it at this very path; else use s3://BUCKET/PREFIX"
    return "store for jobs", "warn", f"{url} is a folder: {advice}"


def identity(api: Api) -> tuple[str, str]:
    """Return whose credentials these are."""
    try:
        return "ok", str(api.clients["sts"].get_caller_identity()["Arn"])
    except Exception as error:  # boto3 has a class for each way to lack credentials
        return "fail", f"{error}: set AWS_PROFILE, or run `aws configure` or `aws sso login`"


def queue_of_jobs(api: Api, name: str) -> tuple[str, str]:
    """Return whether a queue takes jobs."""
    queue = queue_of(api, name)
    if queue is None:
        return "fail", f"there is no queue {name!r} in this region: make one, or correct the config"
    faults = queue_faults(queue)
    return ("fail", "; ".join(faults)) if faults else ("ok", str(queue["jobQueueArn"]))


def places(api: Api, name: str, settings: Settings) -> Iterator[Check]:
    """Yield whether each compute environment of a queue can run such jobs."""
    try:
        queue = queue_of(api, name)
        found = [] if queue is None else environments(api, queue)
    except SweepError as error:
        yield "environments", "fail", str(error)
        return
    for place in found:
        label = f"environment {place['computeEnvironmentName']}"
        fault = environment_fault(place, settings.vcpus, settings.memory)
        most = (place.get("computeResources") or {}).get("maxvCpus", "an unknown number of")
        yield label, "fail" if fault else "ok", fault or f"at most {most} vCPUs"


def definition(api: Api, name: str) -> tuple[str, str]:
    """Return whether the job definition is active."""
    exact = ":" in name
    asked: Json = {"jobDefinitions": [name]} if exact else {"jobDefinitionName": name}
    found = api.call("describe_job_definitions", **asked)["jobDefinitions"]
    active = [d for d in found if d["status"] == "ACTIVE"]
    if not active:
        return "fail", f"no active job definition {name!r}: register it, or correct the config"
    newest = max(active, key=lambda one: int(one["revision"]))
    image = (newest.get("containerProperties") or {}).get("image", "unknown")
    return "ok", f"{newest['jobDefinitionArn']} (image {image})"


def log_group(api: Api, name: str) -> tuple[str, str]:
    """Return whether logs can be read; the group is made by the first job that logs to it."""
    try:
        found = api.clients["logs"].describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    except Exception as error:  # boto3 makes its classes of errors at run time
        return "warn", f"logs cannot be read ({error}): allow logs:GetLogEvents on {name}"
    if name in (group["logGroupName"] for group in found):
        return "ok", name
    return "warn", f"there is no log group {name!r} yet: the first job makes it, or correct it"
