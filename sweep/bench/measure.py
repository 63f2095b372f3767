"""Measure: run one engine on one case, compilation apart from sampling."""

from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from sweep.bench.case import Case, Make, published
from sweep.bench.clock import Spent, spent
from sweep.inference.checkpoints import Draws

__all__ = ["Measured", "measure"]


@dataclass(frozen=True)
class Measured:
    """One engine on one case: what it took, and what it says of the published estimates.

    ``compile`` is CPU before the first draw could begin, ``sampling`` what each repeat took, and
    ``values`` (chain, draw, margin) each repeat's draws of the estimates.
    """

    compile: float
    sampling: tuple[Spent, ...]
    values: tuple[NDArray[np.float64], ...]


def measure(make: Make, case: Case, seed: int, repeats: int, first_call_compiles: bool) -> Measured:
    """Make an engine and let it sample, once per repeat, each on a seed of its own.

    What compiles in its first call has one more, which is not among the repeats.
    """
    sampler, made = spent(lambda: make(case))
    first: Spent | None = None
    if first_call_compiles:
        _, first = spent(lambda: sampler(seed))
    drawn, took = [], []
    for number in range(repeats):
        draws, one = spent(lambda number=number: sampler(seed + number))
        drawn.append(draws)
        took.append(one)
    usual = median(one.cpu for one in took)
    extra = 0.0 if first is None else max(0.0, first.cpu - usual)
    return Measured(made.cpu + extra, tuple(took), tuple(values_of(case, d) for d in drawn))


def values_of(case: Case, draws: Draws) -> NDArray[np.float64]:
    """Return the estimates of some draws; not timed, as it is the same work for all engines."""
    return published(case, draws)
