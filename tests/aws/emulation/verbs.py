"""The verbs of jobs: SubmitJob, DescribeJobs, ListJobs, CancelJob, TerminateJob."""

import uuid
from collections.abc import Mapping
from itertools import count
from typing import Any

from moto.batch.models import BatchBackend, JobDefinition, JobQueue

from tests.aws.emulation.jobs import Job
from tests.aws.emulation.rules import LIMITS, Refused
from tests.aws.emulation.scheduler import Scheduler

__all__ = ["VERBS"]

ORDINALS = count()
type Body = Mapping[str, Any]
type Answer = dict[str, Any]


def submit(batch: BatchBackend, scheduler: Scheduler, body: Body) -> Answer:
    """Take a job: no token makes a repeated request known, as with AWS."""
    queue, definition = batch.get_job_queue(body["jobQueue"]), find(batch, body["jobDefinition"])
    if queue is None:
        msg = f"JobQueue {body['jobQueue']} not found."
        raise Refused(msg)
    if definition is None or definition.status != "ACTIVE":
        msg = f"JobDefinition {body['jobDefinition']} is not active or does not exist."
        raise Refused(msg)
    if queue.state != "ENABLED":
        msg = f"JobQueue {queue.name} is DISABLED. {LIMITS['queue']}"
        raise Refused(msg)
    for needed in body.get("dependsOn", []):
        if needed.get("jobId") not in scheduler.jobs:
            msg = f"dependsOn: job {needed.get('jobId')} does not exist."
            raise Refused(msg)
    job = Job(str(uuid.uuid4()), body["jobName"], asked(queue, definition, body))
    size = body.get("arrayProperties", {}).get("size", 0)
    job.children = [Job(f"{job.id}:{i}", job.name, job.asked, i, job) for i in range(size)]
    scheduler.add(job)
    return {"jobArn": job.arn(), "jobName": job.name, "jobId": job.id}


def find(batch: BatchBackend, name: str) -> JobDefinition | None:
    """Find a job definition: by name the latest active revision."""
    return batch.get_job_definition(name)


def asked(queue: JobQueue, definition: JobDefinition, body: Body) -> Answer:
    """Return what a job is to be: the definition, and what the request overrides."""
    properties = definition.container_properties or {}
    overrides = body.get("containerOverrides") or {}
    pairs = [*properties.get("environment", []), *overrides.get("environment", [])]
    variables = {pair["name"]: pair["value"] for pair in pairs}
    found = {"VCPU": properties.get("vcpus", 1), "MEMORY": properties.get("memory", 512)}
    for place in (properties, overrides):
        found.update({r["type"]: r["value"] for r in place.get("resourceRequirements", [])})
    retry = body.get("retryStrategy") or definition.retry_strategy or {}
    timeout = body.get("timeout") or definition.timeout or {}
    options = properties.get("logConfiguration", {}).get("options", {})
    return {
        "arn": definition.arn.split(":job-definition/")[0] + ":job/",
        "definition": definition.arn,
        "definition_name": definition.name,
        "queue": queue.name,
        "queue_arn": queue.arn,
        "command": overrides.get("command") or properties.get("command") or [],
        "variables": variables,
        "environment": [{"name": k, "value": v} for k, v in variables.items()],
        "vcpus": float(found["VCPU"]),
        "memory": int(found["MEMORY"]),
        "retry": retry,
        "timeout": timeout.get("attemptDurationSeconds"),
        "depends": list(body.get("dependsOn", [])),
        "log_group": options.get("awslogs-group", "/aws/batch/job"),
        "ordinal": next(ORDINALS),
    }


def describe(batch: BatchBackend, scheduler: Scheduler, body: Body) -> Answer:
    """Describe jobs; those that are not known are left out, as AWS does."""
    found = [scheduler.jobs[i] for i in body["jobs"] if i in scheduler.jobs]
    if found and scheduler.script.of_call("omit", "describejobs"):
        found = found[1:]
    return {"jobs": [job.whole() for job in found]}


def listed(batch: BatchBackend, scheduler: Scheduler, body: Body) -> Answer:
    """List children of an array, or jobs of a queue: by state, or by name."""
    filters, status = body.get("filters") or [], body.get("jobStatus") or "RUNNING"
    if array := body.get("arrayJobId"):
        if array not in scheduler.jobs:
            msg = f"Job {array} does not exist."
            raise Refused(msg)
        found = [j for j in scheduler.jobs[array].children if j.status == status]
    else:
        queue = batch.get_job_queue(body["jobQueue"])
        if queue is None:
            msg = f"JobQueue {body['jobQueue']} not found."
            raise Refused(msg)
        jobs = (j for j in scheduler.jobs.values() if j.parent is None)
        jobs = (j for j in jobs if j.asked["queue_arn"] == queue.arn)
        found = [j for j in jobs if (named(j, filters) if filters else j.status == status)]
        found.sort(key=lambda job: -job.created)
    start = int(body.get("nextToken") or 0)
    page = min(body.get("maxResults") or 1000, 100 if filters else 1000)
    answer: Answer = {"jobSummaryList": [job.short() for job in found[start : start + page]]}
    if start + page < len(found):
        answer["nextToken"] = str(start + page)
    return answer


def named(job: Job, filters: list[dict[str, Any]]) -> bool:
    """Return whether a job's name fits the filter, whatever its state."""
    if len(filters) != 1 or filters[0].get("name") != "JOB_NAME":
        msg = "Only one filter can be used at a time (and here only JOB_NAME)."
        raise Refused(msg)
    name = job.name.lower()
    return any(
        name.startswith(value[:-1].lower()) if value.endswith("*") else name == value.lower()
        for value in filters[0]["values"]
    )


def cancel(batch: BatchBackend, scheduler: Scheduler, body: Body) -> Answer:
    """Cancel what has not started; the rest runs on."""
    return finish(scheduler, body, running=False)


def terminate(batch: BatchBackend, scheduler: Scheduler, body: Body) -> Answer:
    """End a job, wherever it is."""
    return finish(scheduler, body, running=True)


def finish(scheduler: Scheduler, body: Body, running: bool) -> Answer:
    """End a job; one that is not known is no mistake, as with AWS."""
    if job := scheduler.jobs.get(body["jobId"]):
        scheduler.finish(job, body["reason"], running)
    return {}


VERBS = {
    "submitjob": ("SubmitJob", submit),
    "describejobs": ("DescribeJobs", describe),
    "listjobs": ("ListJobs", listed),
    "canceljob": ("CancelJob", cancel),
    "terminatejob": ("TerminateJob", terminate),
}
"""By path: the operation's name, and what does it."""
