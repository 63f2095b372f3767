"""Rare: whether intervals hold what they promise when hardly anybody says yes.

Ranks of truths drawn from the prior cannot tell: a prior that pulls small shares up is right on
average over itself. So here the prevalence is fixed, and only the effects are drawn.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import sweep
from benchmarks.calibration.country import members, shares
from benchmarks.calibration.simulate import simulate

__all__ = ["BAR", "PEOPLE", "PREVALENCES", "Rare", "observe_rare"]

PREVALENCES = (0.002, 0.003, 0.005, 0.007, 0.010)
PEOPLE = 2_000
BAR = 0.84


@dataclass(frozen=True)
class Rare:
    """How many truths lie in their published 90 % intervals, by prevalence.

    ``covered`` counts totals, one per outcome; ``groups_covered`` of ``groups`` counts all groups.
    """

    outcomes: int
    states: dict[str, int]
    prevalences: tuple[float, ...]
    covered: list[int]
    groups: list[int]
    groups_covered: list[int]


def observe_rare(outcomes: int, seed: int) -> Rare:
    """Sweep so many outcomes of each prevalence; one without an estimate covers nothing."""
    count = outcomes * len(PREVALENCES)
    with tempfile.TemporaryDirectory() as name:
        worlds = simulate(Path(name), count, PEOPLE, seed, PREVALENCES)
        run = sweep.run(worlds.config, progress=False)
        tables = dict(iter(run.estimates().groupby("outcome", sort=False)))
        states = {state: count for state, count in run.counts().items() if count}
    covered, groups = [], []
    for outcome, world in worlds.by_outcome.items():
        table = tables[outcome]
        truth = shares(members(table)) @ world.probability
        inside = (table["lower"].to_numpy() <= truth) & (truth <= table["upper"].to_numpy())
        covered.append(inside[0])  # the total stands first
        groups.append((len(inside) - 1, int(inside[1:].sum())))
    by_prevalence = np.reshape(covered, (outcomes, -1)).sum(axis=0)
    all_groups, inside_groups = np.reshape(groups, (outcomes, -1, 2)).sum(axis=0).T
    return Rare(
        outcomes,
        states,
        PREVALENCES,
        by_prevalence.tolist(),
        all_groups.tolist(),
        inside_groups.tolist(),
    )
