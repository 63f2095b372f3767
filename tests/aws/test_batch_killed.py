"""Coordinators and children that die: jobs run on, and nobody does the work twice."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sweep.backends.batch.arrays import Need, new_array, read_array, write_array
from sweep.backends.batch.child import run_child
from sweep.coordinator.execute import plan_sweep
from sweep.journal.events import read_events
from sweep.journal.runs import runs_in
from sweep.planning.plan import Plan, write_tasks
from sweep.planning.selection import Selection
from sweep.store import Store, open_store
from tests.aws.cloud import Cloud
from tests.aws.sweeping import jobs_since, on_batch, submissions
from tests.project import OUTCOMES, Project

pytestmark = [pytest.mark.sampling, pytest.mark.slow]


def until(sign: Callable[[], Any], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not sign():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def coordinator(config: Path, cwd: Path) -> "subprocess.Popen[bytes]":
    """Start `sweep run` as a user does."""
    command = [sys.executable, "-m", "sweep", "run", str(config)]
    return subprocess.Popen(command, cwd=cwd, start_new_session=True)


def written(project: Project, **settings: Any) -> Path:
    path = project.directory / "sweep.yaml"
    path.write_text(project.text(execution=on_batch(**settings)))
    return path


def test_a_killed_coordinators_jobs_are_taken_up_from_another_directory(
    cloud: Cloud, project: Project, tmp_path: Path
) -> None:
    before, config = cloud.control(), written(project)
    first = coordinator(config, project.directory)
    until(lambda: cloud.control()["running"])
    first.kill()
    first.wait()
    store = open_store(project.directory / ".sweep")
    assert [] == [n for n in store.list("estimates/") if n.endswith("done.json")]  # mid-run
    (tmp_path / "elsewhere").mkdir()
    second = coordinator(config, tmp_path / "elsewhere")
    assert 0 == second.wait(120)
    events = read_events(store, runs_in(store)[0])
    assert sorted(OUTCOMES) == sorted(e["outcome"] for e in events if e["event"] == "done")
    assert any("3 tasks at work already" in e.get("message", "") for e in events)
    (job,) = jobs_since(cloud, before)
    assert ("SUCCEEDED", 3) == (job["status"], job["attempts"])
    assert 1 == submissions(cloud, before)
    assert [] == list(store.list("arrays/live/"))


def test_a_job_whose_submission_was_never_written_down_is_found_by_its_name(
    cloud: Cloud, project: Project
) -> None:
    """The coordinator dies between SubmitJob and its note of the job's id."""
    before, config = cloud.control(), written(project, pack=3)
    first = coordinator(config, project.directory)
    until(lambda: cloud.control()["running"])
    first.kill()
    first.wait()
    store = open_store(project.directory / ".sweep")
    for note in [n for n in store.list("arrays/") if n.endswith("/job.json")]:
        store.delete(note)  # it had come that far
    second = coordinator(config, project.directory)
    assert 0 == second.wait(120)
    assert 1 == submissions(cloud, before)
    assert 1 == len(jobs_since(cloud, before))


def test_a_coordinator_that_died_before_submitting_leaves_nothing_in_the_way(
    cloud: Cloud, project: Project
) -> None:
    config = project.config(execution=on_batch(pack=3))
    store, plan = project.plan(config)
    how = {"vcpus": 1, "keep_draws": True, "timeout": None}
    write_array(store, new_array(store, plan.to_do(), Need("queue", 2048, 3), **how))
    before = cloud.control()
    ended = project.sweep(config)
    assert 3 == len(ended.happened("done"))
    assert 1 == submissions(cloud, before)
    assert [] == list(store.list("arrays/live/"))


def test_failures_that_nobody_was_there_to_see_are_told_by_the_next_run(
    cloud: Cloud, project: Project
) -> None:
    project.model("broken", "def build(levels, counts, priors):\n    raise ValueError('no good')\n"
                  "def probabilities(posterior, cells): ...\n")  # fmt: skip
    text = project.text({"model": "broken"}, on_batch(pack=3))
    config = project.directory / "sweep.yaml"
    config.write_text(text)
    before = cloud.control()
    first = coordinator(config, project.directory)
    until(lambda: cloud.control()["running"])
    first.kill()
    first.wait()
    (job,) = jobs_since(cloud, before)
    cloud.wait(job["id"])
    second = coordinator(config, project.directory)
    assert 1 == second.wait(120)
    store = open_store(project.directory / ".sweep")
    failed = [e for e in read_events(store, runs_in(store)[0]) if e["event"] == "failed"]
    assert 3 == len(failed)
    assert all("no good" in e["message"] for e in failed)
    assert 1 == submissions(cloud, before)


