"""Runs whose coordinator is a job itself: the machine that began them may go."""

import json
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

import sweep
from sweep.coordinator.execute import begin
from sweep.journal.events import read_events
from sweep.journal.failures import PastFailure, remember_failure
from sweep.store import open_store
from tests.aws.cloud import Cloud
from tests.aws.sweeping import jobs_since, on_batch
from tests.client.test_resume import stubs
from tests.project import Project

BUCKET = "detached"


def command(*words: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run the command line elsewhere."""
    line = [sys.executable, "-m", "sweep", *words]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def execution(cloud: Cloud) -> dict[str, Any]:
    names = {b["Name"] for b in cloud.client("s3").list_buckets()["Buckets"]}
    if BUCKET not in names:
        cloud.client("s3").create_bucket(Bucket=BUCKET)
    return on_batch(pack=6, execution={"store": f"s3://{BUCKET}/{uuid.uuid4().hex}"})


@pytest.mark.slow
def test_a_detached_run_is_finished_and_read_from_anywhere(
    cloud: Cloud, project: Project, tmp_path: Path, execution: dict[str, Any]
) -> None:
    before = cloud.control()
    study = stubs(project, 12).study.model_dump(mode="json")
    config = project.directory / "sweep.yaml"
    config.write_text(project.text(study, execution))
    began = command("run", str(config), "--detach", "-o", "json", cwd=tmp_path)
    assert 0 == began.returncode, began.stderr
    told = json.loads(began.stdout)
    store = open_store(execution["store"])
    end = time.monotonic() + 120
    while not any(e["event"] == "ended" for e in read_events(store, told["run"])):
        assert time.monotonic() < end
        time.sleep(0.3)
    where = ["--store", execution["store"]]
    status = command("status", "last", *where, "-o", "json", cwd=tmp_path)
    assert 0 == status.returncode, status.stderr
    assert 12 == json.loads(status.stdout)["counts"]["ok"]
    table = command("estimates", "last", *where, "--total", "-o", "json", cwd=tmp_path)
    assert 0 == table.returncode, table.stderr
    assert 12 == len(json.loads(table.stdout))
    names = [job["name"] for job in jobs_since(cloud, before)]
    assert 1 == sum(n.startswith(f"sweep-coordinator-{told['run']}-") for n in names)


@pytest.mark.slow
def test_a_retry_can_be_left_to_a_job_and_a_cancelled_one_starts_nothing(
    cloud: Cloud, project: Project, tmp_path: Path, execution: dict[str, Any]
) -> None:
    config = stubs(project, 3, **execution)
    store, plan = project.plan(config)
    run = begin(store, plan)
    for entry in plan.entries:
        remember_failure(store, entry.fit_key, PastFailure("model", "m"))
    where = ["--store", execution["store"]]
    opened = sweep.Run(store, run)
    opened.cancel()
    idle = command("retry", run, *where, "--obey-cancel", cwd=tmp_path)
    assert 1 == idle.returncode, idle.stderr
    assert 3 == sweep.Run(store, run).counts()["failed"]
    away = command("retry", run, "--select", "q0*", "--detach", *where, cwd=tmp_path)
    assert 0 == away.returncode, away.stderr
    end = time.monotonic() + 120
    while 3 != sweep.Run(store, run).counts()["ok"]:
        assert time.monotonic() < end
        time.sleep(0.3)


def test_cancelling_ends_what_waits_when_no_coordinator_is_left(
    cloud: Cloud, project: Project, execution: dict[str, Any]
) -> None:
    """The coordinator is killed as soon as it has submitted; its jobs never start by themselves."""
    cloud.faults({"kind": "stuck"})
    study = stubs(project, 12).study.model_dump(mode="json")
    config = project.directory / "sweep.yaml"
    config.write_text(project.text(study, execution))
    line = [sys.executable, "-m", "sweep", "run", str(config)]
    before = cloud.control()
    coordinator = subprocess.Popen(line, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not jobs_since(cloud, before):
        assert time.monotonic() < end
        time.sleep(0.1)
    coordinator.kill()
    coordinator.wait()
    sweep.open("last", execution["store"]).cancel()
    job = jobs_since(cloud, before)[0]["id"]
    assert "FAILED" == cloud.wait(job)["status"]


def test_detaching_from_another_backend_says_what_to_do(project: Project, tmp_path: Path) -> None:
    config = project.directory / "sweep.yaml"
    config.write_text(project.text({"model": "stub"}))
    ended = command("run", str(config), "--detach", cwd=tmp_path)
    assert 2 == ended.returncode
    assert "--detach needs execution.backend: batch, not 'local'" in ended.stderr
    assert not list((project.directory / ".sweep").glob("runs/*"))
