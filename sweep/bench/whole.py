"""Whole: a sweep of the simulated tracker from its config to its report, as a user runs it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.bench.simulated import write_project
from sweep.bench.tree import Tree, run_watched
from sweep.worker.safe_path import python_command

if TYPE_CHECKING:
    import pandas as pd

    from sweep.client.handle import Run
    from sweep.store import Store

__all__ = ["EssShares", "Size", "SweepFigures", "run_sweep", "spot_outcomes"]

SPOTS = 3  # outcomes of a sweep whose posteriors are compared with the reference
TAIL = 400


@dataclass(frozen=True)
class Size:
    """How large a sweep is, and how many workers do it; None are as many as there are cores."""

    outcomes: int
    respondents: int
    workers: int | None


@dataclass(frozen=True)
class EssShares:
    """Of each outcome the least ESS of its published estimates; shares of outcomes, 0 to 1.

    ``target`` is the config's: shares reach it in bulk, four fifths of it in bulk, 400 in the tail.
    """

    target: int
    least_bulk: float
    least_tail: float
    median_bulk: float
    reach_target: float
    reach_most: float
    reach_tail: float


@dataclass(frozen=True)
class SweepFigures:
    """One sweep: what it took, what became of its outcomes, how well the estimates are known.

    ``coverage`` is the share of known truths inside their 90 % intervals, None if nothing was
    estimated.
    """

    size: Size
    took: Tree
    counts: dict[str, int]
    ess: EssShares
    coverage: float | None

    @property
    def cpu_per_outcome(self) -> float:
        """Return seconds of CPU per outcome, start, join and report included."""
        return self.took.cpu / self.size.outcomes


def run_sweep(folder: Path, size: Size, seed: int, overrides: Sequence[str] = ()) -> SweepFigures:
    """Write a project and run it into an empty store, its report included.

    Machine code is compiled before: that is once per machine. Raises as `run_watched` does.
    """
    import pandas as pd

    from sweep.client.handle import Run
    from sweep.store import open_store
    from sweep.worker.environment import warm_environment

    warm_environment()
    config = write_project(folder, size.respondents, size.outcomes, seed)
    given = ["run", config.name, "--limit", str(size.outcomes), "--report", "report.html"]
    for one in overrides:
        given += ["--set", one]
    given += [] if size.workers is None else ["--set", f"execution.workers={size.workers}"]
    took = run_watched(python_command("sweep", *given), os.environ, folder)
    store = open_store(folder / ".sweep")
    run = Run(store, newest(store))
    truth = pd.read_parquet(folder / "truth.parquet")
    return figures_of(size, took, run, truth)


def newest(store: "Store") -> str:
    """Return the id of the newest run of a store."""
    from sweep.journal.runs import runs_in

    return str(next(iter(runs_in(store))))


def figures_of(size: Size, took: Tree, run: "Run", truth: "pd.DataFrame") -> SweepFigures:
    """Return what there is to say of a run that has ended."""
    from sweep.simulate import coverage

    table = run.estimates()
    bands = coverage(table, truth)
    covered, estimated = int(bands["covered"].sum()), int(bands["estimated"].sum())
    shares = ess_shares(table, int(run.config["study"]["sampler"]["target_ess"]))
    return SweepFigures(
        size, took, run.counts(), shares, covered / estimated if estimated else None
    )


def ess_shares(table: "pd.DataFrame", target: int) -> EssShares:
    """Return how many outcomes have how large an ESS."""
    least = table.groupby("outcome")[["ess_bulk", "ess_tail"]].min()
    bulk, tail = least["ess_bulk"], least["ess_tail"]
    return EssShares(
        target=target,
        least_bulk=float(bulk.min()),
        least_tail=float(tail.min()),
        median_bulk=float(bulk.median()),
        reach_target=float((bulk >= target).mean()),
        reach_most=float((bulk >= 0.8 * target).mean()),
        reach_tail=float((tail >= TAIL).mean()),
    )


def spot_outcomes(names: Sequence[str]) -> list[str]:
    """Return a few outcomes of a sweep: the first, the last, and evenly between."""
    steps = max(1, SPOTS - 1)
    places = {round(k * (len(names) - 1) / steps) for k in range(SPOTS)}
    return [names[place] for place in sorted(places)]
