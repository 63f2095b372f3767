"""Measure verdicts on real fits: how often a healthy one is flagged, and a planted fault is not.

Sweeps of simulated trackers by ``models/mrp.py``, 200 outcomes each, as a user runs them. Every
fit's quantities are made again from its stored draws and judged: as they are, with the R-hat
threshold set for larger error rates too; and, of every fifth fit, with a fault planted in one of
its four chains. Funnels are fits of a model of their own (``benchmarks/models/neal.py``), remedies
included. Prints one JSON object.

    python -m benchmarks.verdicts [--sweeps 25] [--outcomes 200] [--funnels 100]
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sweep
from benchmarks.diagnose import alarms
from benchmarks.surveys import ROOT, children_seconds
from sweep.artifacts.contents import get_draws, get_sums
from sweep.artifacts.tasks import read_task
from sweep.data.counts import counts_of
from sweep.diagnostics.chains import ChainSummary, summarise_chains
from sweep.diagnostics.statistics import SamplerStatistics
from sweep.diagnostics.verdict import ALPHA, judge
from sweep.inference.fast import deciding_of
from sweep.planning.model_files import project_folder
from sweep.simulate import tracker, write_tracker
from sweep.worker.memory import Memory
from sweep.worker.task import design_of, grid_from

Floats = NDArray[np.float64]

ALPHAS = (1e-3, 1e-4, ALPHA)
EVERY = 5  # of so many fits, one gets its faults
TARGET = 1000.0
# By turns: everything the shipped config has; more people and no interaction; no regions at all.
FEWER = "{age_band: {}, sex: {}, education: {}, income: {}}"
KINDS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (1000, ()),
    (5000, ("interactions=[]",)),
    (2000, ("interactions=[]", f"predictors={FEWER}")),
)


@dataclass
class Tally:
    """What the fits came to; lists have one entry per fit."""

    status: Counter[str] = field(default_factory=Counter)
    reasons: list[str] = field(default_factory=list)
    remedied: int = 0
    draws: Counter[int] = field(default_factory=Counter)
    quantities: list[int] = field(default_factory=list)
    alarms: dict[float, list[int]] = field(default_factory=lambda: {a: [] for a in ALPHAS})
    ess: list[Floats] = field(default_factory=list)  # within chains, of the ranks
    faults: dict[str, Counter[str]] = field(default_factory=dict)
    cpu_seconds: float = 0.0


def run_tracker(directory: Path, seed: int, people: int, limit: int, *given: str) -> sweep.Run:
    """Simulate a tracker and run its sweep with some overrides."""
    write_tracker(directory, tracker(seed, respondents=people))
    config = shutil.copy(project_folder("configs") / "tracker.yaml", directory / "sweep.yaml")
    overrides = [f"sampler.seed={seed}", "groups=[[]]", *given]
    return sweep.run(config, limit=limit, set=overrides, progress=False)


def judged(run: sweep.Run) -> Iterator[tuple[list[str], Floats]]:
    """Yield of each fit the names and the draws (chain, draw, quantity) of what decides on it."""
    memory = Memory()
    for entry in run.plan.entries:
        task = read_task(run.store, entry.key)
        design = design_of(run.store, task, memory)
        grid = grid_from(task, design)
        counts = counts_of(get_sums(run.store, task.counts), design.levels)
        draws = get_draws(run.store, entry.fit_key)
        deciding = deciding_of(grid, counts)
        yield list(deciding.names), np.asarray(deciding.of(draws), np.float64)


def plant(values: Floats, rng: np.random.Generator) -> Iterator[tuple[str, Floats]]:
    """Yield faults planted in a chain drawn at random: their names, and the draws with each.

    Shifts are in posterior standard deviations, of one quantity drawn at random or of all.
    """
    chains, length, count = values.shape
    chain, one, place = rng.integers(chains), rng.integers(count), rng.integers(length)
    spread = values.std(axis=(0, 1))
    for shift in (1.0, 0.4):
        for name, which in (("one", slice(one, one + 1)), ("every", slice(None))):
            made = values.copy()
            made[chain, :, which] += shift * spread[which]
            yield f"{name} quantity of a chain shifted by {shift:g} sd", made
    for name, first, where in (
        ("a chain stuck at one of its draws", 0, values[chain, place]),
        ("a chain stuck at the posterior's centre", 0, np.median(values, axis=(0, 1))),
        ("a chain stuck from half way on", length // 2, values[chain, length // 2]),
        ("a chain stuck for its last quarter", 3 * length // 4, values[chain, 3 * length // 4]),
    ):
        made = values.copy()
        made[chain, first:] = where
        yield name, made


def untroubled(summary: ChainSummary) -> SamplerStatistics:
    """Return statistics of a sampler that noticed nothing: the draws must give faults away."""
    nothing = np.zeros((summary.chains, summary.draws), dtype=np.bool_)
    energy = np.random.default_rng(1).normal(size=nothing.shape)
    return SamplerStatistics(nothing, nothing, energy)


def verdict(values: Floats, names: list[str]) -> tuple[str, ...]:
    """Return the objections to some draws, none of them the sampler's."""
    summary = summarise_chains(values)
    published = np.array([name.startswith("margin ") for name in names])
    return judge(summary, names, untroubled(summary), TARGET, published).reasons


