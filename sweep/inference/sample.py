"""Samples: what a sampler is told, and what it gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.diagnostics.statistics import SamplerStatistics

__all__ = ["OVERDISPERSION", "Sample", "Settings", "Watch", "joined"]

OVERDISPERSION = 1.5  # chains start as from the Laplace approximation, this much wider


@dataclass(frozen=True)
class Settings:
    """What the sampler is told; remedies change these and nothing else.

    ``tune`` and ``target_accept`` are NUTS's: split HMC has nothing to tune.
    """

    draws: int
    tune: int
    chains: int
    target_accept: float


@dataclass(frozen=True)
class Sample:
    """Draws of every variable (chain, draw, ...), and what the sampler says of them."""

    draws: Mapping[str, NDArray[np.float32]]
    statistics: SamplerStatistics

    @property
    def length(self) -> int:
        """Return the draws per chain."""
        return int(self.statistics.energy.shape[1])


type Watch = Callable[[int], None]
"""Told how many draws there are so far, over all chains and tuning included, from any thread."""


def joined(first: Sample, then: Sample) -> Sample:
    """Return two samples of the same chains as one."""
    return Sample(
        {name: np.concatenate([first.draws[name], then.draws[name]], 1) for name in first.draws},
        first.statistics.followed_by(then.statistics),
    )
