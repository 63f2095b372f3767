"""Kernels: the fast density, one cached Numba function for every model made of terms.

A model is data here: two design matrices (rows and columns of an outer-sum grid), a block number
per coefficient, prior scales, and one outcome's counts. The linear predictor of a cell is
``row[i] + column[j]``, so the gradient is a row sum and a column sum of ``y - n p``; nothing is
gathered on a dense grid and only the columns are on a sparse one.

Everything arrives packed in one float64 and one int64 vector, because each array argument costs
about a microsecond on the way in. ``exp`` and ``log1p`` are polynomials: Numba from PyPI has no
vector libm, and the polynomials vectorise (to 1e-13).
"""

import math
from typing import Any

import numba as nb
import numpy as np

__all__ = ["DENSE", "SPARSE", "density", "whitened_density"]

DENSE, SPARSE = 0, 1
kernel: Any = nb.njit(fastmath=True, error_model="numpy", cache=True)
inlined: Any = nb.njit(inline="always")


@inlined
def exp_of_negative(z):
    """Return mantissa and shifted exponent bits of exp(z) for z <= 0."""
    z = max(z, -700.0) * 1.4426950408889634
    m = np.floor(z + 0.5)
    f = (z - m) * 0.6931471805599453
    p = 1 / 39916800.0
    p = p * f + 1 / 3628800.0
    p = p * f + 1 / 362880.0
    p = p * f + 1 / 40320.0
    p = p * f + 1 / 5040.0
    p = p * f + 1 / 720.0
    p = p * f + 1 / 120.0
    p = p * f + 1 / 24.0
    p = p * f + 1 / 6.0
    p = p * f + 0.5
    p = p * f + 1.0
    return p * f + 1.0, (np.int64(m) + 1023) << 52


@inlined
def log1p_of_unit(e):
    """Return log(1 + e) for e in [0, 1], as 2 atanh(e / (2 + e))."""
    u = e / (2.0 + e)
    v = u * u
    s = 1 / 27.0
    s = s * v + 1 / 25.0
    s = s * v + 1 / 23.0
    s = s * v + 1 / 21.0
    s = s * v + 1 / 19.0
    s = s * v + 1 / 17.0
    s = s * v + 1 / 15.0
    s = s * v + 1 / 13.0
    s = s * v + 1 / 11.0
    s = s * v + 1 / 9.0
    s = s * v + 1 / 7.0
    s = s * v + 1 / 5.0
    s = s * v + 1 / 3.0
    return 2.0 * u * (s * v + 1.0)


@kernel
def binomial_dense(row, column, y, n, g_row, g_column):
    """Return sum(y eta - n log(1 + exp eta)) over a full rectangle; fill the two gradients."""
    C = column.shape[0]
    total = 0.0
    g_column[:] = 0.0
    mantissa, bits, eta = np.empty(C), np.empty(C, np.int64), np.empty(C)
    scale = bits.view(np.float64)
    for i in range(row.shape[0]):
        a, y_i, n_i = row[i], y[i * C : (i + 1) * C], n[i * C : (i + 1) * C]
        for k in range(C):
            x = a + column[k]
            eta[k] = x
            mantissa[k], bits[k] = exp_of_negative(-abs(x))
        g = 0.0
        for k in range(C):
            x, e = eta[k], mantissa[k] * scale[k]
            total += y_i[k] * x - n_i[k] * (max(x, 0.0) + log1p_of_unit(e))
            r = y_i[k] - n_i[k] * (1.0 if x >= 0 else e) / (1.0 + e)
            g += r
            g_column[k] += r
        g_row[i] = g
    return total


@kernel
def binomial_sparse(row, column, y, n, start, where, g_row, g_column):
    """Return the same sum over occupied cells only: those of row i stand at start[i]:start[i+1]."""
    total = 0.0
    g_column[:] = 0.0
    widest = 0
    for i in range(row.shape[0]):
        widest = max(widest, start[i + 1] - start[i])
    mantissa, bits, eta = np.empty(widest), np.empty(widest, np.int64), np.empty(widest)
    residual = np.empty(widest)
    scale = bits.view(np.float64)
    for i in range(row.shape[0]):
        a, first, width = row[i], start[i], start[i + 1] - start[i]
        y_i, n_i, w_i = y[first:], n[first:], where[first:]
        for k in range(width):
            eta[k] = a + column[w_i[k]]
        for k in range(width):
            mantissa[k], bits[k] = exp_of_negative(-abs(eta[k]))
        g = 0.0
        for k in range(width):
            x, e = eta[k], mantissa[k] * scale[k]
            total += y_i[k] * x - n_i[k] * (max(x, 0.0) + log1p_of_unit(e))
            r = y_i[k] - n_i[k] * (1.0 if x >= 0 else e) / (1.0 + e)
            g += r
            residual[k] = r
        for k in range(width):
            g_column[w_i[k]] += residual[k]
        g_row[i] = g
    return total


