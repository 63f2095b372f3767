"""Measure: run one engine on one case, compilation apart from sampling."""

from dataclasses import dataclass
from functools import partial
from statistics import median

import numpy as np
from numpy.typing import NDArray

from sweep.bench.case import Case, Make, published
from sweep.bench.clock import Spent, spent

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
    drawn = [spent(partial(sampler, seed + number)) for number in range(repeats)]
    usual = median(took.cpu for _, took in drawn)
    extra = 0.0 if first is None else max(0.0, first.cpu - usual)
    values = tuple(published(case, draws) for draws, _ in drawn)  # the same work for all: not timed
    return Measured(made.cpu + extra, tuple(took for _, took in drawn), values)
