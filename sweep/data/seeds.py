"""Seeds: the joint distribution that raking starts from, where it is the survey's.

A survey says little of combinations of three variables and more: most cells have no respondent, and
others one. Taken as it is, that noise would move estimates of small groups by many points.
"""

from collections.abc import Sequence
from itertools import combinations
from math import prod

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.levels import Levels
from sweep.data.margins import Margin
from sweep.data.raking import rounds_towards
from sweep.expression import evaluate, parse

__all__ = [
    "HALF",
    "MOST_CELLS",
    "beyond_chance",
    "cells_where",
    "independence",
    "with_half_a_respondent",
]

HALF = 0.5
"""Respondents that all empty cells of a survey's seed share."""

MOST_CELLS = 5_000_000
"""Of a raked frame: each is held in memory, and every estimate sums over all of them."""

CHANCE = 3.0
"""Standard deviations above its mean from which on a departure from pairs is more than chance."""


def cells_where(levels: Levels, conditions: Sequence[str]) -> NDArray[np.bool_]:
    """Return which cells (an axis per variable) meet any of some conditions."""
    shape = tuple(len(labels) for labels in levels.values())
    met = np.zeros(prod(shape), np.bool_)
    codes = np.unravel_index(np.arange(prod(shape)), shape)
    table = {
        name: pd.Series(pd.Categorical.from_codes(code, pd.Index(list(labels), dtype="str")))
        for code, (name, labels) in zip(codes, levels.items(), strict=True)
    }
    for condition in conditions:
        met |= evaluate(parse(condition), table)
    return met.reshape(shape)


def independence(seed: Margin, margins: Sequence[Margin]) -> NDArray[np.float64]:
    """Return each cell's share if all variables were independent (an axis per variable).

    Each variable's shares are those of the first margin that has it, so that a level without
    respondents has people; where none has it, the seed's.
    """
    product = np.ones(())
    for axis, name in enumerate(seed.levels):
        known = next((m for m in margins if name in m.levels), seed)
        own = list(known.levels).index(name)
        one = known.table.sum(axis=tuple(k for k in range(known.table.ndim) if k != own))
        place = [known.levels[name].index(label) for label in seed.levels[name]]
        product = np.multiply.outer(product, one[place] / one.sum())
        assert product.ndim == axis + 1
    return product


def with_half_a_respondent(
    seed: Margin, margins: Sequence[Margin], zeros: NDArray[np.bool_], weight: float
) -> tuple[Margin, int]:
    """Return a seed whose empty cells share half a respondent, and how many cells these are.

    In proportion to independence; cells that are ``zeros`` stay empty. ``weight`` is that of one
    respondent. A survey has no one in most combinations of levels; that nobody is there at all
    would be a strong thing to learn from that.
    """
    empty = (seed.table == 0) & ~zeros
    share = np.where(empty, independence(seed, margins), 0.0)
    if not share.sum() > 0:
        return seed, 0
    table = seed.table + HALF * weight * share / share.sum()
    return Margin(seed.levels, table), int((share > 0).sum())


def beyond_chance(seed: Margin, weight: float) -> tuple[Margin, float]:
    """Return a survey's seed without what chance alone would make of it, and the share kept.

    The seed is drawn towards the table that agrees with it in all pairs of variables and has no
    structure beyond them (the log-linear model without interactions of three), by an empirical
    Bayes rule: of the difference of the two stays the share 1 - E / D, at least none, where D is
    its size, as Pearson's statistic with half a respondent added to each denominator, and E what
    that would be of such a table by chance, three standard deviations included. (The positive part
    of James and Stein, 1961; pseudo-Bayes tables: Fienberg and Holland, 1973.)

    Parameters
    ----------
    weight
        That of one effective respondent: the sum of squared weights over the sum of weights.
    """
    if len(seed.levels) < 3:
        return seed, 1.0
    fitted, there = without_triples(seed), seed.table > 0
    parameters = 1 + sum(n - 1 for n in seed.table.shape)
    parameters += sum((a - 1) * (b - 1) for a, b in combinations(seed.table.shape, 2))
    free = max(0, int(there.sum()) - parameters)
    expected, observed = fitted.table[there] / weight, seed.table[there] / weight
    size = float(((observed - expected) ** 2 / (expected + HALF)).sum())
    mean = float((expected / (expected + HALF)).mean()) * free
    sd = float(np.sqrt(((2 * expected**2 + expected) / (expected + HALF) ** 2).sum()))
    kept = max(0.0, 1 - (mean + CHANCE * sd) / size) if size > 0 else 1.0
    mixed: NDArray[np.float64] = kept * seed.table + (1 - kept) * fitted.table
    return Margin(seed.levels, mixed), kept


def without_triples(seed: Margin) -> Margin:
    """Return the table with a seed's pairs of variables and no structure beyond, empty where it is.

    It is raked to all pairs as far as some rounds take it: what is left does not matter for a seed.
    """
    names = list(seed.levels)
    pairs = [
        Margin({n: seed.levels[n] for n in pair}, pair_table(seed, [names.index(n) for n in pair]))
        for pair in combinations(names, 2)
    ]
    start = Margin(seed.levels, (seed.table > 0).astype(np.float64))
    return Margin(seed.levels, rounds_towards(start, pairs))


def pair_table(seed: Margin, axes: Sequence[int]) -> NDArray[np.float64]:
    """Return people by two variables of a seed, an axis each."""
    table: NDArray[np.float64] = seed.table.sum(
        axis=tuple(k for k in range(seed.table.ndim) if k not in axes)
    )
    return table
