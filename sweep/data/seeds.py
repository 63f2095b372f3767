"""Seeds: the joint distribution that raking starts from, where it is the survey's."""

from collections.abc import Sequence
from math import prod

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.levels import Levels
from sweep.data.margins import Margin
from sweep.expression import evaluate, parse

__all__ = ["HALF", "MOST_CELLS", "cells_where", "independence", "with_half_a_respondent"]

HALF = 0.5
"""Respondents that all empty cells of a survey's seed share."""

MOST_CELLS = 5_000_000
"""Of a raked frame: each is held in memory, and every estimate sums over all of them."""


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
