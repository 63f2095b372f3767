"""Raked frames: what estimates lose where a joint table is replaced by its margins, as JSON.

Simulated populations of five variables without structure beyond pairs; a survey of each, in which
some kinds of people take part more than others; answers by main effects and one interaction. The
same probabilities are poststratified to the joint table and to frames raked to margins of it, from
the survey as seed: what differs is the frame alone. ``python -m benchmarks.raked_frames``.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
from numpy.typing import NDArray

from sweep.data.findings import Findings
from sweep.data.margins import Margin, sum_over
from sweep.data.raked_frame import Filling, raked_rows
from sweep.data.seeds import HALF

__all__ = ["LEVELS", "World", "estimates", "raked_to", "simulated", "worst_gaps"]

LEVELS = {"sex": 2, "age": 6, "education": 4, "region": 8, "urban": 2}
PEOPLE = 50_000_000.0

type Table = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """A population by all variables, each cell's true probability, and who was asked."""

    people: Margin
    probability: Table
    asked: Margin


def simulated(seed: int, respondents: int) -> World:
    """Return a population without structure beyond pairs, and a survey of it."""
    rng = np.random.default_rng(seed)
    levels = {name: tuple(f"{k}" for k in range(n)) for name, n in LEVELS.items()}
    share = np.exp(additive(rng, 0.5) + pairwise(rng, 0.25))
    people = PEOPLE * share / share.sum()
    chance = people * np.exp(additive(rng, 0.4))
    asked = rng.multinomial(respondents, (chance / chance.sum()).ravel()).reshape(people.shape)
    logit = -0.5 + additive(rng, 0.5) + pairwise(rng, 0.15)
    return World(
        Margin(levels, people), 1 / (1 + np.exp(-logit)), Margin(levels, asked.astype(float))
    )


def additive(rng: np.random.Generator, sd: float) -> Table:
    """Return a sum of main effects (an axis per variable)."""
    total = np.zeros(tuple(LEVELS.values()))
    for axis, n in enumerate(LEVELS.values()):
        shape = [1] * len(LEVELS)
        shape[axis] = n
        total = total + rng.normal(0, sd, n).reshape(shape)
    return total


def pairwise(rng: np.random.Generator, sd: float) -> Table:
    """Return a sum of effects of all pairs of variables."""
    sizes, total = list(LEVELS.values()), np.zeros(tuple(LEVELS.values()))
    for one, other in combinations(range(len(sizes)), 2):
        shape = [1] * len(sizes)
        shape[one], shape[other] = sizes[one], sizes[other]
        total = total + rng.normal(0, sd, (sizes[one], sizes[other])).reshape(shape)
    return total


def raked_to(world: World, by: Sequence[Sequence[str]]) -> Table:
    """Return the survey's cells raked to some margins of the population."""
    names, findings = list(LEVELS), Findings()
    margins = []
    for own in by:
        axes = [k for k, name in enumerate(names) if name in own]
        table = sum_over(world.people.table, axes).squeeze()
        margins.append(Margin({names[k]: world.people.levels[names[k]] for k in axes}, table))
    made = raked_rows(world.asked, margins, Filling(1.0, ()), "n", (), findings)
    assert made is not None, findings.mistakes
    rows, table = made[0], np.zeros(world.people.table.shape)
    place = tuple(rows[name].cat.codes.to_numpy(np.intp) for name in names)
    table[place] = rows["n"].to_numpy()
    return table


def estimates(people: Table, probability: Table, axes: Sequence[int]) -> Table:
    """Return the share who say yes, by some variables, poststratified."""
    return sum_over(people * probability, axes) / sum_over(people, axes)


def worst_gaps(world: World, people: Table) -> dict[str, float]:
    """Return the largest difference to the joint table's estimates, in points."""
    axes: dict[str, list[list[int]]] = {
        "total": [[]],
        "one variable": [[k] for k in range(len(LEVELS))],
        "two variables": [list(pair) for pair in combinations(range(len(LEVELS)), 2)],
    }
    joint, p = world.people.table, world.probability
    return {
        name: max(
            float(100 * np.abs(estimates(people, p, a) - estimates(joint, p, a)).max())
            for a in several
        )
        for name, several in axes.items()
    }


def main() -> None:
    """Print the gaps of many simulated surveys."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--surveys", type=int, default=50)
    parser.add_argument("--respondents", type=int, default=2000)
    given = parser.parse_args()
    ways: dict[str, list[tuple[str, ...]]] = {
        "margins of one variable": [(name,) for name in LEVELS],
        "margins of all pairs": list(combinations(LEVELS, 2)),
    }
    worlds = [simulated(k, given.respondents) for k in range(given.surveys)]
    found = {}
    for name, by in ways.items():
        gaps = [worst_gaps(world, raked_to(world, by)) for world in worlds]
        found[name] = {
            what: {
                "median": round(float(np.median([g[what] for g in gaps])), 4),
                "worst": round(max(g[what] for g in gaps), 4),
            }
            for what in gaps[0]
        }
    facts = {
        "surveys": given.surveys,
        "respondents": given.respondents,
        "cells": prod(LEVELS.values()),
        "empty_cells_share_respondents": HALF,
        "points_from_the_joint_table": found,
    }
    print(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()