def add_sweep(tally: Tally, number: int, limit: int) -> None:
    """Run the sweep of a number, and count what becomes of its fits."""
    people, given = KINDS[number % len(KINDS)]
    with tempfile.TemporaryDirectory() as directory:
        cpu = children_seconds()
        run = run_tracker(Path(directory), number, people, limit, *given)
        tally.cpu_seconds += children_seconds() - cpu
        fits = run.raise_for_failures().fits()
        tally.status.update(fits["status"])
        tally.reasons += fits["reason"].dropna().tolist()
        tally.remedied += int(fits["remedies"].notna().sum())
        tally.draws.update(int(draws) for draws in fits["draws"])
        rng = np.random.default_rng(number)
        for index, (names, values) in enumerate(judged(run)):
            add_fit(tally, values)
            if index % EVERY == 0:
                for fault, made in plant(values, rng):
                    reasons = verdict(made, names)
                    add_fault(tally, fault, reasons)


def add_fit(tally: Tally, values: Floats) -> None:
    """Count the alarms of a healthy fit's quantities."""
    summary = summarise_chains(values)
    tally.quantities.append(values.shape[2])
    tally.ess.append(summary.ess_within_bulk)
    for alpha, counts in tally.alarms.items():
        counts.append(int(alarms(summary, alpha).sum()))


def add_fault(tally: Tally, fault: str, reasons: tuple[str, ...]) -> None:
    """Count a planted fault: whether it was flagged, and whether R-hat was among the reasons."""
    r_hat = any(r.startswith("R-hat") or "stand still" in r for r in reasons)
    counts = tally.faults.setdefault(fault, Counter(planted=0, flagged=0, r_hat=0))
    counts.update(planted=1, flagged=bool(reasons), r_hat=r_hat)


def false_alarms(counts: list[int], quantities: list[int], alpha: float) -> dict[str, Any]:
    """Return the rate of alarms per quantity against the promised one.

    The quantities of a fit go together, so the error of the ratio is that of the fits' sums.
    """
    seen, of = np.array(counts), np.array(quantities)
    expected = alpha * of.sum()
    error = np.sqrt(np.sum((seen - seen.sum() / of.sum() * of) ** 2))
    return {
        "alarms": int(seen.sum()),
        "expected": round(float(expected), 2),
        "observed_over_promised": round(float(seen.sum() / expected), 2),
        "standard_error": round(float(error / expected), 2),
        "fits_with_alarms": int((seen > 0).sum()),
    }


def funnels(limit: int) -> dict[str, Any]:
    """Return how many fits of Neal's funnel are flagged after all remedies."""
    model = ("model=neal", f"execution.models_dir={ROOT / 'benchmarks' / 'models'}")
    with tempfile.TemporaryDirectory() as directory:
        run = run_tracker(Path(directory), 1, 300, limit, "interactions=[]", *model)
        counts = run.raise_for_failures().counts()
    return {"planted": sum(counts.values()), "flagged": counts["flagged"]}


def found(tally: Tally) -> dict[str, Any]:
    """Return the figures of the sweeps."""
    fits = len(tally.quantities)
    ess = np.concatenate(tally.ess)
    return {
        "fits": fits,
        "cpu_seconds_per_fit": round(tally.cpu_seconds / fits, 2),
        "status": dict(tally.status),
        "reasons": tally.reasons,
        "remedied": tally.remedied,
        "draws": {str(draws): count for draws, count in sorted(tally.draws.items())},
        "quantities": sum(tally.quantities),
        "ess_within": {str(q): round(float(np.quantile(ess, q))) for q in (0.01, 0.1, 0.5, 0.9)},
        "false_alarms": {
            f"{alpha:g}": false_alarms(counts, tally.quantities, alpha)
            for alpha, counts in tally.alarms.items()
        },
        "faults": {fault: dict(counts) for fault, counts in tally.faults.items()},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sweeps", type=int, default=25, help="the first so many; 0 for none")
    parser.add_argument("--outcomes", type=int, default=200, help="per sweep")
    parser.add_argument("--funnels", type=int, default=100)
    asked = parser.parse_args()
    tally = Tally()
    for number in range(asked.sweeps):
        add_sweep(tally, number, asked.outcomes)
        sys.stderr.write(f"sweep {number}: {dict(tally.status)}, {tally.remedied} remedied\n")
    result = found(tally) if asked.sweeps else {}
    if asked.funnels:
        result["funnels"] = funnels(asked.funnels)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
