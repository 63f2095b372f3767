"""How long and how much memory `sweep plan` takes: two million respondents, ten thousand outcomes.

Prints JSON: for each sweep, planned by the command in a process of its own, the seconds of CPU and
on the clock and the peak memory, first into an empty store and then again into the same one. The
bars are those of ``BARS``. The surveys are written once, into a folder that later calls find again.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

ANSWERS = ("Very likely", "Likely", "Neither", "Unlikely", "Very unlikely")
CODES = (4, 5)
ASKED = (1.0, 1.0, 0.7)  # shares of the respondents
REGIONS = tuple(f"Region {k:02}" for k in range(16))
PART = 200_000  # respondents written at once
RESPONDENTS, QUESTIONS = 2_000_000, 50
FEW, MANY = 1_000, 10_000  # respondents, outcomes
BARS = {"respondents": (10.0, 1_500), "glob": (15.0, 500), "list": (15.0, 500), "csv": (15.0, 500)}
"""Seconds and megabytes in which a sweep is planned."""
BY_PYTHON = """
import json, sys
import sweep
config = json.load(open(sys.argv[1]))
config["execution"]["store"] = sys.argv[2]
sweep.plan(config)
"""
PACKAGES = ("numpy", "pandas", "pyarrow", "pydantic")


def question(number: int) -> str:
    """Return the name of a question: those in codes begin with another letter."""
    return f"{'q' if number % 3 else 'n'}{number:05}"


def write_survey(file: Path, respondents: int, questions: int) -> None:
    """Write a survey as Parquet: an id, demographics, a weight and answers on a scale.

    Of the questions a third is in codes, and a third was not put to everybody.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    rng, writer = np.random.default_rng(1), None
    for first in range(0, respondents, PART):
        size = min(PART, respondents - first)

        def drawn(values: Sequence[str], size: int = size) -> pa.Array:
            return pa.array(values).take(pa.array(rng.integers(0, len(values), size)))

        columns = {
            "id": pa.array(np.arange(first, first + size) + 10**17),
            "sex": drawn(("Female", "Male")),
            "age": pa.array(rng.integers(18, 80, size)),
            "region": drawn(REGIONS),
            "w": pa.array(np.round(rng.gamma(4, 0.25, size) + 0.1, 3)),
        }
        for k in range(questions):
            asked = pa.array(rng.random(size) < ASKED[k % 3])
            answers = drawn(ANSWERS) if k % 3 else pa.array(rng.integers(1, 6, size))
            columns[question(k)] = pc.if_else(asked, answers, None)
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(file, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def write_csv(parquet: Path, file: Path) -> None:
    """Write the same survey as CSV."""
    import pyarrow.parquet as pq
    from pyarrow import csv

    csv.write_csv(pq.read_table(parquet), file)


def write_population(file: Path) -> None:
    """Write the joint table that all sweeps here share."""
    lines = ["sex,age_band,region,n"]
    bands = ("18-34", "35-54", "55+")
    lines += [
        f"{sex},{age},{region},{1000 + 7 * k}"
        for k, (sex, age, region) in enumerate(
            (s, a, r) for s in ("Female", "Male") for a in bands for r in REGIONS
        )
    ]
    file.write_text("\n".join(lines) + "\n")


def write_surveys(directory: Path, cases: Sequence[str], respondents: int, outcomes: int) -> None:
    """Write what is not there yet of the surveys of some sweeps."""
    few, many = f"few-{outcomes}", f"many-{respondents}"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_population(directory / "population.csv")
    wanted = [(many, respondents, QUESTIONS)] if "respondents" in cases else []
    wanted += [(few, FEW, outcomes)] if {"glob", "list", "csv"} & {*cases} else []
    for name, people, questions in wanted:
        if not (file := directory / f"{name}.parquet").exists():
            write_survey(part := directory / f"{name}.part", people, questions)
            part.rename(file)
    if "csv" in cases and not (file := directory / f"{few}.csv").exists():
        write_csv(directory / f"{few}.parquet", part := directory / f"{few}.part")
        part.rename(file)


def config_of(case: str, respondents: int, outcomes: int) -> dict[str, Any]:
    """Return the config of a sweep."""
    name = f"many-{respondents}" if case == "respondents" else f"few-{outcomes}"
    suffix = "csv" if case == "csv" else "parquet"
    yes = {"q": list(ANSWERS[:2]), "n": list(CODES)}
    names = map(question, range(outcomes if case == "list" else 0))
    listed = [{"name": name, "success": yes[name[0]]} for name in names]
    by_glob = [{"match": f"{letter}*", "success": answers} for letter, answers in yes.items()]
    derive = {"cut": "age", "at": [18, 35, 55], "labels": ["18-34", "35-54", "55+"]}
    study = {
        "survey": {"source": f"{name}.{suffix}", "weight": "w"},
        "population": {"source": "population.csv", "size": "n"},
        "derive": {"age_band": derive},
        "predictors": {"sex": {}, "age_band": {}, "region": {}},
        "outcomes": listed or by_glob,
        "groups": [[], ["region"]],
    }
    return {"version": 1, "name": case, "study": study, "execution": {}}


def written_config(directory: Path, case: str, respondents: int, outcomes: int) -> Path:
    """Write the config of a sweep: as JSON, which YAML reads; a long list is given by Python."""
    file = directory / f"{case}.yaml"
    file.write_text(json.dumps(config_of(case, respondents, outcomes), indent=1))
    return file


def planned(config: Path, verb: str, store: str) -> dict[str, float]:
    """Plan a sweep in a process of its own; return what it took.

    The memory of a process starts as that of its parent: this one imports nothing large.
    """
    command = [sys.executable, "-P", "-m", "sweep", verb, config.name]
    command += ["--set", f"execution.store={store}"]
    if config.stem == "list":  # no file of a config may be as long
        command = [sys.executable, "-P", "-c", BY_PYTHON, config.name, store]
    began = time.perf_counter()
    with tempfile.TemporaryFile() as told:
        where = config.parent
        process = subprocess.Popen(command, stdout=told, stderr=subprocess.STDOUT, cwd=where)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            told.seek(0)
            raise RuntimeError(told.read().decode())
    return {
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "seconds": round(time.perf_counter() - began, 2),
        "peak_mb": used.ru_maxrss // 1024,
    }


def measured(config: Path, case: str, verb: str, times: int) -> dict[str, Any]:
    """Return the medians of planning into an empty store, and of planning once more.

    Stores are deleted when all is measured: a file system is slow to reuse what was just deleted.
    """
    stores = [f"store-{case}-{time.time_ns() + k}" for k in range(times)]
    fresh = [planned(config, verb, store) for store in stores]
    again = planned(config, verb, stores[-1])
    for store in stores:
        shutil.rmtree(config.parent / store)
    middle = {key: median(one[key] for one in fresh) for key in fresh[0]}
    seconds, megabytes = BARS[case]
    return {
        "sweep": case,
        **middle,
        "again": again,
        "bars": {"seconds": seconds, "peak_mb": megabytes},
        "met": middle["seconds"] <= seconds and middle["peak_mb"] <= megabytes,
    }


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def prepare(directory: Path, cases: Sequence[str], respondents: int, outcomes: int) -> list[Path]:
    """Write surveys and configs in a process of its own; return the configs."""
    written = [sys.executable, "-m", "benchmarks.planning", "--write", "--cases", *cases]
    written += ["--directory", str(directory)]
    written += ["--respondents", str(respondents), "--outcomes", str(outcomes)]
    subprocess.run(written, check=True)
    return [directory / f"{case}.yaml" for case in cases]


def main() -> None:
    """Write, plan and print."""
    usual = Path(tempfile.gettempdir()) / f"sweep-planning-{os.getuid()}"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="+", choices=BARS, default=list(BARS))
    parser.add_argument("--respondents", type=int, default=RESPONDENTS)
    parser.add_argument("--outcomes", type=int, default=MANY)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--verb", choices=("plan", "check"), default="plan")
    parser.add_argument("--directory", type=Path, default=usual)
    parser.add_argument("--write", action="store_true", help="write surveys and configs only")
    given = parser.parse_args()
    what = (given.directory, given.cases, given.respondents, given.outcomes)
    if given.write:
        write_surveys(*what)
        for case in given.cases:
            written_config(given.directory, case, given.respondents, given.outcomes)
        return
    print(json.dumps({"verb": given.verb, **machine()}))
    for config, case in zip(prepare(*what), given.cases, strict=True):
        print(json.dumps(measured(config, case, given.verb, given.times)), flush=True)


if __name__ == "__main__":
    main()
