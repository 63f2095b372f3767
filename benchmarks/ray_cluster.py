"""What Ray costs the driver, and how soon a killed worker's and a lost node's outcome runs again.

Starts a cluster of three nodes on this machine and runs stub fits on it. Prints JSON: CPU
milliseconds of the driver per task, and seconds from a kill to the moment when a worker has the
outcome again, imports included, over several kills (minimum, median, maximum).
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from sweep.backends import open_backend
from sweep.backends.events import Done, Event, Progress, Started
from sweep.coordinator.execute import begin
from tests.client.test_resume import stubs
from tests.project import Project, project_in
from tests.support.sites import RaySite, kill_a_worker, ray_site


def tasks(directory: Path, site: RaySite, count: int) -> tuple[Any, str, list[str]]:
    """Plan so many stub fits; return the execution, the store and the keys."""
    project: Project = project_in(directory)
    config = stubs(project, count, **{**site.execution, "workers": 3})
    store, plan = project.plan(config)
    begin(store, plan)
    return config.execution, store.url, plan.to_do()


def driver_time(site: RaySite, count: int) -> dict[str, float]:
    """Return the driver's CPU milliseconds and wall milliseconds per task."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        execution, url, keys = tasks(Path(name) / "p", site, count)
        began, cpu = time.perf_counter(), time.process_time()
        done = [e for e in open_backend(execution).run(keys, url, never) if isinstance(e, Done)]
        assert all(e.failure is None for e in done)
        wall, spent = time.perf_counter() - began, time.process_time() - cpu
    return {
        "tasks": count,
        "driver_cpu_ms_per_task": round(1000 * spent / count, 3),
        "wall_ms_per_task": round(1000 * wall / count, 1),
    }


def again(site: RaySite, act: Any) -> float | None:
    """Return the seconds from an act of violence to the moment when a lost task runs again."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        execution, url, keys = tasks(Path(name) / "p", site, 300)
        began: float | None = None
        seconds: float | None = None
        tried: dict[str, int] = {}
        events = open_backend(execution).run(keys, url, never)
        for number, event in enumerate(events):
            if began is None and number > 30 and isinstance(event, Started):
                act()
                began = time.perf_counter()
            elif began is not None and runs_again(event, tried):
                seconds = time.perf_counter() - began
                break
        events.close()
    return seconds


def runs_again(event: Event, tried: dict[str, int]) -> bool:
    """Return whether a worker has a task that was handed out before."""
    if isinstance(event, Started):
        tried[event.key] = event.attempt
    return isinstance(event, Progress) and tried.get(event.key, 0) > 1


def never() -> bool:
    """Never stop."""
    return False


def spread(seconds: list[float | None]) -> dict[str, float]:
    """Return minimum, median and maximum."""
    known = [s for s in seconds if s is not None]
    figures = {"min": min(known), "median": statistics.median(known), "max": max(known)}
    return {k: round(v, 2) for k, v in figures.items()} | {"kills": len(known)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=5)
    options = parser.parse_args()
    found: dict[str, Any] = {}
    with ray_site() as site:
        import ray

        ray.init(address=site.cluster.address, log_to_driver=False)
        found["driver"] = driver_time(site, options.tasks)
        found["worker_killed"] = spread([again(site, kill_a_worker) for _ in range(options.kills)])
        lost = []
        for _ in range(options.kills):
            lost.append(again(site, site.lose_a_node))
            site.add_node()
        found["node_lost"] = spread(lost)
        ray.shutdown()
    print(json.dumps(found, indent=1))  # the product of a benchmark


if __name__ == "__main__":
    main()
