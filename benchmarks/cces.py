"""Measure the 71 questions of a real survey of 36,421 people, all from one config.

Prints one JSON object: time, states, and the distance in points to reference estimates.

    python -m benchmarks.cces [--outcomes 71] [--big-frame]

``--big-frame`` also gives a worker's peak memory on the population of 1,263,600 rows with a group
on ``married``, against the one of 40,800 cells. Peaks are of one worker that does a few outcomes.
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

from benchmarks.surveys import (
    ABSENT,
    CCES,
    Sweep,
    cces_config,
    cces_differences,
    children_seconds,
    run_sweep,
)
from sweep.config import read_config
from sweep.coordinator.execute import plan_sweep
from sweep.estimates.select import select
from sweep.planning.plan import write_tasks
from sweep.planning.selection import Selection
from sweep.worker.environment import warm_environment
from sweep.worker.safe_path import python_command

FEW = ("m.cca", "minwage", "ban.gaymarr")
ALLOWED_POINTS = 1.5
ALLOWED_MB = 100


def whole(limit: int | None) -> dict[str, Any]:
    """Run the survey's questions and compare with the references."""
    with tempfile.TemporaryDirectory() as directory:
        started = time.perf_counter()
        cpu = children_seconds()
        sweep = run_sweep(cces_config(Path(directory)), Selection(limit=limit))
        cpu, seconds = children_seconds() - cpu, time.perf_counter() - started
    states = [sweep.results[name]["status"] for name in sweep.results]
    return {
        "outcomes": {state: states.count(state) for state in sorted(set(states))},
        "failed": sweep.failures,
        "wall_seconds": round(seconds, 1),
        "cpu_seconds_per_outcome": round(cpu / len(states), 2),
        "remedies": sum(bool(r.get("remedies")) for r in sweep.results.values()),
        **accuracy(sweep),
    }


def accuracy(sweep: Sweep) -> dict[str, Any]:
    """Return the largest distances to the references, and what MRP changes of the raw means."""
    table = cces_differences(sweep.estimates, sorted(sweep.results))
    national, groups = table[table["by"] == ""], table[table["by"] != ""]
    worst = groups.iloc[int(groups["points"].argmax())]
    total = select(sweep.estimates, by=[])
    moved = 100 * (total["mean"] - total["raw"]).abs()
    return {
        "reference_outcomes": len(national),
        "worst_national_points": round(float(national["points"].max()), 3),
        "worst_group_points": round(float(groups["points"].max()), 3),
        "worst_group": f"{worst['outcome']} {worst['by']}[{worst['level']}]",
        "held": bool(table["points"].max() <= ALLOWED_POINTS),
        "mrp_minus_raw_points": {
            "median": round(float(moved.median()), 2),
            "largest": round(float(moved.max()), 2),
            "outcome": str(total["outcome"].iloc[int(moved.argmax())]),
        },
    }


def peak_megabytes(big_frame: bool) -> float:
    """Return the peak resident memory of one fresh worker that does a few outcomes."""
    with tempfile.TemporaryDirectory() as directory:
        path = cces_config(Path(directory), big_frame=big_frame)
        store, plan = plan_sweep(read_config(path), path.parent, Selection(patterns=FEW))
        write_tasks(store, plan, plan.to_do())
        requests = [{"store": store.url, "key": k, "keep_draws": True} for k in plan.to_do()]
        lines = "".join(json.dumps(request) + "\n" for request in requests)
        worker = subprocess.Popen(
            python_command("sweep.worker"),
            env=warm_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(lines.encode())
        worker.stdin.close()
        events = [json.loads(line) for line in worker.stdout]
        _, code, used = os.wait4(worker.pid, 0)  # this very child's own peak
        worker.returncode = code
    failed = [event["failure"]["message"] for event in events if "failure" in event]
    if failed or code:
        sys.exit(f"the worker ended with {code}: {failed}")
    return round(used.ru_maxrss / 1024, 1)


def memory() -> dict[str, Any]:
    """Return a worker's peak memory with the small and the big population."""
    small, big = peak_megabytes(big_frame=False), peak_megabytes(big_frame=True)
    return {
        "cells_40800_mb": small,
        "rows_1263600_mb": big,
        "difference_mb": round(big - small, 1),
        "held": big - small < ALLOWED_MB,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--outcomes", type=int, default=None, help="only the first so many")
    parser.add_argument("--big-frame", action="store_true", help="also measure a worker's memory")
    asked = parser.parse_args()
    if not CCES.is_dir():
        sys.exit(ABSENT)
    found = {"sweep": whole(asked.outcomes)}
    if asked.big_frame:
        found["memory"] = memory()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
