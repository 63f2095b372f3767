"""Same bytes: the demo's sweep in several surroundings, and what differs between them, as JSON.

``python -m benchmarks.same_bytes``, some ten minutes on 2 cores. Hash seeds, locales, time zones
and directories must change nothing; columns of the survey in another order nothing but the order of
the rows; respondents in another order nothing but the last digits of weighted means.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["SURROUNDINGS", "difference", "payloads", "swept"]

SURROUNDINGS: dict[str, dict[str, str]] = {
    "first": {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
    "second, elsewhere": {"PYTHONHASHSEED": "2", "LC_ALL": "C", "TZ": "Asia/Kathmandu"},
    "third, elsewhere": {"PYTHONHASHSEED": "3", "LC_ALL": "POSIX", "TZ": "America/St_Johns"},
}
KINDS = ("designs", "counts", "fits", "estimates", "reports")
ASKED = ("report.html", "table.csv", "table.parquet")


def swept(project: Path, surroundings: dict[str, str]) -> None:
    """Run a project's sweep and write its report and tables beside it."""
    env = {**os.environ, **surroundings}
    sweep = [sys.executable, "-P", "-m", "sweep"]

    def run(*arguments: str) -> None:
        done = subprocess.run(
            [*sweep, *arguments], cwd=project, env=env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{' '.join(arguments)}: {done.stderr}")

    run("run", "sweep.yaml")
    run("report", "-O", ASKED[0])
    for name in ASKED[1:]:
        run("estimates", "-O", name)


def payloads(project: Path) -> dict[str, str]:
    """Return the digest of every payload file of the store, and of what was asked for, by name."""
    store = project / ".sweep"
    stored = [p for kind in KINDS for p in (store / kind).rglob("*") if p.is_file()]
    there = [p for p in stored if p.name != "done.json"]  # which tells how long it took
    return {
        str(p.relative_to(project)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted([*there, *(project / name for name in ASKED)])
    }


def difference(one: Path, other: Path) -> dict[str, float | bool]:
    """Return how two tables differ, sorted by outcome and group."""
    frames = [pd.read_parquet(path / "table.parquet") for path in (one, other)]
    keys = [c for c in frames[0].columns if frames[0][c].dtype == object]
    keys = keys or [c for c in frames[0].columns if not pd.api.types.is_numeric_dtype(frames[0][c])]
    a, b = (f.astype(dict.fromkeys(keys, "str")).sort_values(keys, kind="stable") for f in frames)
    a, b = a.reset_index(drop=True), b.reset_index(drop=True)
    gap = np.nanmax(np.abs(a["weighted"].to_numpy(float) - b["weighted"].to_numpy(float)))
    rest = [c for c in a.columns if c != "weighted"]
    return {"rest equal": bool(a[rest].equals(b[rest])), "largest gap of weighted": float(gap)}


def shuffled_columns(survey: pd.DataFrame) -> pd.DataFrame:
    """Return the columns in another order."""
    order = np.random.default_rng(1).permutation(len(survey.columns))
    return survey.iloc[:, order]


def shuffled_rows(survey: pd.DataFrame) -> pd.DataFrame:
    """Return the respondents in another order."""
    return survey.sample(frac=1, random_state=2)


def main() -> None:
    """Run all and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="few respondents, to try this out")
    small = ["--small"] if parser.parse_args().small else []
    with tempfile.TemporaryDirectory() as directory:
        first = Path(directory) / "first"
        command = [sys.executable, "-P", "-m", "sweep", "init", str(first), *small]
        subprocess.run(command, check=True, capture_output=True)
        changes: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
            "columns shuffled": shuffled_columns,
            "rows shuffled": shuffled_rows,
        }
        places = {name: first.with_name(name) for name in [*SURROUNDINGS, *changes]}
        for place in list(places.values())[1:]:
            shutil.copytree(first, place)
        for name, change in changes.items():
            path = places[name] / "survey.parquet"
            change(pd.read_parquet(path)).to_parquet(path, index=False)
        for name, place in places.items():
            swept(place, SURROUNDINGS.get(name, SURROUNDINGS["first"]))
        told = payloads(first)
        same: dict[str, object] = {"files": len(told)}
        for name in list(SURROUNDINGS)[1:]:
            other = payloads(places[name])
            same[name] = sorted(k for k in {**told, **other} if told.get(k) != other.get(k))[:5]
        for name in changes:
            same[name] = difference(first, places[name])
    print(json.dumps(same, indent=1))


if __name__ == "__main__":
    main()
