"""Gates: which check catches which planted bug.

Plants each of `MUTATIONS` in a copy of the package, runs every gate on the copy in processes of
its own, and writes the table into docs/calibration.md. Ends with 1 if a bug passes every gate, or
if a gate refuses the package as it is.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.calibration.judge import GATES, verdicts
from benchmarks.calibration.mutations import MANY, MUTATIONS, Mutation, plant
from benchmarks.calibration.observe import Observed
from benchmarks.calibration.page import write_part
from benchmarks.calibration.simulate import RESPONDENTS

SEED = 20261124
NONE = "none"


def main() -> None:
    """Try every bug, print the outcome as JSON and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", help="bugs with this in their name; writes no page")
    asked = parser.parse_args()
    bugs: list[Mutation | None] = [None, *MUTATIONS]
    tried = [b for b in bugs if asked.only in (b.name if b else NONE)]
    rows = [attempt(bug, bug.worlds if bug else MANY) for bug in tried]
    found = {"respondents": RESPONDENTS, "seed": SEED, "bugs": rows}
    print(json.dumps(found, indent=1))
    if not asked.only:
        write_part("gates", found)
    sys.exit(any(bool(row["caught_by"]) != (row["bug"] != NONE) for row in rows))


def attempt(bug: Mutation | None, worlds: int) -> dict[str, Any]:
    """Return which gates refuse a copy of the package with a bug planted in it, and why."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name).resolve() / "copy"
        plant(bug, copy)
        with ThreadPoolExecutor() as pool:  # each only waits for a process
            density = pool.submit(density_in, copy)
            observed = observed_in(copy, worlds)
            reasons = {**verdicts(observed), "density": density.result()}
    seconds = time.perf_counter() - started
    caught = {gate: reasons[gate] for gate in GATES if reasons[gate]}
    row = {"bug": bug.name if bug else NONE, "worlds": worlds, "caught_by": caught}
    sys.stderr.write(f"{row['bug']}: {', '.join(caught) or 'passes'} ({seconds:.0f} s)\n")
    return row


def observed_in(copy: Path, worlds: int) -> Observed:
    """Sweep simulated worlds with the copy, in a process and with machine code of its own."""
    asked = {"worlds": worlds, "respondents": RESPONDENTS, "seed": SEED}
    options = [word for name, value in asked.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "benchmarks.calibration.observe", *options]
    done = subprocess.run(
        command, cwd=copy, env=environment(copy), stdout=subprocess.PIPE, text=True, check=True
    )
    observed = Observed(**json.loads(done.stdout))
    if observed.package != str(copy / "sweep"):
        msg = f"the package that ran is {observed.package}, not the copy in {copy}"
        raise RuntimeError(msg)
    return observed


def density_in(copy: Path) -> str:
    """Hold the copy's density against its PyMC definition; return what fails."""
    command = [
        *(sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=no"),
        *("-p", "no:cacheprovider", "-m", "not sampling", "tests/inference/test_density.py"),
    ]
    done = subprocess.run(
        command, cwd=copy, env=environment(copy), capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        msg = f"the tests of the density did not run:\n{done.stdout}{done.stderr}"
        raise RuntimeError(msg)
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    return re.split(r"::|\[| - ", failed[0])[1] if failed else ""


def environment(copy: Path) -> dict[str, str]:
    """Return the environment in which the copy is what ``import sweep`` finds."""
    cache = {"SWEEP_CACHE": str(copy / "cache"), "NUMBA_CACHE_DIR": str(copy / "numba")}
    return {**os.environ, **cache, "PYTHONPATH": str(copy)}


if __name__ == "__main__":
    main()
