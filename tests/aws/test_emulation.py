"""The emulation keeps AWS's rules, and its jobs are real processes."""

import sys
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.aws.cloud import Cloud, emulated
from tests.aws.emulation.rules import LIMITS

EXIT = {"onReason": "*", "action": "EXIT"}
SPOT = {"onStatusReason": "Host EC2*", "action": "RETRY"}


def submit(cloud: Cloud, command: list[str], **more: Any) -> str:
    overrides = {"command": command, **more.pop("overrides", {})}
    request = {"jobName": "job", "jobQueue": "queue", "jobDefinition": "worker", **more}
    return str(cloud.client("batch").submit_job(containerOverrides=overrides, **request)["jobId"])


def codes(job: dict[str, Any]) -> list[int | None]:
    return [a["container"].get("exitCode") for a in job["attempts"]]


SHELL = ["/bin/sh", "-c"]


@pytest.mark.parametrize(
    ("rule", "request_"),
    [
        ("name", {"jobName": "-job"}),
        ("name", {"jobName": "j" * 129}),
        ("name", {"jobName": "a.b"}),
        ("array", {"arrayProperties": {"size": 1}}),
        ("array", {"arrayProperties": {"size": 10_001}}),
        ("attempts", {"retryStrategy": {"attempts": 11}}),
        ("evaluate", {"retryStrategy": {"evaluateOnExit": [EXIT]}}),
        ("rules", {"retryStrategy": {"attempts": 2, "evaluateOnExit": [EXIT] * 6}}),
        (
            "glob",
            {
                "retryStrategy": {
                    "attempts": 2,
                    "evaluateOnExit": [{"onReason": "a*b", "action": "EXIT"}],
                }
            },
        ),
        ("timeout", {"timeout": {"attemptDurationSeconds": 59}}),
        ("depends", {"dependsOn": [{"jobId": "x"}] * 21}),
        ("environment", {"overrides": {"environment": [{"name": "AWS_BATCH_X", "value": "1"}]}}),
        ("payload", {"overrides": {"environment": [{"name": "A", "value": "x" * 31_000}]}}),
    ],
)
def test_what_aws_refuses_is_refused_in_its_words(
    cloud: Cloud, rule: str, request_: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as caught:
        submit(cloud, ["true"], **request_)
    assert LIMITS[rule] in str(caught.value)


def test_more_than_a_hundred_jobs_are_not_described_at_once(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="up to 100 job IDs"):
        cloud.client("batch").describe_jobs(jobs=["x"] * 101)


def test_children_of_an_array_are_processes_that_know_their_index_and_attempt(
    cloud: Cloud, tmp_path: Path
) -> None:
    script = (
        "echo $AWS_BATCH_JOB_ARRAY_INDEX $AWS_BATCH_JOB_ATTEMPT $AWS_BATCH_JOB_ID "
        f">> {tmp_path}/out;"
        "echo spoke; [ $AWS_BATCH_JOB_ARRAY_INDEX != 2 ] || [ $AWS_BATCH_JOB_ATTEMPT = 3 ]"
    )
    job = submit(
        cloud, [*SHELL, script], arrayProperties={"size": 5}, retryStrategy={"attempts": 3}
    )
    told = cloud.wait(job)
    assert "SUCCEEDED" == told["status"]
    assert 5 == told["arrayProperties"]["statusSummary"]["SUCCEEDED"]
    lines = sorted((tmp_path / "out").read_text().split("\n"))[1:]
    expected = [f"{i} {a} {job}:{i}" for i in range(5) for a in ((1, 2, 3) if i == 2 else (1,))]
    assert expected == lines
    child = cloud.client("batch").describe_jobs(jobs=[f"{job}:2"])["jobs"][0]
    assert [1, 1, 0] == codes(child)
    events = cloud.client("logs").get_log_events(
        logGroupName="/aws/batch/job", logStreamName=child["container"]["logStreamName"]
    )
    assert ["spoke"] == [e["message"] for e in events["events"]]


def test_an_array_with_a_failed_child_fails_and_lists_it(cloud: Cloud) -> None:
    script = "[ $AWS_BATCH_JOB_ARRAY_INDEX -ge 3 ] || exit 7"
    job = submit(cloud, [*SHELL, script], arrayProperties={"size": 8})
    told = cloud.wait(job)
    assert ("FAILED", "Array Child Job failed") == (told["status"], told["statusReason"])
    batch = cloud.client("batch")
    first = batch.list_jobs(arrayJobId=job, jobStatus="FAILED", maxResults=2)
    second = batch.list_jobs(arrayJobId=job, jobStatus="FAILED", nextToken=first["nextToken"])
    children = first["jobSummaryList"] + second["jobSummaryList"]
    assert [0, 1, 2] == [c["arrayProperties"]["index"] for c in children]
    assert [7, 7, 7] == [c["container"]["exitCode"] for c in children]


@pytest.mark.parametrize(
    ("rules", "attempts"),
    [
        ([SPOT, EXIT], 1),
        ([{"onExitCode": "14*", "action": "retry"}, EXIT], 3),
        ([SPOT], 3),  # no match is a retry
        ([{"onReason": "*", "onExitCode": "1", "action": "RETRY"}, EXIT], 1),  # all must match
    ],
)
def test_retries_follow_the_first_rule_that_matches(
    cloud: Cloud, rules: list[dict[str, str]], attempts: int
) -> None:
    strategy = {"attempts": 3, "evaluateOnExit": rules}
    job = submit(cloud, [*SHELL, "exit 143"], retryStrategy=strategy)
    assert [143] * attempts == codes(cloud.wait(job))


def test_a_lost_host_leaves_a_reason_and_no_exit_code(cloud: Cloud) -> None:
    cloud.faults({"kind": "spot", "after": [0.1, 0.1], "attempt": [1]})
    strategy = {"attempts": 2, "evaluateOnExit": [SPOT, EXIT]}
    told = cloud.wait(submit(cloud, [*SHELL, "sleep 0.5"], retryStrategy=strategy))
    assert ("SUCCEEDED", [None, 0]) == (told["status"], codes(told))
    assert told["attempts"][0]["statusReason"].startswith("Host EC2 (instance i-")


def test_a_lost_host_takes_processes_in_sessions_of_their_own_with_it(
    cloud: Cloud, tmp_path: Path
) -> None:
    cloud.faults({"kind": "spot", "after": [1.0, 1.0]})
    code = (
        "import subprocess,sys,time; p=subprocess.Popen(['sleep','60'],start_new_session=True);"
        f"open('{tmp_path}/pid','w').write(str(p.pid)); time.sleep(60)"
    )
    cloud.wait(submit(cloud, [sys.executable, "-c", code]))
    stat = Path(f"/proc/{(tmp_path / 'pid').read_text()}/stat")
    until = time.monotonic() + 10  # the signal is on its way
    while is_running(stat) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(stat)


def is_running(stat: Path) -> bool:
    """Return whether a process is there and no zombie, by its file of /proc."""
    try:
        return "Z" != stat.read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.slow
def test_jobs_end_with_the_emulation(tmp_path: Path) -> None:
    with emulated() as cloud:
        cloud.set_up()
        cloud.define()
        job = submit(cloud, [*SHELL, f"echo $$ > {tmp_path}/pid; exec sleep 60"])
        cloud.wait(job, "RUNNING")
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.05)
    stat = Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/stat")
    assert not stat.exists() or "Z" == stat.read_text().rpartition(")")[2].split()[0]


