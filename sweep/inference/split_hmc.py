"""Split HMC: Hamiltonian Monte Carlo that solves the Gaussian part of a posterior exactly.

In the coordinates of the Laplace approximation a posterior is nearly a standard normal. The
Hamiltonian is split (Shahbaba, Lan, Johnson and Neal 2014, "Split Hamiltonian Monte Carlo"): under
the standard normal a trajectory is a rotation of position and momentum, which costs no gradient
and errs nowhere, so that only what the posterior differs by has to be stepped over. Four kicks
then take a chain to a point that is all but independent of the last one. There is nothing to
adapt. Where the posterior is far from normal, fewer proposals are accepted: the verdict sees that,
and NUTS takes over (`sweep.inference.fast`).

Deterministic: chain i depends on the problem, the seed and i. Chains go on where they stopped, so
the draws of a shorter run are the beginning of a longer one.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sweep.diagnostics.statistics import SamplerStatistics
from sweep.errors import ModelError
from sweep.inference.grid import Problem, coefficients
from sweep.inference.kernels import whitened_density
from sweep.inference.laplace import Approximation
from sweep.inference.sample import OVERDISPERSION, Sample, Watch, joined
from sweep.inference.trajectories import advance

__all__ = ["SplitHmc"]

Array = NDArray[np.float64]

# Of the rotation per draw, in radians. Beyond a quarter turn draws alternate about their mean, and
# tell more of it than as many independent ones. Near a half turn the tails suffer.
ANGLE = 2.2
JITTER = 0.2  # of the angle, up or down: no direction of the posterior comes round to its start
WARM_UP = 50  # draws thrown away: from twice as wide as the posterior into it
BLOCK = 100  # draws between two signs of life
STARTS = 100  # points tried for a chain's first
LOST = 1000.0  # error of the energy beyond which a proposal counts as divergent, as in NUTS


@dataclass
class Chain:
    """Where one chain stands: its whitened point (unknown,), and its sources of chance.

    Momenta, angles and acceptance have a source each, so that how many draws are made at once
    changes none of them.
    """

    point: Array
    gradient: Array
    value: Array  # one number
    momenta: np.random.Generator
    angles: np.random.Generator
    uniforms: np.random.Generator


@dataclass
class SplitHmc:
    """The chains of one outcome's posterior: ask for as many draws as are wanted, then for more.

    Raises
    ------
    ModelError
        When made, if no point is found at which a chain can start.
    """

    problem: Problem
    approximation: Approximation
    chains: int
    seed: int
    watch: Watch | None = None
    at: list[Chain] = field(init=False)
    made: Sample | None = field(init=False, default=None)
    drawn: int = field(init=False, default=0)  # of all chains, the warm-up included

    def __post_init__(self) -> None:
        """Start every chain and warm it up."""
        self.at = [self.started(k) for k in range(self.chains)]
        for chain in self.at:
            self.draw(chain, WARM_UP)

    def until(self, draws: int) -> Sample:
        """Return so many draws of each chain, those that were made before first."""
        if self.made is None:
            self.made = self.more(draws)
        elif draws > self.made.length:
            self.made = joined(self.made, self.more(draws - self.made.length))
        return self.made

    def more(self, draws: int) -> Sample:
        """Return ``draws`` more of each chain."""
        parts = [self.draw(chain, draws) for chain in self.at]
        w, energy, error = (np.stack(part) for part in zip(*parts, strict=True))
        x = self.approximation.centre + w @ self.approximation.spread.T
        scale, theta = coefficients(self.problem, x)
        return Sample(
            {"scale": scale.astype(np.float32), "theta": theta.astype(np.float32)},
            SamplerStatistics(
                ~(np.abs(error) < LOST),
                np.zeros(error.shape, np.bool_),
                energy,
                np.exp(np.minimum(np.nan_to_num(error, nan=-np.inf), 0.0)),
            ),
        )

    def draw(self, chain: Chain, draws: int) -> tuple[Array, Array, Array]:
        """Return so many draws (draw, unknown), their energies and errors (draw,)."""
        made: list[tuple[Array, Array, Array]] = []
        for first in range(0, draws, BLOCK):
            size = min(BLOCK, draws - first)
            w = chain.momenta.standard_normal((size, self.problem.dim))
            angles = ANGLE * chain.angles.uniform(1 - JITTER, 1 + JITTER, size)
            uniforms = chain.uniforms.random(size)
            at = (chain.point, chain.gradient, chain.value)
            made.append((w, *advance(*at, w, angles, uniforms, *self.density)))
            self.drawn += size
            if self.watch is not None:
                self.watch(self.drawn)
        w, energy, error = (np.concatenate(part) for part in zip(*made, strict=True))
        return w, energy, error

    @property
    def density(self) -> tuple[Array, NDArray[np.int64], Array, Array]:
        """What the kernel reads besides the point."""
        near = self.approximation
        return self.problem.data, self.problem.layout, near.centre, near.spread

    def started(self, k: int) -> Chain:
        """Return chain ``k`` at a point at which the density is a number."""
        start, *sources = (
            np.random.default_rng(child)
            for child in np.random.SeedSequence([self.seed, k]).spawn(4)
        )
        gradient = np.empty(self.problem.dim)
        for _ in range(STARTS):
            point = start.normal(0, OVERDISPERSION, self.problem.dim)
            value = whitened_density(point, *self.density, gradient)
            if np.isfinite(value) and np.isfinite(gradient).all():
                return Chain(point, gradient, np.array([value]), *sources)
        msg = f"the sampler could not go on: the density is not finite at {STARTS} starts"
        raise ModelError(msg)
