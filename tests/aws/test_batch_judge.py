"""What AWS says of a job's end, in words, and what its tasks get next. No process is started."""

from dataclasses import replace
from typing import Any

import pytest

from sweep.backends.batch.arrays import Array, Need
from sweep.backends.batch.cost import Meter
from sweep.backends.batch.retry import LOSSES, Loss, Policy, judge_failure, why_failed
from sweep.backends.batch.sizing import pack_of
from sweep.backends.batch.submit import request_of
from sweep.backends.batch.waiting import environment_fault, queue_faults
from sweep.backends.events import Failure
from sweep.config.batch import Batch as Settings
from tests.aws.emulation.rules import check
from tests.aws.emulation.scheduler import matches

DONE = "Essential container in task exited"
NEED = Need("spot", 2048, 10)
POLICY = Policy("on-demand", retries=1)


@pytest.mark.parametrize(
    ("status", "code", "reason", "cause"),
    [
        ("Host EC2 (instance i-0123) terminated.", None, None, "host"),
        (DONE, 143, None, "host"),
        (DONE, 137, "OutOfMemoryError: Container killed due to memory usage", "memory"),
        ("Task failed to start", None, "CannotPullContainerError: no such image", "start"),
        ("Task failed to start", 127, "CannotStartContainerError: no such file", "start"),
        ("Task failed to start", None, "ResourceInitializationError: no secret", "start"),
        ("Job attempt duration exceeded timeout", 143, None, "time"),
        ("sweep: stopped", None, None, "stopped"),
        ("enough of this", None, None, "ended"),
        ("enough of this", 143, None, "ended"),
        (DONE, 137, None, "crash"),
        (DONE, 139, None, "crash"),
        (DONE, 1, None, "child"),
    ],
)
def test_every_end_has_a_cause_and_aws_own_words(
    status: str, code: int | None, reason: str | None, cause: str
) -> None:
    container = {k: v for k, v in {"exitCode": code, "reason": reason}.items() if v is not None}
    loss = why_failed({"statusReason": status, "container": container})
    assert cause == loss.cause
    assert status in loss.message
    assert reason is None or reason in loss.message


def test_an_end_without_any_reason_says_that() -> None:
    assert "AWS Batch gives no reason" in why_failed({}).message


@pytest.mark.parametrize(
    ("cause", "alone", "expected"),
    [
        ("host", False, replace(NEED, queue="on-demand", losses=1)),
        ("stopped", False, replace(NEED, losses=1)),
        ("memory", True, replace(NEED, memory=4096, failures=1, pack=1)),
        ("memory", False, replace(NEED, memory=4096, pack=1)),
        ("crash", True, replace(NEED, failures=1, pack=1)),
        ("crash", False, replace(NEED, pack=1)),
        ("time", False, replace(NEED, pack=1)),
        ("child", False, replace(NEED, failures=1)),
        ("start", True, None),
        ("ended", True, None),
    ],
)
def test_what_a_task_gets_after_a_loss(cause: str, alone: bool, expected: Need | None) -> None:
    assert expected == POLICY.after(NEED, Loss(cause, ""), alone)


def test_lost_hosts_are_no_failure_of_the_task_but_end_somewhere() -> None:
    need, rounds = NEED, 0
    while (after := POLICY.after(need, Loss("host", "gone"), alone=True)) is not None:
        need, rounds = after, rounds + 1
    assert (LOSSES - 1, 0) == (rounds, need.failures)
    failure = POLICY.failure(need, Loss("host", "gone"))
    assert ("worker lost", "gone (10 jobs in a row)") == (failure.kind, failure.message)


@pytest.mark.parametrize("cause", ["memory", "crash", "time", "child"])
def test_failures_are_tried_again_as_often_as_the_config_says(cause: str) -> None:
    need, rounds = replace(NEED, pack=1), 0
    policy = Policy(None, retries=2)
    while (after := policy.after(need, Loss(cause, ""), alone=True)) is not None:
        need, rounds = after, rounds + 1
    assert 2 == rounds


@pytest.mark.parametrize(
    ("kind", "message", "cause"),
    [
        ("memory", "MemoryError", "memory"),
        ("worker lost", "its worker was killed by SIGKILL 1 times", "memory"),
        ("worker lost", "its worker was killed by SIGSEGV 1 times", "crash"),
        ("storage", "no space", "crash"),
        ("model", "no good", None),
        ("timeout", "not done after 5 s", None),
        ("toolchain", "another numpy", None),
    ],
)
def test_only_the_machines_doing_is_tried_again(kind: str, message: str, cause: str | None) -> None:
    loss = judge_failure(Failure(kind, message))
    assert cause == (None if loss is None else loss.cause)


