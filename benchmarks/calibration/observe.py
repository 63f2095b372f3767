"""Observe: what one sweep over simulated worlds says to every gate.

As a program it prints that as JSON: ``gates`` runs it inside copies of the package.
"""

import argparse
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sweep
from benchmarks.calibration.country import CODES, LEVELS, members, shares
from benchmarks.calibration.parameters import linear_predictor, sigmoid
from benchmarks.calibration.quantities import (
    ESTIMATES,
    NAMES,
    of_posterior,
    of_truth,
    parameters_of,
    true_estimate,
)
from benchmarks.calibration.ranks import rank
from benchmarks.calibration.simulate import World, Worlds, simulate

__all__ = ["DRAWS", "Observed", "observe"]

type Array = NDArray[np.float64]

DRAWS = 99  # thinned draws that a truth is ranked among
INTERVAL, MINIMUM_BASE = 0.9, 10  # the config's defaults


@dataclass(frozen=True)
class Observed:
    """Counts over all outcomes.

    ``ranks`` counts truths by rank (0 to `DRAWS`), by quantity; ``covered`` truths within their
    published interval, by estimate; ``miscounted`` published bases and raw shares that are not the
    survey's; ``misweighted`` is the largest distance of a published mean or interval's end from
    what its own posterior gives by hand. Flagged fits count like all others; failed ones have none.
    """

    package: str
    outcomes: int
    states: dict[str, int]
    remedied: int
    ranks: dict[str, list[int]]
    covered: dict[str, int]
    miscounted: int
    misweighted: float


def observe(worlds: Worlds, seed: int) -> Observed:
    """Run the sweep and hold all that it publishes against the worlds behind it."""
    run = sweep.run(worlds.config, progress=False)
    fits = run.fits().set_index("outcome")
    if fits["status"].eq("failed").all():
        run.raise_for_failures()
    fitted = fits.index[fits["status"].isin(["ok", "flagged"])]
    tables = dict(iter(run.estimates(outcomes=list(fitted)).groupby("outcome", sort=False)))
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2,)))
    ranks, covered, miscounted, misweighted = [], [], 0, 0.0
    for outcome in fitted:
        world, table = worlds.by_outcome[outcome], tables[outcome]
        member = members(table)
        ranks.append(rank(of_truth(world), of_posterior(run, outcome, world, DRAWS), rng))
        covered.append(coverage(table, world))
        miscounted += miscounts(table, member, world)
        misweighted = max(misweighted, distance(table, member, run, outcome))
    by_rank = [np.bincount(r, minlength=DRAWS + 1).tolist() for r in np.transpose(ranks)]
    return Observed(
        str(Path(sweep.__file__).parent),
        len(worlds.by_outcome),
        {state: count for state, count in run.counts().items() if count},
        int(fits["remedies"].notna().sum()),
        dict(zip(NAMES, by_rank, strict=True)),
        dict(zip(ESTIMATES, np.sum(covered, axis=0).tolist(), strict=True)),
        miscounted,
        misweighted,
    )


def coverage(table: pd.DataFrame, world: World) -> list[bool]:
    """Return whether each true estimate lies in its published interval."""
    found = []
    for at in ESTIMATES.values():
        row = np.ones(len(table), bool)
        for name in LEVELS:
            row &= (table[name] == at[name] if name in at else table[name].isna()).to_numpy()
        ((lower, upper),) = table.loc[row, ["lower", "upper"]].to_numpy()
        found.append(bool(lower <= true_estimate(world, at) <= upper))
    return found


def miscounts(table: pd.DataFrame, member: NDArray[np.bool_], world: World) -> int:
    """Return how many rows have another base or raw share than the survey's answers."""
    n, y = member @ world.n, member @ world.y
    shown = n >= MINIMUM_BASE
    expected_n = np.where(shown, n, np.nan)
    expected = np.divide(y, n, out=np.full(len(n), np.nan), where=shown)
    same = np.isclose(table["n"].to_numpy(float, na_value=np.nan), expected_n, equal_nan=True)
    same &= np.isclose(table["raw"], expected, equal_nan=True)
    return int(np.count_nonzero(~same))


def distance(table: pd.DataFrame, member: NDArray[np.bool_], run: sweep.Run, outcome: str) -> float:
    """Return how far published estimates are from the sums that they stand for."""
    draws = sigmoid(linear_predictor(parameters_of(run, outcome), CODES)) @ shares(member).T
    tail = (1 - INTERVAL) / 2
    expected = np.array([draws.mean(axis=0), *np.quantile(draws, [tail, 1 - tail], axis=0)])
    published = table[["mean", "lower", "upper"]].to_numpy().T
    return float(np.abs(published - expected).max())


def main() -> None:
    """Simulate, sweep and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--worlds", type=int, required=True)
    parser.add_argument("--respondents", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        worlds = simulate(Path(directory), asked.worlds, asked.respondents, asked.seed)
        print(json.dumps(asdict(observe(worlds, asked.seed))))


if __name__ == "__main__":
    main()
