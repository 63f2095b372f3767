"""The backend on the emulated cloud: whole sweeps, and all that may happen to their jobs."""

from collections.abc import Callable
from typing import Any

import pytest

from sweep.backends.events import Event
from sweep.errors import UsageError
from sweep.journal.entries import Entry, EntryId
from sweep.journal.logs import read_log
from sweep.journal.runs import read_plan
from sweep.journal.states import outcome_states
from tests.aws.cloud import Cloud
from tests.aws.sweeping import jobs_since, on_batch, payloads, states, submissions
from tests.project import OUTCOMES, Project, Swept

pytestmark = pytest.mark.sampling


def test_a_sweep_gives_the_bytes_of_a_local_one_with_one_submission(
    cloud: Cloud, project: Project, swept: tuple[Project, Swept]
) -> None:
    before = cloud.control()
    ended = project.sweep(project.config(execution=on_batch(pack=2)))
    assert sorted(OUTCOMES) == sorted(ended.happened("done"))
    assert payloads(swept[1]) == payloads(ended)
    assert 1 == submissions(cloud, before)
    assert [2] == [job["size"] for job in jobs_since(cloud, before)]
    assert [] == list(ended.store.list("arrays/live/"))
    (note,) = [e for e in ended.events if e["event"] == "note"]
    assert note["vcpu_hours"] > 0


@pytest.mark.slow
def test_automatic_parts_fill_the_queue(cloud: Cloud, project: Project) -> None:
    before = cloud.control()
    ended = project.sweep(project.config(execution=on_batch(pack="auto", vcpus=2)))
    assert {"ok", "flagged"} >= set(states(ended).values())
    (job,) = jobs_since(cloud, before)
    assert 2 == job["size"]  # the queue has room for two jobs of two vCPUs


@pytest.mark.slow
def test_what_is_in_the_store_is_not_submitted(cloud: Cloud, project: Project) -> None:
    config = project.config(execution=on_batch(pack=10))
    first, before = project.sweep(config), cloud.control()
    second = project.sweep(config)
    assert payloads(first) == payloads(second)
    assert 0 == submissions(cloud, before)


@pytest.mark.slow
def test_lost_hosts_are_tried_again_in_the_job_and_then_on_demand(
    cloud: Cloud, project: Project, swept: tuple[Project, Swept]
) -> None:
    cloud.faults({"kind": "spot", "queue": "queue", "index": [1], "after": [0.2, 0.6]})
    before = cloud.control()
    retries = {"retries": 0}
    execution = on_batch(pack=2, attempts=2, on_demand_queue="on-demand", execution=retries)
    ended = project.sweep(project.config(execution=execution))
    assert payloads(swept[1]) == payloads(ended)
    first, second = jobs_since(cloud, before)
    assert ("queue", 2, 3) == (first["queue"], first["size"], first["attempts"])
    assert ("on-demand", 0) == (second["queue"], second["size"])
    assert [] == list(ended.store.list("arrays/live/"))


@pytest.mark.slow
def test_a_job_out_of_memory_is_tried_again_with_twice_as_much(
    cloud: Cloud, project: Project
) -> None:
    cloud.faults({"kind": "oom", "below": 4096, "index": [1], "after": [0.2, 0.2]})
    before = cloud.control()
    ended = project.sweep(project.config(execution=on_batch(pack=2)))
    assert "failed" not in states(ended).values()
    assert [2048, 4096] == [job["memory"] for job in jobs_since(cloud, before)]


def test_memory_that_never_suffices_fails_in_words_with_the_last_lines(
    cloud: Cloud, project: Project
) -> None:
    """A job of three says of none that it was the one; alone each is tried once more."""
    cloud.faults({"kind": "oom", "after": [0.2, 0.2]})
    before = cloud.control()
    ended = project.sweep(project.config(execution=on_batch(pack=3)))
    failed = [e for e in ended.events if e["event"] == "failed"]
    assert ["memory"] * 3 == [e["kind"] for e in failed]
    assert all("OutOfMemoryError: Container killed" in e["message"] for e in failed)
    assert all("it had 8192 MiB" in e["message"] for e in failed)
    told = [(job["size"], job["memory"]) for job in jobs_since(cloud, before)]
    assert [(0, 2048), (3, 4096), (3, 8192)] == told