@kernel
def scale_of(x, h):
    """Return (scale, d scale/dx, log d scale/dx, its derivative) for scale = -h log Phi(-x).

    Near zero the scale falls like a normal tail in x, where the usual log scale has an exponential
    one. A posterior that cannot tell a small scale from none is then no longer a long thin tail:
    twice the effective draws per gradient on weak data, at no cost on strong data.
    """
    tail = 0.5 * math.erfc(x / 1.4142135623730951)
    mills = math.exp(-0.5 * x * x) * 0.3989422804014327 / tail
    return -h * math.log(tail), h * mills, math.log(h * mills), mills - x


@kernel
def effects(x, block, information, fixed, scale, theta, step, sigma):
    """Fill theta_k = z_k / sqrt(information_k + 1/sigma_k^2).

    Centred where the data are rich, non-centred where they are poor, with no switch between.
    """
    scales = scale.shape[0]
    for k in range(block.shape[0]):
        b = block[k]
        s = scale[b] if b >= 0 else fixed[-b - 1]
        sigma[k] = s
        step[k] = 1 / math.sqrt(information[k] + 1 / (s * s))
        theta[k] = step[k] * x[scales + k]


@kernel
def linear(theta, X, out):
    """Fill out = theta @ X, for X (coefficient, entry) flat."""
    m = out.shape[0]
    out[:] = 0.0
    for k in range(theta.shape[0]):
        t, X_k = theta[k], X[k * m : (k + 1) * m]
        for i in range(m):
            out[i] += X_k[i] * t


@kernel
def linear_transposed(g, X, out):
    """Fill out = X @ g, the gradient of `linear` in theta."""
    m = g.shape[0]
    for k in range(out.shape[0]):
        X_k = X[k * m : (k + 1) * m]
        d = 0.0
        for i in range(m):
            d += X_k[i] * g[i]
        out[k] = d


@kernel
def density(x, data, layout, grad):
    """Return the log density of (x, z), up to a constant, and fill its gradient.

    ``data`` and ``layout`` are `sweep.inference.grid.Problem`'s. The prior of an effect u with
    scale s,
    written in z, is log N(u | 0, s) + log(du/dz); scales carry the half-normal prior and their
    Jacobian. Any finite x is legal; far out the value may overflow, which the sampler rejects.
    """
    mode, R, C, p, q, H, F, cells = layout[:8]
    K = p + q
    o = 0
    X_row = data[o : o + p * R]
    o += p * R
    X_column = data[o : o + q * C]
    o += q * C
    information = data[o : o + K]
    o += K
    half_normal = data[o : o + H]
    o += H
    fixed = data[o : o + F]
    o += F
    y = data[o : o + cells]
    o += cells
    n = data[o : o + cells]
    block = layout[8 : 8 + K]
    scale, slope, d_scale = np.empty(H), np.empty(H), np.zeros(H)
    prior = 0.0
    for h in range(H):
        scale[h], slope[h], log_slope, grad[h] = scale_of(x[h], half_normal[h])
        prior += log_slope - 0.5 * (scale[h] / half_normal[h]) ** 2
        d_scale[h] = -scale[h] / half_normal[h] ** 2
    theta, step, sigma = np.empty(K), np.empty(K), np.empty(K)
    effects(x, block, information, fixed, scale, theta, step, sigma)
    row, column, g_row, g_column = np.empty(R), np.empty(C), np.empty(R), np.empty(C)
    linear(theta[:p], X_row, row)
    linear(theta[p:], X_column, column)
    if mode == 0:
        value = binomial_dense(row, column, y, n, g_row, g_column)
    else:
        start, where = layout[8 + K : 9 + K + R], layout[9 + K + R :]
        value = binomial_sparse(row, column, y, n, start, where, g_row, g_column)
    d = np.empty(K)
    linear_transposed(g_row, X_row, d[:p])
    linear_transposed(g_column, X_column, d[p:])
    for k in range(K):
        s, t = sigma[k], theta[k]
        prior += math.log(step[k] / s) - 0.5 * (t / s) ** 2
        d_k = d[k] - t / (s * s)
        grad[H + k] = d_k * step[k]
        if block[k] >= 0:  # d theta / d sigma = theta * step^2 / sigma^3
            ratio = step[k] ** 2 / (s * s)
            d_scale[block[k]] += (d_k * t * ratio + t * t / (s * s) - 1 + ratio) / s
    for h in range(H):
        grad[h] += slope[h] * d_scale[h]
    return value + prior


@kernel
def whitened_density(w, data, layout, centre, spread, grad):
    """Return the density at ``centre + spread @ w`` and fill the gradient in w.

    A linear change of coordinates: densities differ by a constant. ``spread`` (x, w) is C-ordered.
    """
    dim = w.shape[0]
    x, g = np.empty(dim), np.empty(dim)
    for i in range(dim):
        t = centre[i]
        for k in range(dim):
            t += spread[i, k] * w[k]
        x[i] = t
    value = density(x, data, layout, g)
    grad[:] = 0.0
    for i in range(dim):
        g_i = g[i]
        for k in range(dim):
            grad[k] += spread[i, k] * g_i
    return value
