"""Support: rows that the model cannot speak for, and the words that say so.

An estimate is a mix of cells. What differs within a cell no mix can show: a group that takes parts
of cells gets the cells' own answers in other proportions. And in a cell that nobody answered from
the estimate is the model's alone.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from sweep.config import Group
from sweep.data.cells import Cells, Counts, combination, decode, occurring_combinations
from sweep.data.frame import Frame
from sweep.estimates.weighting import Margin, Weighting
from sweep.expression import columns as columns_of
from sweep.expression import parse

__all__ = ["UNSEEN", "outside_the_model", "support_flags", "unseen_shares"]

UNSEEN = 0.5
"""The share of a group in cells nobody answered from, from which on its row is flagged."""


def unseen_shares(weighting: Weighting, counts: Counts) -> NDArray[np.float64]:
    """Return the share (margin,) of each margin's people in cells that nobody answered from."""
    unseen = ~np.isin(weighting.index, counts.index)[weighting.cell]
    people = np.bincount(weighting.margin, weighting.size * unseen, len(weighting.margins))
    return np.asarray(people / weighting.total, np.float64)


def outside_the_model(frame: Frame, modelled: Collection[str]) -> frozenset[str]:
    """Return the variables that split cells of the model in the population.

    ``modelled`` are the predictors that the model has terms of. A variable that each of its cells
    has one level of (an area made of regions) makes groups of whole cells: those are supported.
    """
    there = frame.rows(np.flatnonzero(frame.size > 0))
    inside = [name for name in frame.levels if name in modelled]
    cell = combination(Cells(decode(there.cell, frame.levels)), inside, frame.levels)
    cells = len(np.unique(cell))

    def splits(variable: str) -> bool:
        both = occurring_combinations([cell, there.column(variable)], len(cell))[0]
        return len(both) > cells

    return frozenset(v for v in frame.variables() if v not in inside and splits(v))


def support_flags(
    weighting: Weighting,
    groups: Sequence[Group],
    outside: Collection[str],
    unseen: NDArray[np.float64],
) -> list[list[str]]:
    """Return what each row is to say of its support, most often nothing.

    ``outside`` is from `outside_the_model`, ``unseen`` (margin,) from `unseen_shares`.
    """
    named = {g.name: sorted(columns_of(parse(g.where))) for g in groups if g.where is not None}

    def flags_of(margin: Margin, share: float) -> list[str]:
        used = named[margin.name] if margin.name is not None else list(margin.at)
        lacking = [variable for variable in used if variable in outside]
        found = [mix_flag(lacking)] if lacking else []
        return [*found, unseen_flag(share)] if share >= UNSEEN - 1e-9 else found

    return [flags_of(m, float(s)) for m, s in zip(weighting.margins, unseen, strict=True)]


def mix_flag(variables: Sequence[str]) -> str:
    """Return the flag of a row by variables that are not in the model."""
    names, verb = " and ".join(variables), "is" if len(variables) == 1 else "are"
    return (
        f"{names} {verb} not in the model: these rows show the mix of its cells, "
        "not the answers of its people"
    )


def unseen_flag(share: float) -> str:
    """Return the flag of a row most of whose people live where nobody answered."""
    return f"{100 * share:.0f} % of these people are in cells nobody answered from"