def test_memory_and_image_faults_say_what_aws_says(cloud: Cloud) -> None:
    cloud.faults({"kind": "oom", "below": 4096}, {"kind": "pull", "name": "absent"})
    killed = cloud.wait(submit(cloud, ["sleep", "60"]))
    absent = cloud.wait(submit(cloud, ["true"], jobName="absent"))
    assert 137 == killed["container"]["exitCode"]
    assert "OutOfMemoryError: Container killed due to memory usage" == killed["container"]["reason"]
    assert absent["container"]["reason"].startswith("CannotPullContainerError")
    more = {"resourceRequirements": [{"type": "MEMORY", "value": "4096"}]}
    assert "SUCCEEDED" == cloud.wait(submit(cloud, ["true"], overrides=more))["status"]


def test_jobs_wait_runnable_while_the_queue_has_no_vcpus_left(cloud: Cloud) -> None:
    job = submit(cloud, ["sleep", "0.5"], arrayProperties={"size": 12})
    seen = set()
    while (told := cloud.client("batch").describe_jobs(jobs=[job])["jobs"][0])["status"] not in (
        "SUCCEEDED",
        "FAILED",
    ):
        summary = told["arrayProperties"]["statusSummary"]
        seen.add((told["status"], summary["STARTING"] + summary["RUNNING"] <= 4))
        time.sleep(0.05)
    assert ("PENDING", True) in seen
    assert {True} == {fits for _, fits in seen}


