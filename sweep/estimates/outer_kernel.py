"""Outer kernel: probabilities of cells and their weighted sums in one pass, compiled once."""

from typing import Any

import numba as nb
import numpy as np

__all__ = ["add_cells"]

kernel: Any = nb.njit(fastmath=True, error_model="numpy", nogil=True, cache=True)
f4 = np.float32

CELLS = 1024  # sums in single precision are of so many cells at most; they are added up in double


@kernel
def add_cells(row, column, i, j, start, where, share, total):
    """Add to ``total`` (margin, draw) the cells' probabilities times their shares.

    A cell's linear predictor is ``row[i] + column[j]``, both (entry, draw); cell c is in the
    margins ``where[start[c]:start[c + 1]]``. ``exp`` is a polynomial, to the last bit but one of
    single precision, for Numba from PyPI has no vector libm.
    """
    margins, draws = total.shape
    part = np.zeros((margins, draws), f4)
    p, scale = np.empty(draws, f4), np.empty(draws, f4)
    bits = scale.view(np.int32)
    for c in range(i.shape[0]):
        r, k = row[i[c]], column[j[c]]
        for d in range(draws):
            z = min(max(-(r[d] + k[d]), f4(-80)), f4(80)) * f4(1.4426950408889634)
            m = np.floor(z + f4(0.5))
            f = (z - m) * f4(0.6931471805599453)
            e = f4(1 / 5040)
            e = e * f + f4(1 / 720)
            e = e * f + f4(1 / 120)
            e = e * f + f4(1 / 24)
            e = e * f + f4(1 / 6)
            e = e * f + f4(0.5)
            e = e * f + f4(1)
            p[d] = e * f + f4(1)
            bits[d] = (np.int32(m) + np.int32(127)) << np.int32(23)
        for d in range(draws):
            p[d] = f4(1) / (f4(1) + p[d] * scale[d])
        for s in range(start[c], start[c + 1]):
            sums, w = part[where[s]], share[s]
            for d in range(draws):
                sums[d] += w * p[d]
        if c % CELLS == CELLS - 1 or c == i.shape[0] - 1:
            for m_ in range(margins):
                for d in range(draws):
                    total[m_, d] += part[m_, d]
                    part[m_, d] = f4(0)
