"""Trajectories: split HMC's inner loop, one cached Numba function for every model made of terms.

Between kicks a point and its momentum rotate, as under a standard normal they would; a kick is the
gradient of what the posterior's log density differs by, which is ``gradient + point``.
"""

from typing import Any

import numba as nb
import numpy as np

from sweep.inference.kernels import whitened_density

__all__ = ["advance"]

KICKS = 4  # gradients per draw
kernel: Any = nb.njit(error_model="numpy", nogil=True, cache=True)  # not fastmath: NaN is met here


@kernel
def propose(point, gradient, momentum, angle, data, layout, centre, spread):
    """Move point, gradient and momentum along one trajectory; return the log density at its end."""
    turn = angle / KICKS
    cosine, sine = np.cos(turn), np.sin(turn)
    value = 0.0
    for _ in range(KICKS):
        for k in range(point.shape[0]):
            p = momentum[k] + 0.5 * turn * (gradient[k] + point[k])
            q = point[k]
            point[k] = q * cosine + p * sine
            momentum[k] = p * cosine - q * sine
        value = whitened_density(point, data, layout, centre, spread, gradient)
        for k in range(point.shape[0]):
            momentum[k] += 0.5 * turn * (gradient[k] + point[k])
    return value


@kernel
def advance(point, gradient, value, momenta, angles, uniforms, data, layout, centre, spread):
    """Draw a block from where a chain stands, and leave point, gradient and value at its end.

    ``momenta`` (draw, unknown) are standard normal and end as the draws themselves. Returns each
    draw's energy, before its trajectory, and the error of the energy along it, which is positive
    where the density is higher than it should be.
    """
    energy, error = np.empty(len(angles)), np.empty(len(angles))
    end, slope = np.empty_like(point), np.empty_like(point)
    for t in range(len(angles)):
        momentum = momenta[t]
        before = value[0] - 0.5 * (momentum @ momentum)
        end[:], slope[:] = point, gradient
        there = propose(end, slope, momentum, angles[t], data, layout, centre, spread)
        energy[t] = -before
        error[t] = there - 0.5 * (momentum @ momentum) - before
        if np.log(uniforms[t]) < error[t]:  # false if it is not a number
            point[:], gradient[:] = end, slope
            value[0] = there
        momenta[t] = point
    return energy, error
