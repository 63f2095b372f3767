"""Laplace approximation: where an outcome's chains start, and in what coordinates.

NUTS then samples ``w`` with ``x = centre + spread @ w``, whose posterior is close to a standard
normal: correlations that a diagonal mass matrix cannot see are gone before the first step. The
approximation costs about as much as two hundred gradients and is never published.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.errors import ModelError
from sweep.inference.grid import Problem
from sweep.inference.kernels import density

__all__ = ["Approximation", "approximate"]

Array = NDArray[np.float64]

FLAT = 0.05  # curvatures below this count as this: coordinates there are at most 4.5 wide
STEP = 1e-4


@dataclass(frozen=True)
class Approximation:
    """Mode and symmetric square root of the covariance, in the kernel's coordinates."""

    centre: Array
    spread: Array


def approximate(problem: Problem) -> Approximation:
    """Return the mode and the spread around it.

    Raises
    ------
    ModelError
        If the density is not finite at the start, so that no fit can begin.
    """
    from scipy.optimize import minimize

    def negative(x: Array) -> tuple[float, Array]:
        grad = np.empty(problem.dim)
        value = density(x, problem.data, problem.layout, grad)
        return -value, -grad

    start = np.zeros(problem.dim)
    if not np.isfinite(negative(start)[0]):
        msg = "the density is not finite at its start: look for infinite counts, priors or levels"
        raise ModelError(msg)
    options = {"maxiter": 500, "maxcor": 30}
    # First the effects under fixed scales, a concave problem: starting both at once, the scales
    # shrink to nothing before the effects have seen the data, and stay there.
    fixed = [(0.0, 0.0)] * len(problem.half_normal)
    bounds = [*fixed, *[(None, None)] * (problem.dim - len(fixed))]
    effects = minimize(negative, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    found = minimize(negative, effects.x, jac=True, method="L-BFGS-B", options=options)
    centre = np.asarray(found.x, np.float64)
    curvature = np.empty((problem.dim, problem.dim))
    for k in range(problem.dim):
        ahead, behind = centre.copy(), centre.copy()
        ahead[k] += STEP
        behind[k] -= STEP
        curvature[k] = (negative(ahead)[1] - negative(behind)[1]) / (2 * STEP)
    value, vector = np.linalg.eigh((curvature + curvature.T) / 2)
    spread = (vector / np.sqrt(np.maximum(value, FLAT))) @ vector.T
    return Approximation(centre, np.ascontiguousarray(spread))
