"""How the AWS Batch backend scales: thousands of outcomes on the emulation, JSON out.

``python -m benchmarks.batch_scale --outcomes 10000`` plans a sweep of stub fits (about 20 ms each),
runs it on the emulated cloud with two vCPUs, and prints calls, the client's memory and the time.
``--model mrp`` samples for real. The client is a process of its own; its figures hold no planning.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.join import peak_megabytes
from tests.aws.cloud import Cloud, emulated
from tests.project import STUDY, Project, population_of, survey_of

POLL = 5.0
VCPUS = 2


def project_of(directory: Path, outcomes: int, model: str) -> Project:
    """Write a project with so many outcomes of 300 respondents."""
    rng = np.random.default_rng(3)
    names = [f"q{i:05d}" for i in range(outcomes)]
    answers = np.where(rng.random((300, outcomes)) < rng.uniform(0.1, 0.9, outcomes), "Yes", "No")
    survey = pd.concat([survey_of(), pd.DataFrame(answers, columns=names)], axis=1)
    study = {
        **STUDY,
        "model": model,
        "survey": {"source": "survey.parquet", "weight": "w"},
        "outcomes": [{"match": "q*", "success": ["Yes"]}],
    }
    batch = {"queue": "queue", "job_definition": "worker", "poll": POLL}
    execution = {"backend": "batch", "batch": batch, "keep": ["estimates"]}
    project = Project(directory, study, execution)
    project.write("survey.parquet", survey)
    project.write("population.csv", population_of())
    return project


def prepare(project: Project) -> tuple[str, list[str]]:
    """Write the tasks of a project; return the store's URL and the keys."""
    from sweep.planning.plan import write_tasks

    store, plan = project.plan()
    keys = plan.to_do()
    write_tasks(store, plan, keys)
    return store.url, keys


def client(url: str, keys: list[str]) -> dict[str, Any]:
    """Run tasks on the backend; return what it took of this process."""
    from sweep.backends.batch import BatchBackend
    from sweep.backends.events import Done, Note
    from sweep.config.batch import Batch as Settings

    settings = Settings(queue="queue", job_definition="worker", poll=POLL)
    started, done, failed, notes = time.perf_counter(), 0, 0, {}
    for event in BatchBackend(settings, keep_draws=False).run(keys, url, lambda: False):
        if isinstance(event, Note):
            notes = dict(event.facts)
        elif isinstance(event, Done):
            done += event.failure is None
            failed += event.failure is not None
    peak = peak_megabytes()
    seconds = time.perf_counter() - started
    return {"done": done, "failed": failed, "seconds": seconds, "peak_mb": peak, **notes}


def measure(cloud: Cloud, directory: Path, outcomes: int, model: str) -> dict[str, Any]:
    """Return the figures of one sweep."""
    began = time.perf_counter()
    url, keys = prepare(project_of(directory, outcomes, model))
    planned = time.perf_counter() - began
    (directory / "keys.json").write_text(json.dumps([url, keys]))
    before = cloud.control()["calls"]
    command = [sys.executable, "-m", "benchmarks.batch_scale", "--client"]
    command += [str(directory / "keys.json")]
    environment = {**os.environ, **cloud.environment()}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(ended.stdout)
    told = cloud.control()
    calls = {k: n - before.get(k, 0) for k, n in told["calls"].items()}
    looks = calls.get("describejobs", 0) + calls.get("listjobs", 0)
    return {
        "outcomes": outcomes,
        "model": model,
        "planning_seconds": round(planned, 1),
        "wall_seconds": round(found["seconds"], 1),
        "done": found["done"],
        "failed": found["failed"],
        "submit_job_calls": calls.get("submitjob", 0),
        "describe_and_list_calls_per_5_s": round(looks / found["seconds"] * 5, 2),
        "client_peak_rss_mb": round(found["peak_mb"], 1),
        "children": [job["size"] for job in told["jobs"]],
        "most_processes": told["most"],
        "vcpu_hours": found["vcpu_hours"],
    }


def main() -> None:
    """Print the figures, or be the client."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outcomes", type=int, default=10_000)
    parser.add_argument("--model", default="stub")
    parser.add_argument("--client", type=Path)
    given = parser.parse_args()
    if given.client is not None:
        url, keys = json.loads(given.client.read_text())
        print(json.dumps(client(url, keys)))
        return
    with emulated() as cloud, tempfile.TemporaryDirectory() as folder:
        cloud.set_up(vcpus=VCPUS)
        cloud.define()
        print(json.dumps(measure(cloud, Path(folder), given.outcomes, given.model), indent=1))


if __name__ == "__main__":
    main()
