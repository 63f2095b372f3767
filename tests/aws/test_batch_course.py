"""Taking up what another coordinator left, and its bookkeeping, without a cloud."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from sweep.backends.batch.arrays import Array, Need, live_arrays, new_array, write_array, write_job
from sweep.backends.batch.client import Api
from sweep.backends.batch.completions import put_end
from sweep.backends.batch.cost import Meter
from sweep.backends.batch.retry import Policy
from sweep.backends.batch.scheduler import HOLD, Course
from sweep.backends.events import Done, Failure, Note
from sweep.config.batch import Batch as Settings
from sweep.store import Store, open_store

KEYS = [f"{i:040x}" for i in range(6)]
NEED = Need("queue", 2048, 1)
HOW: dict[str, Any] = {"vcpus": 1, "keep_draws": True, "timeout": None}


@dataclass
class Cloud:
    """A cloud that does what it is told: jobs by id, as DescribeJobs tells of them."""

    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    submitted: list[dict[str, Any]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)

    def describe(self, jobs: Sequence[str]) -> dict[str, dict[str, Any]]:
        return {job: self.jobs[job] for job in jobs if job in self.jobs}

    def failed_children(self, array: str) -> Iterator[dict[str, Any]]:
        yield from self.failed[array]

    def find(self, name: str, queue: str) -> str | None:
        return None

    def submit(self, request: dict[str, Any]) -> str:
        self.submitted.append(request)
        job = f"new-{len(self.submitted)}"
        self.jobs[job] = parent(RUNNABLE=request.get("arrayProperties", {}).get("size", 1))
        return job

    def cancel(self, job: str, reason: str) -> None:
        self.cancelled.append(job)


def parent(status: str = "PENDING", **counts: int) -> dict[str, Any]:
    return {"status": status, "arrayProperties": {"statusSummary": counts}}


def spot(index: int) -> dict[str, Any]:
    reason = "Host EC2 (instance i-0) terminated."
    return {"arrayProperties": {"index": index}, "statusReason": reason}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store")


def course(store: Store, cloud: Cloud, **options: Any) -> Course:
    settings = Settings(queue="queue", job_definition="worker", **options)
    policy = Policy(None, retries=1)
    return Course(store, cast("Api", cloud), settings, policy, Meter({"queue": None}), HOW)


def left_behind(store: Store, keys: Sequence[str], need: Need, job: str) -> Array:
    array = new_array(store, keys, need, **HOW)
    write_array(store, array)
    write_job(store, array.name, job)
    return array


def fail(store: Store, array: Array, key: str, kind: str = "model") -> None:
    put_end(store, array.name, Done(key, 1, None, Failure(kind, "no good"), "log"), 1)


@pytest.mark.parametrize("losses", [0, 1, 2])
def test_a_task_belongs_to_the_array_that_tried_it_last(store: Store, losses: int) -> None:
    """A killed coordinator leaves the first array and the one for what it lost."""
    first = left_behind(store, KEYS, replace(NEED, losses=losses), "first")
    second = left_behind(store, KEYS[2:4], replace(NEED, losses=losses + 1), "second")
    assert [second.name, first.name] == [a.name for a in live_arrays(store)]
    one = course(store, Cloud())
    assert [] == one.adopt(KEYS)
    assert {"second": KEYS[2:4], "first": [*KEYS[:2], *KEYS[4:]]} == {
        job: list(live.left) for job, live in one.live.items()
    }


def test_arrays_of_no_use_are_left_while_they_run_and_tidied_up_after(store: Store) -> None:
    left_behind(store, KEYS[:2], NEED, "running")
    left_behind(store, KEYS[2:4], NEED, "ended")
    cloud = Cloud({"running": parent(RUNNING=2), "ended": parent("SUCCEEDED", SUCCEEDED=2)})
    assert KEYS[4:] == course(store, cloud).adopt(KEYS[4:])
    assert [tuple(KEYS[:2])] == [a.keys for a in live_arrays(store)]


def test_a_mark_without_a_manifest_is_in_nobodys_way(store: Store) -> None:
    array = left_behind(store, KEYS, NEED, "lost")
    store.delete(f"arrays/{array.name}.json")
    assert KEYS == course(store, Cloud()).adopt(KEYS)
    assert [] == list(store.list("arrays/live/"))


def test_two_coordinators_make_one_retry(store: Store) -> None:
    cloud = Cloud()
    course(store, cloud).submit(NEED, KEYS)
    other = course(store, cloud)
    other.submit(NEED, KEYS)
    assert 1 == len(cloud.submitted)
    assert ["new-1"] == list(other.live)


def test_a_second_run_of_the_same_tasks_is_a_new_job(store: Store) -> None:
    cloud = Cloud()
    one = course(store, cloud)
    one.submit(NEED, KEYS)
    (array,) = live_arrays(store)
    for key in KEYS:
        fail(store, array, key)
    cloud.jobs["new-1"] = parent("SUCCEEDED", SUCCEEDED=6)
    assert 6 == len([e for e in one.turn() if isinstance(e, Done)])
    assert {} == one.live
    course(store, cloud).submit(NEED, KEYS)
    assert 2 == len({request["jobName"] for request in cloud.submitted})


def test_lost_tasks_wait_for_others_and_go_into_one_array(store: Store) -> None:
    cloud = Cloud()
    one = course(store, cloud)
    one.submit(NEED, KEYS)
    for number in range(HOLD - 1):
        lost = min(number + 1, 3)
        cloud.jobs["new-1"] = parent(RUNNING=6 - lost, FAILED=lost)
        cloud.failed["new-1"] = [spot(index) for index in range(lost)]
        assert [] == list(one.turn())
    assert 1 == len(cloud.submitted)
    (note,) = [e for e in one.turn() if isinstance(e, Note)]
    assert "3 tasks to be tried again" in note.message
    assert {"size": 3} == cloud.submitted[1]["arrayProperties"]


def test_a_job_that_aws_forgot_is_accounted_for_by_the_store(store: Store) -> None:
    array = left_behind(store, KEYS, NEED, "forgotten")
    fail(store, array, KEYS[0])
    cloud = Cloud()
    one = course(store, cloud)
    one.adopt(KEYS)
    told = [event for _ in range(20) for event in one.turn()]
    assert [KEYS[0]] == [e.key for e in told if isinstance(e, Done)]
    assert {"size": 5} == cloud.submitted[0]["arrayProperties"]
    assert {"new-1"} == set(one.live)


def test_no_more_than_ten_thousand_children_in_an_array(store: Store) -> None:
    cloud = Cloud()
    one = course(store, cloud, max_children=4)
    one.submit(NEED, KEYS)
    assert [4, 2] == [r["arrayProperties"]["size"] for r in cloud.submitted]
    one.submit(replace(NEED, pack=2), KEYS)
    assert 3 == cloud.submitted[2]["arrayProperties"]["size"]