def test_ten_thousand_children_wait_without_a_thread_or_process_each(cloud: Cloud) -> None:
    before = cloud.control()["threads"]
    job = submit(cloud, ["sleep", "60"], arrayProperties={"size": 10_000})
    cloud.wait(job, "PENDING")
    told = cloud.control()
    assert told["threads"] < before + 10
    assert len(told["running"]) <= 6
    cloud.client("batch").terminate_job(jobId=job, reason="enough")
    ended = cloud.wait(job)
    assert 10_000 == ended["arrayProperties"]["statusSummary"]["FAILED"]


def test_a_terminated_job_gets_sigterm_and_then_sigkill(cloud: Cloud) -> None:
    cloud.control(grace=0.5)
    stubborn = submit(cloud, [*SHELL, "trap '' TERM; while :; do sleep 0.1; done"])
    polite = submit(cloud, [*SHELL, "trap 'exit 143' TERM; while :; do sleep 0.1; done"])
    for job in (stubborn, polite):
        cloud.wait(job, "RUNNING")
    time.sleep(0.3)  # until the shells have set their traps
    for job in (stubborn, polite):
        cloud.client("batch").terminate_job(jobId=job, reason="the user asked")
    told = [cloud.wait(job) for job in (stubborn, polite)]
    assert [[137], [143]] == [codes(job) for job in told]
    assert {"the user asked"} == {job["statusReason"] for job in told}


def test_cancel_lets_what_runs_run_on(cloud: Cloud) -> None:
    job = submit(cloud, ["sleep", "1"], arrayProperties={"size": 8})
    cloud.wait(job, "PENDING")
    time.sleep(0.3)
    cloud.client("batch").cancel_job(jobId=job, reason="no more")
    summary = cloud.wait(job)["arrayProperties"]["statusSummary"]
    assert (4, 4) == (summary["SUCCEEDED"], summary["FAILED"])


def test_an_attempt_that_lasts_too_long_is_ended_and_not_tried_again(cloud: Cloud) -> None:
    cloud.control(scale=120.0)
    job = submit(
        cloud,
        ["sleep", "60"],
        timeout={"attemptDurationSeconds": 60},
        retryStrategy={"attempts": 3},
    )
    told = cloud.wait(job)
    assert ([143], "Job attempt duration exceeded timeout") == (codes(told), told["statusReason"])


def test_calls_can_be_refused_lost_and_incomplete(cloud: Cloud) -> None:
    batch = cloud.client("batch")
    cloud.faults({"kind": "omit", "times": 1}, {"kind": "lost", "action": "submitjob", "times": 1})
    config = Config(retries={"total_max_attempts": 1})
    plain = boto3.client("batch", endpoint_url=cloud.url, config=config)
    with pytest.raises(ConnectionClosedError):
        plain.submit_job(jobName="lost", jobQueue="queue", jobDefinition="worker")
    named = [{"name": "JOB_NAME", "values": ["LOST"]}]
    (found,) = batch.list_jobs(jobQueue="queue", filters=named)["jobSummaryList"]
    assert [] == batch.describe_jobs(jobs=[found["jobId"]])["jobs"]
    assert "lost" == cloud.wait(found["jobId"])["jobName"]
    cloud.faults({"kind": "throttle", "action": "listjobs", "times": 1})
    with pytest.raises(ClientError, match="TooManyRequests"):
        plain.list_jobs(jobQueue="queue")


def test_without_an_enabled_environment_jobs_stay_runnable(cloud: Cloud) -> None:
    batch = cloud.client("batch")
    name = "on-demand-environment"
    batch.update_compute_environment(computeEnvironment=name, state="DISABLED")
    job = submit(cloud, ["true"], jobQueue="on-demand")
    time.sleep(0.5)
    assert "RUNNABLE" == cloud.wait(job, "RUNNABLE")["status"]
    batch.update_compute_environment(computeEnvironment=name, state="ENABLED")
    assert "SUCCEEDED" == cloud.wait(job)["status"]
