"""The backend on the emulated cloud: whole sweeps, and all that may happen to their jobs."""

from typing import Any

from sweep.artifacts import read_done
from tests.aws.cloud import Cloud
from tests.project import OUTCOMES, Project, Swept

FAST = {"queue": "queue", "job_definition": "worker", "poll": 0.2, "pack": 1}


def on_batch(**settings: Any) -> dict[str, Any]:
    """Return the execution of a sweep on the emulation."""
    more = settings.pop("execution", {})
    return {"backend": "batch", "batch": {**FAST, **settings}, **more}


def payloads(swept: Swept) -> dict[str, Any]:
    """Return the digests of every outcome's published bytes."""
    return {
        o["outcome"]: {
            k: f.sha256
            for k, f in read_done(swept.store, "estimates", o["estimates"]).payload.items()
        }
        for o in swept.plan.record["outcomes"]
    }


def jobs(cloud: Cloud, before: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the jobs that came after an earlier look at the cloud."""
    return list(cloud.control()["jobs"][len(before["jobs"]) :])


def test_a_sweep_gives_the_bytes_of_a_local_one_with_one_submission(
    cloud: Cloud, project: Project, swept: tuple[Project, Swept]
) -> None:
    before = cloud.control()
    ended = project.sweep(project.config(execution=on_batch()))
    after = cloud.control()
    assert sorted(OUTCOMES) == sorted(ended.happened("done"))
    assert payloads(swept[1]) == payloads(ended)
    assert 1 == after["calls"]["submitjob"] - before["calls"].get("submitjob", 0)
    assert [3] == [job["size"] for job in jobs(cloud, before)]
    assert [] == list(ended.store.list("arrays/live/"))
