"""Raked frames: what estimates lose where a joint table is replaced by its margins, as JSON.

Simulated populations without structure beyond pairs of variables; a survey of each, in which some
kinds of people take part more than others; answers by main effects and interactions. The same
probabilities are poststratified to the joint table and to frames raked to its margins: what differs
is the frame alone. ``python -m benchmarks.raked_frames``.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
from numpy.typing import NDArray

from sweep.data.findings import Findings
from sweep.data.margins import Margin, sum_over
from sweep.data.raked_frame import Filling, raked_rows

__all__ = ["WAYS", "World", "estimates", "raked_to", "simulated", "worst_gaps"]

LEVELS = {"sex": 2, "age": 6, "region": 8}
MORE_LEVELS = {**LEVELS, "education": 4, "urban": 2}
PEOPLE = 50_000_000.0
WAYS = {
    "one variable each, survey": (1, "survey"),
    "one variable each, independence": (1, "independence"),
    "all pairs, survey": (2, "survey"),
    "all pairs, independence": (2, "independence"),
}
"""Variables in each margin, and the seed."""

type Table = NDArray[np.float64]
type Facts = dict[str, object]


@dataclass(frozen=True)
class World:
    """A population by all variables, each cell's true probability, and who was asked."""

    people: Margin
    probability: Table
    asked: Margin


def simulated(seed: int, respondents: int, sizes: Mapping[str, int]) -> World:
    """Return a population without structure beyond pairs, and a survey of it."""
    rng, shape = np.random.default_rng(seed), tuple(sizes.values())
    levels = {name: tuple(f"{k}" for k in range(n)) for name, n in sizes.items()}
    share = np.exp(effects(rng, shape, 1, 0.5) + effects(rng, shape, 2, 0.25))
    people = PEOPLE * share / share.sum()
    chance = people * np.exp(effects(rng, shape, 1, 0.4))
    asked = rng.multinomial(respondents, (chance / chance.sum()).ravel()).reshape(shape)
    logit = -0.5 + effects(rng, shape, 1, 0.5) + effects(rng, shape, 2, 0.15)
    yes = 1 / (1 + np.exp(-logit))
    return World(Margin(levels, people), yes, Margin(levels, asked.astype(float)))


def effects(rng: np.random.Generator, sizes: Sequence[int], order: int, sd: float) -> Table:
    """Return a sum of normal effects of all combinations of so many variables."""
    total = np.zeros(tuple(sizes))
    for axes in combinations(range(len(sizes)), order):
        shape = [n if k in axes else 1 for k, n in enumerate(sizes)]
        total = total + rng.normal(0, sd, shape)
    return total


def raked_to(world: World, order: int, seed: str) -> Table:
    """Return the population's cells as they are made from its margins of so many variables."""
    levels, findings = dict(world.people.levels), Findings()
    margins = [
        Margin({name: levels[name] for name in own}, margin_table(world.people, own))
        for own in combinations(levels, order)
    ]
    base, filling = world.asked, Filling(1.0, 1.0, ())
    if seed == "independence":
        base = Margin(levels, np.ones_like(world.asked.table))
    made = raked_rows(base, margins, filling, "n", (), findings)
    assert made is not None, findings.mistakes
    rows, table = made[0], np.zeros(world.people.table.shape)
    place = tuple(rows[name].cat.codes.to_numpy(np.intp) for name in levels)
    table[place] = rows["n"].to_numpy()
    return table


def margin_table(people: Margin, own: Sequence[str]) -> Table:
    """Return people by some variables, an axis each."""
    axes = [k for k, name in enumerate(people.levels) if name in own]
    table: Table = sum_over(people.table, axes).squeeze()
    return table


def estimates(people: Table, probability: Table, axes: Sequence[int]) -> Table:
    """Return the share who say yes, by some variables, poststratified."""
    return sum_over(people * probability, axes) / sum_over(people, axes)


def worst_gaps(world: World, people: Table) -> dict[str, float]:
    """Return the largest difference to the joint table's estimates, in points."""
    variables = range(world.people.table.ndim)
    axes: dict[str, list[list[int]]] = {
        "total": [[]],
        "one variable": [[k] for k in variables],
        "two variables": [list(pair) for pair in combinations(variables, 2)],
    }
    joint, p = world.people.table, world.probability
    return {
        name: max(
            float(100 * np.abs(estimates(people, p, a) - estimates(joint, p, a)).max())
            for a in several
        )
        for name, several in axes.items()
    }


def summary(respondents: int, surveys: int, sizes: Mapping[str, int]) -> Facts:
    """Return the median and worst gaps of many surveys, by way of making the frame."""
    worlds = [simulated(k, respondents, sizes) for k in range(surveys)]
    found: Facts = {}
    for name, (order, seed) in WAYS.items():
        gaps = [worst_gaps(world, raked_to(world, order, seed)) for world in worlds]
        found[name] = {
            what: [round(float(f([g[what] for g in gaps])), 4) for f in (np.median, np.max)]
            for what in gaps[0]
        }
    return {"respondents": respondents, "cells": prod(sizes.values()), "gaps": found}


def main() -> None:
    """Print the gaps of many simulated surveys."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--surveys", type=int, default=50)
    surveys = parser.parse_args().surveys
    tried = [
        summary(respondents, surveys, sizes)
        for sizes in (LEVELS, MORE_LEVELS)
        for respondents in (500, 2000, 20_000)
    ]
    what = "largest difference to the joint table's estimates, in points: median and worst survey"
    print(json.dumps({"surveys": surveys, "gap": what, "tried": tried}, indent=1))


if __name__ == "__main__":
    main()
