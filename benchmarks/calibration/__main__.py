"""Calibrate: simulation-based calibration through whole sweeps, and the coverage of rare outcomes.

Prints JSON and writes its parts of docs/calibration.md. Ends with 1 if a gate refuses, or rare
outcomes are covered too seldom.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.calibration.judge import verdicts
from benchmarks.calibration.observe import Observed, observe
from benchmarks.calibration.page import write_part
from benchmarks.calibration.rare import BAR, PEOPLE, Rare, observe_rare
from benchmarks.calibration.simulate import RESPONDENTS, simulate
from sweep.toolchain import toolchain

SEED = 20261123


def main() -> None:
    """Measure, print and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replicates", type=int, default=1_000)
    parser.add_argument("--rare", type=int, default=100, help="outcomes of each prevalence")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--no-page", action="store_true", help="only print")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        worlds = simulate(Path(directory), asked.replicates, RESPONDENTS, asked.seed)
        observed = observe(worlds, asked.seed)
    rare = observe_rare(asked.rare, asked.seed)
    parts = {
        "ranks": {"respondents": RESPONDENTS, **facts(observed, asked.seed)},
        "rare": {"respondents": PEOPLE, **facts(rare, asked.seed)},
    }
    print(json.dumps(parts, indent=1))
    if not asked.no_page:
        for name, part in parts.items():
            write_part(name, part)
    sys.exit(bool(objections(observed, rare)))


def facts(measured: Observed | Rare, seed: int) -> dict[str, Any]:
    """Return what was measured, and what it was measured with; nothing of where and when."""
    found = {name: value for name, value in asdict(measured).items() if name != "package"}
    return {"seed": seed, "toolchain": toolchain("fast"), **found}


def objections(observed: Observed, rare: Rare) -> list[str]:
    """Return what is wrong; each objection is said on standard error as well."""
    found = [f"{gate}: {reason}" for gate, reason in verdicts(observed).items() if reason]
    share = sum(rare.covered) / (rare.outcomes * len(rare.prevalences))
    if share < BAR:
        found.append(f"rare outcomes: {share:.1%} covered, at least {BAR:.0%} are demanded")
    for line in found:
        sys.stderr.write(f"{line}\n")
    return found


if __name__ == "__main__":
    main()