def prepared(project: Project, pack: int, vcpus: int = 1) -> tuple[Store, Plan, str]:
    """Write the tasks and an array of a project, as a coordinator does before it submits."""
    store, plan = plan_sweep(project.config(), project.directory, Selection())
    write_tasks(store, plan, plan.to_do())
    how = {"vcpus": vcpus, "keep_draws": True, "timeout": None}
    array = new_array(store, plan.to_do(), Need("queue", 2048, pack), **how)
    write_array(store, array)
    return store, plan, array.name


def test_a_child_takes_its_part_and_nothing_that_has_an_end(project: Project) -> None:
    store, plan, name = prepared(project, pack=2)
    keys = plan.to_do()
    assert 1 == run_child(store.url, name, {"AWS_BATCH_JOB_ARRAY_INDEX": "1"})
    assert [keys[2]] == [n.split("/")[1] for n in store.list("estimates/") if "done" in n]
    again = {"AWS_BATCH_JOB_ARRAY_INDEX": "1", "AWS_BATCH_JOB_ATTEMPT": "2"}
    assert 0 == run_child(store.url, name, again)
    assert 2 == run_child(store.url, name, {})  # a plain job has no index
    assert tuple(keys) == read_array(store, name).keys


def test_two_jobs_at_the_same_tasks_publish_once(project: Project) -> None:
    store, plan, name = prepared(project, pack=3)
    children = [child(store, name) for _ in range(2)]
    assert [0, 0] == [one.wait(120) for one in children]
    for key in plan.to_do():
        assert 2 == len(list(store.list(f"estimates/{key}/")))


def child(store: Store, name: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "sweep.backends.batch_child"]
    command += ["--store", store.url, "--array", name]
    return subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("delay", [0.0, 0.5, 1.5, 3.0])
def test_a_child_told_to_stop_leaves_at_once_without_debris(project: Project, delay: float) -> None:
    store, plan, name = prepared(project, pack=3)
    one = child(store, name)
    until(lambda: handles_sigterm(one.pid))
    time.sleep(delay)
    one.send_signal(signal.SIGTERM)
    started = time.monotonic()
    code = one.wait(30)
    seconds = time.monotonic() - started
    assert code in (0, 143)  # it may just have been done
    assert seconds < 5.0  # what Spot's notice and ECS leave it, with room
    until(lambda: not workers_of(one.pid, store), 10)
    assert [] == [p.name for p in (Path(store.url) / "tmp").iterdir() if p.name != "lock"]
    for key in plan.to_do():
        files = list(store.list(f"estimates/{key}/"))
        assert len(files) in (0, 2)
    assert 0 == child(store, name).wait(120)
    assert set(plan.to_do()) == {n.split("/")[1] for n in store.list("estimates/")}


def test_a_child_whose_tasks_are_done_is_never_counted_as_killed(project: Project) -> None:
    """The signal comes the moment the child's own handler is gone, which is its last."""
    store, plan, name = prepared(project, pack=3)
    assert 0 == child(store, name).wait(120)
    assert set(plan.to_do()) == {n.split("/")[1] for n in store.list("estimates/")}
    for _ in range(5):
        one = child(store, name)  # all is done: it looks, and ends
        until(partial(handles_sigterm, one.pid))
        while handles_sigterm(one.pid):
            pass
        one.send_signal(signal.SIGTERM)
        assert 0 == one.wait(30)


def handles_sigterm(pid: int) -> bool:
    """Return whether a process has set its handler, as the kernel knows it."""
    lines = Path(f"/proc/{pid}/status").read_text().split("\n")
    caught = next(line.split()[1] for line in lines if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


def workers_of(pid: int, store: Store) -> list[int]:
    """Return live workers whose parent was this process: they now belong to another."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (place / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (place / "cmdline").read_bytes()
        except OSError:
            continue
        mine = int(parent) in (pid, 1) and state != "Z"
        if mine and b"sweep.worker" in command:
            found.append(int(place.name))
    return found
