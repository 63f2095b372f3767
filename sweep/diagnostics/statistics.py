"""Statistics: what a sampler reports of each draw."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SamplerStatistics"]


@dataclass(frozen=True)
class SamplerStatistics:
    """What the sampler reported of each kept draw; arrays of shape (chain, draw).

    ``depth_reached`` is true where the tree was cut off at the largest depth; ``acceptance`` is the
    probability with which a sampler that does not adapt its steps took each proposal.
    """

    diverging: NDArray[np.bool_]
    depth_reached: NDArray[np.bool_]
    energy: NDArray[np.floating]
    acceptance: NDArray[np.floating] | None = None

    def followed_by(self, then: "SamplerStatistics") -> "SamplerStatistics":
        """Return these and those of later draws of the same chains as one."""
        return SamplerStatistics(
            np.concatenate([self.diverging, then.diverging], 1),
            np.concatenate([self.depth_reached, then.depth_reached], 1),
            np.concatenate([self.energy, then.energy], 1),
            None
            if self.acceptance is None or then.acceptance is None
            else np.concatenate([self.acceptance, then.acceptance], 1),
        )
