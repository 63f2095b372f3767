"""How much memory the join of a large sweep takes: 1,500 outcomes by 300 groups, from stub fits.

Prints JSON: rows, seconds of the sweep, and the peak memory and seconds of a process that joins it
and renders its report, with the size of the files.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import sweep
from sweep.artifacts.artifact import read_done
from sweep.artifacts.manifest import LAYOUT
from sweep.journal.runs import read_plan
from sweep.results.report import publish_report
from sweep.store import open_store

REGIONS, AGES = 20, 15


def write_project(directory: Path, outcomes: int) -> Path:
    """Write a survey with so many questions, a population of 300 cells, and a config."""
    rng = np.random.default_rng(1)
    rows = 2000
    regions = [f"region {k:02d}" for k in range(REGIONS)]
    ages = [f"age {k:02d}" for k in range(AGES)]
    survey: dict[str, Any] = {"region": rng.choice(regions, rows), "age": rng.choice(ages, rows)}
    for k in range(outcomes):
        survey[f"q{k:04d}"] = rng.choice(["Yes", "No"], rows)
    pd.DataFrame(survey).to_parquet(directory / "survey.parquet")
    cells = pd.MultiIndex.from_product([regions, ages], names=["region", "age"]).to_frame(False)
    cells.assign(n=100).to_parquet(directory / "population.parquet")
    study = {
        "survey": {"source": "survey.parquet"},
        "population": {"source": "population.parquet", "size": "n"},
        "predictors": {"region": {}, "age": {}},
        "outcomes": [{"match": "q*", "success": ["Yes"]}],
        "model": "stub",
        "groups": [["region", "age"]],
        "sampler": {"draws": 250, "target_ess": 500},
    }
    path = directory / "sweep.yaml"
    path.write_text(json.dumps({"version": 1, "name": "join", "study": study}))
    return path


def join(store_url: str) -> dict[str, float]:
    """Join a run's results in this process; return its peak memory and seconds."""
    store = open_store(store_url)
    began = time.perf_counter()
    key = publish_report(store, read_plan(store, "last").run)
    seconds = time.perf_counter() - began
    payload = read_done(store, "report", key).payload
    sizes = {name: round(file.size / 1e6, 1) for name, file in payload.items()}
    return {"seconds": round(seconds, 1), "peak_mb": peak_megabytes(), **sizes}


def peak_megabytes() -> int:
    """Return this process's peak memory; `getrusage` would count that of the parent it was."""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) // 1024


def main() -> None:
    """Run the sweep, then join it in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outcomes", type=int, default=1500)
    parser.add_argument("--join", help="join the last run of this store, and nothing else")
    options = parser.parse_args()
    if options.join:
        print(json.dumps(join(options.join)))  # the product of a benchmark
        return
    with tempfile.TemporaryDirectory() as name:
        path = write_project(Path(name), options.outcomes)
        began = time.perf_counter()
        run = sweep.run(path, progress=False)
        found: dict[str, Any] = {"outcomes": options.outcomes, "groups": REGIONS * AGES}
        found["sweep_seconds"] = round(time.perf_counter() - began, 1)
        for report in list(run.store.list(f"{LAYOUT['report']}/")):
            run.store.delete(report)
        command = [sys.executable, __file__, "--join", run.store.url]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found["join"] = json.loads(done.stdout)
    print(json.dumps(found, indent=1))  # the product of a benchmark


if __name__ == "__main__":
    main()
