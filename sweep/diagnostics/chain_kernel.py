"""Chain kernel: ranks, autocovariances and effective sample sizes of many quantities, compiled.

Autocovariances are summed lag by lag, and only as far as Geyer's sequence goes: of chains that mix
well that is a dozen lags, where a Fourier transform would make all of them. Inside, a quantity's
draws have the shape (half, draw). What the figures mean stands in `sweep.diagnostics.chains`.
"""

from typing import Any

import numba as nb
import numpy as np

__all__ = ["FIGURES", "chain_figures"]

# Sums may be taken in any order; numbers that are not finite keep their meaning.
kernel: Any = nb.njit(
    fastmath={"reassoc", "contract", "nsz"}, error_model="numpy", nogil=True, cache=True
)

STILL = 1e-24  # variance of values of order one that is rounding error and nothing else

FIGURES = (
    "ess_bulk",
    "ess_mean",
    "r_hat_bulk",
    "r_hat_folded",
    "ess_within_bulk",
    "ess_within_folded",
)
"""Columns of the figures; those of the quantiles come after them."""

BULK, MEAN, R_HAT_BULK, R_HAT_FOLDED, WITHIN_BULK, WITHIN_FOLDED = range(6)
BESIDE = 6


@kernel
def score_runs(ordered, order, table, scores):
    """Fill in normal scores of ranks where the values came from; ties share their mean rank.

    ``ordered`` (draw,) ascends and came from the places ``order``; ``table`` holds the scores of
    the ranks 1, 1.5, 2, ...
    """
    size = ordered.shape[0]
    first = 0
    while first < size:
        last = first
        while last + 1 < size and ordered[last + 1] == ordered[first]:
            last += 1
        for k in range(first, last + 1):
            scores[order[k]] = table[first + last]
        first = last + 1


@kernel
def fold(ordered, order, distance, turned):
    """Fill in the distances to the median, ascending, and the places they came from.

    On either side of the median the distances ascend already: two runs are merged.
    """
    size = ordered.shape[0]
    median = 0.5 * (ordered[(size - 1) // 2] + ordered[size // 2])
    above = size // 2
    below = above - 1
    for k in range(size):
        down = median - ordered[below] if below >= 0 else np.inf
        up = abs(ordered[above] - median) if above < size else np.inf
        if abs(down) <= up:
            distance[k], turned[k] = abs(down), order[below]
            below -= 1
        else:
            distance[k], turned[k] = up, order[above]
            above += 1


@kernel
def centre(values, deviation):
    """Fill in each half's deviations from its mean; return the variance of the means."""
    halves, length = values.shape
    means = np.empty(halves)
    for h in range(halves):
        total = 0.0
        for t in range(length):
            total += values[h, t]
        means[h] = total / length
        for t in range(length):
            deviation[h, t] = values[h, t] - means[h]
    grand = means.mean()
    return ((means - grand) ** 2).sum() / (halves - 1)


@kernel
def covariance_at(deviation, covariance, have, lag):
    """Return the mean autocovariance at a lag; ``covariance`` keeps the first ``have[0]``."""
    halves, length = deviation.shape
    while have[0] <= lag:
        k = have[0]
        total = 0.0
        for h in range(halves):
            now, then = deviation[h, : length - k], deviation[h, k:]
            for t in range(length - k):
                total += now[t] * then[t]
        covariance[k] = total / (halves * length)
        have[0] += 1
    return covariance[lag]


@kernel
def effective(deviation, covariance, have, between):
    """Return the effective sample size, with ``between`` as the variance of means to count in.

    Geyer's initial sequence: autocorrelations are summed in pairs of lags, (0, 1), (2, 3), ..., up
    to the first that is not positive, none counting more than the one before; of that last pair
    the even lag still counts if it is positive.
    """
    halves, length = deviation.shape
    size = halves * length
    within = covariance_at(deviation, covariance, have, 0) * (length / (length - 1.0))
    if within <= STILL:
        return float(size) if between <= STILL else halves / 2.0
    total = covariance[0] + between
    count = max(1, (length - 1) // 2)  # of pairs: the very last lags are left out
    body, least = 0.0, np.inf
    even = pair = 0.0
    for j in range(count):
        even = 1.0
        if j > 0:
            even = 1.0 - (within - covariance_at(deviation, covariance, have, 2 * j)) / total
        odd = 1.0 - (within - covariance_at(deviation, covariance, have, 2 * j + 1)) / total
        pair = even + odd
        if pair <= 0.0 or j == count - 1:
            break
        least = min(least, pair)
        body += least
    tau = 2.0 * body - 1.0
    if even > 0.0 or pair >= 0.0:
        tau += even
    return size / max(tau, 1.0 / np.log10(size))


@kernel
def effective_within(deviation, covariance, have):
    """Return the ESS, at most the draws, of halves that agree as autocorrelation lets them.

    The variance of the means is the one that follows from the ESS, not the one seen: disagreement
    does not count. What antithetic draws gain beyond their number is known too poorly to judge by.
    """
    halves, length = deviation.shape
    ess = effective(deviation, covariance, have, 0.0)
    within = covariance[0] * (length / (length - 1.0))
    for _ in range(3):  # settled to a per cent, unless the ESS is far below any floor
        ess = effective(deviation, covariance, have, within * halves / max(ess, float(halves)))
    return min(ess, float(halves * length))


@kernel
def r_hat(within, between, length):
    """Return the potential scale reduction of halves with these variances."""
    if within <= STILL:
        return 1.0 if between <= STILL else np.inf
    return np.sqrt(between / within + (length - 1.0) / length)


@kernel
def chain_figures(kept, unit, order, table, quantiles, figures):
    """Fill in the figures (quantity, figure) of a block.

    ``kept`` (quantity, half, draw) and ``order``, the places that sort each quantity's draws, make
    the ranks; ``unit`` are the same draws, centred and scaled; ``quantiles`` (probability,
    quantity) are values whose shares of draws up to them are wanted.
    """
    quantities, halves, length = kept.shape
    size = halves * length
    deviation, covariance = np.empty((halves, length)), np.empty(length)
    scores, ordered, distance = np.empty(size), np.empty(size), np.empty(size)
    turned, have = np.empty(size, np.int64), np.zeros(1, np.int64)
    for q in range(quantities):
        flat = kept[q].reshape(-1)
        for k in range(size):
            ordered[k] = flat[order[q, k]]
        score_runs(ordered, order[q], table, scores)
        between = centre(scores.reshape(halves, length), deviation)
        have[0] = 0
        figures[q, BULK] = effective(deviation, covariance, have, between)
        within = covariance[0] * (length / (length - 1.0))
        figures[q, R_HAT_BULK] = r_hat(within, between, length)
        figures[q, WITHIN_BULK] = effective_within(deviation, covariance, have)
        fold(ordered, order[q], distance, turned)
        score_runs(distance, turned, table, scores)
        between = centre(scores.reshape(halves, length), deviation)
        have[0] = 0
        figures[q, WITHIN_FOLDED] = effective_within(deviation, covariance, have)
        within = covariance[0] * (length / (length - 1.0))
        figures[q, R_HAT_FOLDED] = r_hat(within, between, length)
        between = centre(unit[q], deviation)
        have[0] = 0
        figures[q, MEAN] = effective(deviation, covariance, have, between)
        for k in range(quantiles.shape[0]):
            for s in range(size):
                scores[s] = 1.0 if flat[s] <= quantiles[k, q] else 0.0
            between = centre(scores.reshape(halves, length), deviation)
            have[0] = 0
            figures[q, BESIDE + k] = effective(deviation, covariance, have, between)