def test_an_image_that_cannot_be_pulled_fails_at_once_with_advice(
    cloud: Cloud, project: Project
) -> None:
    cloud.faults({"kind": "pull"})
    before = cloud.control()
    ended = project.sweep(project.config(execution=on_batch()))
    failed = [e for e in ended.events if e["event"] == "failed"]
    assert 3 == len(failed)
    assert {"platform"} == {e["kind"] for e in failed}
    assert all("the container image cannot be pulled" in e["message"] for e in failed)
    assert all("execution role" in e["message"] for e in failed)
    assert 1 == submissions(cloud, before)


@pytest.mark.slow
def test_throttled_lost_and_incomplete_answers_change_nothing(
    cloud: Cloud, project: Project, swept: tuple[Project, Swept]
) -> None:
    cloud.faults(
        {"kind": "throttle", "action": "*", "times": 6},
        {"kind": "lost", "action": "submitjob", "times": 1},
        {"kind": "omit", "times": 3},
        {"kind": "throttle", "action": "describejobs", "times": 3},
    )
    before = cloud.control()
    ended = project.sweep(project.config(execution=on_batch(pack=3)))
    struck = cloud.control()["struck"]
    assert payloads(swept[1]) == payloads(ended)
    assert 1 == len(jobs_since(cloud, before))
    assert (9, 1, 3) == (struck["throttle"], struck["lost"], struck["omit"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whenever_hosts_are_lost_the_numbers_are_the_same(
    cloud: Cloud, project: Project, swept: tuple[Project, Swept], seed: int
) -> None:
    cloud.faults({"kind": "spot", "rate": 0.6, "seed": seed, "after": [0.0, 5.0]})
    execution = on_batch(pack=2, attempts=2, on_demand_queue="on-demand")
    ended = project.sweep(project.config(execution=execution))
    assert payloads(swept[1]) == payloads(ended)


def test_a_job_that_cannot_do_its_work_is_told_with_its_last_lines(
    cloud: Cloud, project: Project
) -> None:
    """The manifests are taken away from under the jobs."""
    config = project.config(execution=on_batch(pack=3))
    store, _ = project.plan(config)

    def sabotage() -> bool:
        for name in [n for n in store.list("arrays/") if n.count("/") == 1]:
            store.delete(name)
        return False

    ended = project.sweep(config, stop=sabotage)
    failed = [e for e in ended.events if e["event"] == "failed"]
    assert [("worker lost", 2)] * 3 == [(e["kind"], e["attempt"]) for e in failed]
    assert all("the job left with exit code 1" in e["message"] for e in failed)
    assert "has no file 'arrays/" in read_log(ended.store, ended.run, EntryId("aware"))


@pytest.mark.parametrize(
    ("fault", "words"),
    [({"kind": "log"}, "has no log stream"), ({"kind": "late", "after": [60, 60]}, "(no log: ")],
)
def test_a_log_that_is_missing_or_late_is_said_to_be(
    cloud: Cloud, project: Project, fault: dict[str, Any], words: str
) -> None:
    cloud.faults(fault, {"kind": "oom", "after": [0.2, 0.2]})
    execution = on_batch(pack=1, execution={"retries": 0})
    ended = project.sweep(project.config(execution=execution))
    assert 3 == len(ended.happened("failed"))
    assert words in read_log(ended.store, ended.run, EntryId("aware"))


BROKEN = """
def build(levels, counts, priors):
    print("about to raise", flush=True)
    raise ValueError(f"{int(counts.y.sum())} is no good")


def probabilities(posterior, cells):
    raise AssertionError("build() has failed: never reached")
"""


@pytest.mark.slow
def test_a_models_failure_is_told_with_its_words_and_log_and_not_tried_again(
    cloud: Cloud, project: Project
) -> None:
    project.model("broken", BROKEN)
    before = cloud.control()
    config = project.config({"model": "broken"}, on_batch(pack=3))
    ended = project.sweep(config)
    plan = read_plan(ended.store, ended.run)
    for state in outcome_states(ended.store, plan):
        assert ("failed", "model") == (state.status, state.kind)
        assert "is no good" in (state.reason or "")
        log = read_log(ended.store, ended.run, state.entry.id)
        assert "about to raise" in log
        assert "Traceback" in log
    (job,) = jobs_since(cloud, before)
    assert ("SUCCEEDED", 1) == (job["status"], job["attempts"])  # a failure is an answer
    again = project.sweep(config, retry_failed=True)
    assert 3 == len(again.happened("failed"))
    assert 2 == len(jobs_since(cloud, before))


def small_queue(cloud: Cloud) -> Callable[[], bool]:
    """Return a sign that is up once both jobs that the small queue has room for are running."""
    return lambda: len(cloud.control()["running"]) == 2


@pytest.mark.slow
def test_stop_lets_what_runs_end_and_cancels_the_rest(cloud: Cloud, project: Project) -> None:
    before = cloud.control()
    config = project.config(execution=on_batch(queue="on-demand"))
    ended = project.sweep(config, stop=once(small_queue(cloud)))
    assert ["cancelled", "ok", "ok"] == sorted(states(ended).values())
    assert ["stopped"] == [e["reason"] for e in ended.events if e["event"] == "ended"]
    assert ["FAILED"] == [job["status"] for job in jobs_since(cloud, before)]
    rest = project.sweep(config)
    assert ["ok"] * 3 == list(states(rest).values())
    assert 1 == len(rest.happened("done"))


def once(sign: Callable[[], bool]) -> Callable[[], bool]:
    """Return a sign that stays up."""
    up: list[bool] = []

    def look() -> bool:
        if not up and sign():
            up.append(True)
        return bool(up)

    return look


def test_a_user_who_breaks_off_leaves_no_job(cloud: Cloud, project: Project) -> None:
    before, ready = cloud.control(), small_queue(cloud)

    def stop() -> bool:
        if ready():
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        project.sweep(project.config(execution=on_batch(queue="on-demand")), stop=stop)
    (job,) = jobs_since(cloud, before)
    assert "FAILED" == cloud.wait(job["id"])["status"]
    assert [] == cloud.control()["running"]


@pytest.mark.slow
def test_a_spent_budget_starts_nothing_further_and_says_so(cloud: Cloud, project: Project) -> None:
    execution = on_batch(queue="on-demand", price_per_vcpu_hour=1e6, budget=0.01)
    ended = project.sweep(project.config(execution=execution))
    (failed,) = [e for e in ended.events if e["event"] == "failed"]
    assert "budget" == failed["kind"]
    assert "of the budget of 0.01 is spent (execution.batch.budget)" in failed["message"]
    assert 2 == len(ended.happened("done"))
    notes = [e for e in ended.events if e["event"] == "note"]
    cost = notes[-1]["cost"]
    assert cost is not None
    assert cost > 0.01


@pytest.mark.slow
def test_why_jobs_wait_is_explained_once(cloud: Cloud, project: Project) -> None:
    batch, name = cloud.client("batch"), "on-demand-environment"
    batch.update_compute_environment(computeEnvironment=name, state="DISABLED")
    told: list[str] = []

    def watch(event: Event, _: Entry | None) -> None:
        told.append(getattr(event, "message", ""))
        if "has not started" in told[-1]:
            batch.update_compute_environment(computeEnvironment=name, state="ENABLED")

    execution = on_batch(queue="on-demand", runnable_warning=1.0, pack=3)
    ended = project.sweep(project.config(execution=execution), watch=watch)
    (warning,) = [text for text in told if "has not started" in text]
    assert "compute environment 'on-demand-environment' is disabled: enable it" in warning
    assert "1 RUNNABLE" in warning
    assert 3 == len(ended.happened("done"))


@pytest.mark.slow
def test_jobs_that_wait_on_a_sound_queue_are_explained_by_want_of_capacity(
    cloud: Cloud, project: Project
) -> None:
    cloud.faults({"kind": "stuck"})
    told: list[str] = []

    def watch(event: Event, _: Entry | None) -> None:
        told.append(getattr(event, "message", ""))
        if "has not started" in told[-1]:
            cloud.faults()

    execution = on_batch(runnable_warning=1.0, pack=3)
    ended = project.sweep(project.config(execution=execution), watch=watch)
    (warning,) = [text for text in told if "has not started" in text]
    assert "AWS may have no such instances now" in warning
    assert 3 == len(ended.happened("done"))


def test_a_queue_that_does_not_exist_is_refused_before_anything_runs(
    cloud: Cloud, project: Project
) -> None:
    config = project.config(execution=on_batch(queue="absent"))
    with pytest.raises(UsageError, match="absent"):
        project.sweep(config)
    store, _ = project.plan(config)
    assert [] == list(store.list("arrays/live/"))  # nothing in the way of a corrected config