def array_of(keys: int, need: Need = NEED, **how: Any) -> Array:
    options = {"vcpus": 1, "keep_draws": True, "timeout": None, **how}
    return Array("/store", tuple(f"{i:040x}" for i in range(keys)), need, **options)


def settings(**more: Any) -> Settings:
    return Settings(queue="spot", job_definition="worker", **more)


@pytest.mark.parametrize(("keys", "size"), [(1, None), (10, None), (11, 2), (100_000, 10_000)])
def test_requests_are_such_as_aws_takes(keys: int, size: int | None) -> None:
    request = request_of(array_of(keys, timeout=0.5), settings())
    check("submitjob", request, len(str(request)))
    assert size == request.get("arrayProperties", {}).get("size")
    assert request["timeout"]["attemptDurationSeconds"] >= 60


def test_the_last_retry_rule_ends_what_no_other_matches() -> None:
    rules = request_of(array_of(1), settings())["retryStrategy"]["evaluateOnExit"]
    assert "EXIT" == rules[-1]["action"]
    assert matches(rules[-1]["onReason"], None)


def test_parts_cover_every_key_once_and_names_tell_arrays_apart() -> None:
    array = array_of(25)
    assert array.keys == tuple(k for i in range(array.children) for k in array.part(i))
    others = [
        replace(array, number=2),
        replace(array, keys=array.keys[1:]),
        replace(array, store="/other"),
        replace(array, need=replace(NEED, memory=1)),
    ]
    assert 5 == len({a.name for a in [array, *others]})
    assert array.name == array_of(25).name


@pytest.mark.parametrize(
    ("tasks", "seconds", "vcpus", "at_once", "expected"),
    [
        (10_000, 0.02, 1, 4, 2_500),  # as many jobs as the queue runs
        (10_000, 20.0, 1, 4, 3),
        (10_000, 20.0, 4, 4, 12),
        (10_000, 300.0, 1, 4, 1),
        (3, None, 1, 100, 1),
        (10_000, None, 1, 4, 60),
    ],
)
def test_a_job_takes_about_a_minute(
    tasks: int, seconds: float | None, vcpus: int, at_once: int, expected: int
) -> None:
    assert expected == pack_of(tasks, seconds, vcpus, at_once)


def test_cost_is_vcpu_hours_times_each_queues_price() -> None:
    meter = Meter({"spot": 0.01, "on-demand": 0.05}, budget=0.2)
    meter.add("spot", 4, 3600)
    assert 4.0 == meter.hours
    assert pytest.approx(0.04) == meter.cost
    assert not meter.spent
    meter.add("on-demand", 4, 3600)
    assert meter.spent
    assert "8 vCPU-hours, about 0.24" in meter.words()
    assert Meter({"spot": None}).cost == 0
    unpriced = Meter({"spot": None})
    unpriced.add("spot", 1, 60)
    assert unpriced.cost is None


def environment(**more: Any) -> dict[str, Any]:
    resources = {"maxvCpus": 8, "instanceTypes": ["c5.large"], **more.pop("resources", {})}
    return {"computeEnvironmentName": "e", "state": "ENABLED", "status": "VALID",
            "computeResources": resources, **more}  # fmt: skip


@pytest.mark.parametrize(
    ("place", "vcpus", "words"),
    [
        (environment(), 2, None),
        (environment(state="DISABLED"), 1, "is disabled"),
        (environment(status="INVALID", statusReason="no role"), 1, "is invalid: no role"),
        (environment(resources={"maxvCpus": 0}), 1, "has maxvCpus 0"),
        (environment(), 16, "has at most 8"),
        (environment(), 4, "more than any instance"),
        (environment(resources={"instanceTypes": ["c5.large", "m5"]}), 4, None),
        (environment(resources={"instanceTypes": ["c5.2xlarge"]}), 8, None),
        (environment(resources={"instanceTypes": []}), 8, None),
    ],
)
def test_what_keeps_an_environment_from_running_a_job(
    place: dict[str, Any], vcpus: int, words: str | None
) -> None:
    fault = environment_fault(place, vcpus, 2048)
    assert fault is None if words is None else (fault is not None and words in fault)


def test_what_is_wrong_with_a_queue() -> None:
    queue = {"jobQueueName": "q", "state": "DISABLED", "status": "INVALID", "statusReason": "why"}
    assert ["queue 'q' is disabled: enable it", "queue 'q' is invalid: why"] == queue_faults(queue)
