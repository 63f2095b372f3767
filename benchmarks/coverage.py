"""Count how many truths the demo's 90 % intervals hold, over five seeds fixed beforehand.

Prints JSON: pooled coverage over all groups and by prevalence and group-size band, outcomes by
status, and wall seconds per sweep. `--seeds 1` for a look at the demo's own.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

import sweep
from sweep.planning.model_files import project_folder
from sweep.simulate import coverage, tracker, truth_table, write_tracker

SEEDS = (1, 2, 3, 4, 5)


def one(seed: int, hard: bool) -> tuple[pd.DataFrame, dict[str, int], float]:
    """Return the coverage table, outcomes by status, and seconds of one seed's sweep."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        simulated = tracker(seed, hard=hard)
        write_tracker(directory, simulated)
        config = shutil.copy(project_folder("configs") / "tracker.yaml", directory / "sweep.yaml")
        started = time.perf_counter()
        run = sweep.run(config, progress=False)
        seconds = time.perf_counter() - started
        states = run.fits()["status"].value_counts().to_dict()
        table = coverage(run.estimates(), truth_table(simulated))
    return table, {str(k): int(v) for k, v in states.items()}, seconds


def main() -> None:
    """Run every seed and print the pooled figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=len(SEEDS))
    parser.add_argument("--hard", action="store_true")
    options = parser.parse_args()
    tables, states, seconds = [], [], []
    for seed in SEEDS[: options.seeds]:
        table, status, taken = one(seed, options.hard)
        tables.append(table)
        states.append(status)
        seconds.append(round(taken, 1))
        sys.stderr.write(f"seed {seed}: {status} in {taken:.0f} s\n")
    bands = ["prevalence", "respondents"]
    counts = ["truths", "estimated", "covered"]
    pooled = pd.concat(tables).groupby(bands, observed=True, sort=False)[counts].sum().reset_index()
    pooled["share"] = (pooled["covered"] / pooled["estimated"]).round(4)
    total = pooled[counts].sum()
    found = {
        "seeds": list(SEEDS[: options.seeds]),
        "hard": options.hard,
        "coverage": round(float(total["covered"] / total["estimated"]), 4),
        "truths": int(total["truths"]),
        "bands": pooled.astype(dict.fromkeys(bands, str)).to_dict("records"),
        "status": states,
        "seconds": seconds,
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
