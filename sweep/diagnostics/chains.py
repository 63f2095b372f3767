"""Chains: effective sample sizes, R-hat and Monte Carlo errors of many quantities at once.

The definitions are those of Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), as in ArviZ.
Chains are cut in halves, so that a chain that drifts disagrees with itself. Inside, arrays have
the shape (quantity, half, draw): every step is taken once, for a block of quantities together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sweep.diagnostics.quantiles import quantile_errors
from sweep.errors import UsageError

__all__ = ["MIN_DRAWS", "ChainSummary", "summarise_chains"]

Floats = NDArray[np.float64]

MIN_DRAWS = 4  # per chain: a half of two draws is the least that has a variance
BLOCK = 32  # quantities per step: their working arrays stay in a core's cache
HUGE = 1e300  # beyond it sums overflow: a draw that large is not taken for a number
STILL = 1e-24  # variance of values of order one that is rounding error and nothing else
TAILS = (0.05, 0.95)


@dataclass(frozen=True)
class ChainSummary:
    """What ``chains`` of ``draws`` each say about every quantity.

    Arrays have shape (quantity,), ``mcse_quantile`` (probability, quantity).

    Attributes
    ----------
    ess_bulk, ess_tail, ess_mean
        Effective sample sizes of the ranks, of the worse of the 5 % and 95 % quantiles, and of
        the mean, all chains together. They fall when chains disagree.
    mcse_mean
        Monte Carlo standard error of ``mean``, in its units.
    mcse_quantile
        The same of the quantiles asked for, such as the ends of an interval.
    r_hat_bulk, r_hat_folded
        Rank-normalised split R-hat of where the quantity is, and of how far it spreads.
    ess_within_bulk, ess_within_folded
        The same of the ranks and the folded ranks, not lowered by disagreement and at most the
        number of draws: the scale on which R-hat is judged.
    """

    chains: int
    draws: int
    mean: Floats
    sd: Floats
    ess_bulk: Floats
    ess_tail: Floats
    ess_mean: Floats
    mcse_mean: Floats
    mcse_quantile: Floats
    r_hat_bulk: Floats
    r_hat_folded: Floats
    ess_within_bulk: Floats
    ess_within_folded: Floats

    @property
    def r_hat(self) -> Floats:
        """The larger of bulk and folded R-hat, as ArviZ and Stan report it."""
        return np.maximum(self.r_hat_bulk, self.r_hat_folded)

    @property
    def ess_min(self) -> Floats:
        """The smaller of bulk and tail ESS."""
        return np.minimum(self.ess_bulk, self.ess_tail)


@dataclass(frozen=True)
class _Desk:
    """Room for the transforms of one block: fresh memory would cost more than the transforms."""

    padded: Floats  # zero beyond a half's draws, so that lags do not wrap around
    spectrum: NDArray[np.complex128]
    scores: Floats  # normal scores of the ranks 1, 1.5, 2, ...


@dataclass(frozen=True)
class _Moments:
    """Second moments of the halves of each quantity."""

    halves: int
    length: int
    covariance: Floats  # (quantity, lag), mean over halves
    within: Floats  # mean variance of a half
    between: Floats  # variance of the halves' means


def summarise_chains(draws: ArrayLike, probabilities: Sequence[float] = ()) -> ChainSummary:
    """Summarise all quantities of a fit in one pass, in double precision.

    ``draws`` has shape (chain, draw, quantity), none of them 0, four draws per chain or more, and
    ``probabilities`` of quantiles whose errors are wanted lie between 0 and 1, exclusive, else
    `UsageError`. A single chain is judged by its halves. Figures equal ArviZ 1.x to rounding,
    except where ArviZ has no number: a quantity that never moves in any chain has as many
    effective draws as draws, and R-hat 1; halves that stand still at different places are worth
    one draw per chain, R-hat infinite; with a draw that is not finite, mean, sd and errors are
    NaN, every ESS is 0, R-hat infinite.
    """
    array = np.asarray(draws)
    desk = _lay_out(array)
    if not all(0.0 < p < 1.0 for p in probabilities):
        message = f"quantile probabilities lie between 0 and 1, exclusive; got {probabilities}"
        raise UsageError(message)
    parts = [_summarise_block(*block, probabilities, desk) for block in _blocks(array)]
    joined = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
    return ChainSummary(chains=array.shape[0], draws=array.shape[1], **joined)


def _lay_out(array: NDArray[Any]) -> _Desk:
    from scipy.fft import next_fast_len
    from scipy.special import ndtri

    if array.ndim != 3 or 0 in array.shape or array.shape[1] < MIN_DRAWS:
        message = f"draws have shape (chain, draw >= {MIN_DRAWS}, quantity), none 0: {array.shape}"
        raise UsageError(message)
    halves, length, rows = 2 * array.shape[0], array.shape[1] // 2, min(BLOCK, array.shape[2])
    padded = np.zeros((rows, halves, next_fast_len(2 * length, real=True)))
    spectrum = np.empty((rows, halves, padded.shape[-1] // 2 + 1), dtype=np.complex128)
    ranks = np.arange(2, 2 * halves * length + 1) / 2.0
    return _Desk(padded, spectrum, scores=ndtri((ranks - 0.375) / (halves * length + 0.25)))


def _blocks(array: NDArray[Any]) -> Iterator[tuple[Floats, NDArray[np.bool_]]]:
    """Yield (quantity, chain, draw), zeros where not all are finite, and where they are."""
    for start in range(0, array.shape[2], BLOCK):
        rows = np.moveaxis(array[..., start : start + BLOCK], -1, 0)
        values = np.array(rows, dtype=np.float64, order="C")
        finite = (np.abs(values) <= HUGE).all(axis=(1, 2))  # false for NaN
        values[~finite] = 0.0
        yield values, finite


def _summarise_block(
    values: Floats, finite: NDArray[np.bool_], probabilities: Sequence[float], desk: _Desk
) -> dict[str, Floats]:
    centre = values.mean(axis=(1, 2))
    unit = values - centre[:, None, None]
    scale = np.abs(unit).max(axis=(1, 2))
    unit /= np.where(scale > 0.0, scale, 1.0)[:, None, None]  # squares cannot overflow
    spread = np.std(unit, axis=(1, 2), ddof=1) * scale
    kept = _split(values)
    ranks, folded, ordered = _rank_normalise(kept, desk)
    if kept.size != values.size:  # an odd number of draws: the halves lack the middle one
        ordered = np.sort(values.reshape(len(values), -1), axis=-1)
    bulk, fold, plain = (_moments(halves, desk) for halves in (ranks, folded, _split(unit)))
    ess_mean = _ess(plain, plain.between)
    tails = _ess_of_quantiles(kept, ordered, TAILS, desk)
    same = tuple(probabilities) == TAILS
    ends = tails if same else _ess_of_quantiles(kept, ordered, probabilities, desk)
    summary = {
        "mean": centre,
        "sd": spread,
        "ess_bulk": _ess(bulk, bulk.between),
        "ess_tail": tails.min(axis=0),
        "ess_mean": ess_mean,
        "mcse_mean": spread / np.sqrt(ess_mean),
        "mcse_quantile": quantile_errors(ordered, ends, probabilities),
        "r_hat_bulk": _r_hat(bulk),
        "r_hat_folded": _r_hat(fold),
        "ess_within_bulk": _ess_within(bulk),
        "ess_within_folded": _ess_within(fold),
    }
    for name, array in summary.items():
        array[..., ~finite] = (
            0.0 if name.startswith("ess") else np.inf if "r_hat" in name else np.nan
        )
    return summary


def _split(values: Floats) -> Floats:
    """Cut (quantity, chain, draw) into (quantity, half, draw); drop the middle draw if odd."""
    half = values.shape[-1] // 2
    if values.shape[-1] % 2:
        values = np.concatenate([values[..., :half], values[..., -half:]], axis=-1)
    return values.reshape(len(values), -1, half)


def _rank_normalise(kept: Floats, desk: _Desk) -> tuple[Floats, Floats, Floats]:
    """Return normal scores of values and of distances to the median, and the sorted values."""
    flat = kept.reshape(len(kept), -1)
    order = _sorting(flat)
    ordered = flat.take(order)
    size = flat.shape[1]
    median = ordered[:, (size - 1) // 2 : size // 2 + 1].mean(axis=-1, keepdims=True)
    distance = np.abs(ordered - median)  # falls, then rises: quick to merge
    turn = _sorting(distance, kind="stable")
    ranks = _normal_scores(ordered, order, desk.scores)
    folded = _normal_scores(distance.take(turn), order.take(turn), desk.scores)
    return ranks.reshape(kept.shape), folded.reshape(kept.shape), ordered


def _sorting(rows: Floats, kind: Literal["quicksort", "stable"] = "quicksort") -> NDArray[np.intp]:
    """Return the places, in the flattened array, that sort each row."""
    order = np.argsort(rows, axis=-1, kind=kind)
    order += rows.shape[1] * np.arange(len(rows))[:, None]
    return order


def _normal_scores(ordered: Floats, order: NDArray[np.intp], table: Floats) -> Floats:
    """Return the normal scores of ranks where the values came from; ties share their mean rank.

    From a table, as ranks are multiples of one half: computing each would take longest of all.
    """
    first = np.ones(ordered.shape, dtype=np.bool_)  # of a run of equal values
    np.not_equal(ordered[:, 1:], ordered[:, :-1], out=first[:, 1:])
    scores = np.broadcast_to(table[::2], ordered.shape)
    if not first.all():
        starts = np.flatnonzero(first)
        runs = np.diff(starts, append=first.size)
        twice = 2 * (starts % ordered.shape[1]) + runs - 1
        scores = np.repeat(table[twice], runs).reshape(ordered.shape)
    placed = np.empty(ordered.shape)
    placed.reshape(-1)[order] = scores
    return placed


def _moments(values: NDArray[Any], desk: _Desk) -> _Moments:
    """Return the second moments of halves of numbers or truth values.

    Autocovariances are averaged in the frequency domain: one inverse transform per quantity.
    """
    quantities, halves, length = values.shape
    padded, spectrum = desk.padded[:quantities], desk.spectrum[:quantities]
    means = values.mean(axis=-1)
    np.subtract(values, means[..., None], out=padded[..., :length])
    np.fft.rfft(padded, axis=-1, out=spectrum)
    power = np.einsum("qhf,qhf->qf", spectrum.real, spectrum.real)
    power += np.einsum("qhf,qhf->qf", spectrum.imag, spectrum.imag)
    lags = np.fft.irfft(power / (halves * length), n=padded.shape[-1], axis=-1)[:, :length]
    within = lags[:, 0] * (length / (length - 1.0))
    return _Moments(halves, length, lags, within, between=means.var(axis=-1, ddof=1))


def _r_hat(moments: _Moments) -> Floats:
    still = moments.within <= STILL
    ratio = moments.between / np.where(still, 1.0, moments.within)
    r_hat = np.sqrt(ratio + (moments.length - 1.0) / moments.length)
    return np.where(still, np.where(moments.between <= STILL, 1.0, np.inf), r_hat)


def _ess(moments: _Moments, between: Floats) -> Floats:
    """Return the effective sample size, with ``between`` as the variance of means to count in.

    Geyer's initial sequence: autocorrelations are summed in pairs of lags, (0, 1), (2, 3), ..., up
    to the first that is not positive, none counting more than the one before; of that last pair
    the even lag still counts if it is positive.
    """
    size, within, still = moments.halves * moments.length, moments.within, moments.within <= STILL
    total = np.where(still, 1.0, moments.covariance[:, 0] + between)
    rho = 1.0 - (within[:, None] - moments.covariance) / total[:, None]
    rho[:, 0] = 1.0
    count = max(1, (moments.length - 1) // 2)  # of pairs: the very last lags are left out
    pairs = rho[:, 0 : 2 * count : 2] + rho[:, 1 : 2 * count : 2]
    ended = pairs <= 0.0
    ended[:, -1] = True
    last = np.argmax(ended, axis=-1)
    counted = np.arange(count) < last[:, None]
    body = np.sum(np.minimum.accumulate(pairs, axis=-1), axis=-1, where=counted)
    rows = np.arange(len(rho))
    even, pair = rho[rows, 2 * last], pairs[rows, last]
    tau = 2.0 * body - 1.0 + np.where((even > 0.0) | (pair >= 0.0), even, 0.0)
    ess = size / np.maximum(tau, 1.0 / np.log10(size))
    return np.where(still, np.where(between <= STILL, size, moments.halves / 2.0), ess)


def _ess_within(moments: _Moments) -> Floats:
    """Return the ESS, at most the draws, of halves that agree as autocorrelation lets them.

    The variance of the means is the one that follows from the ESS, not the one seen: disagreement
    does not count. What antithetic draws gain beyond their number is known too poorly to judge by.
    """
    ess = _ess(moments, np.zeros(len(moments.within)))
    for _ in range(3):  # settled to a per cent, unless the ESS is far below any floor
        ess = _ess(moments, moments.within * moments.halves / np.maximum(ess, moments.halves))
    return np.minimum(ess, moments.halves * moments.length)


def _ess_of_quantiles(kept: Floats, ordered: Floats, at: Sequence[float], desk: _Desk) -> Floats:
    """Return the ESS, (probability, quantity), of the shares of draws up to the quantiles."""
    quantiles = np.quantile(ordered, at, axis=-1)
    below = (_moments(kept <= quantile[:, None, None], desk) for quantile in quantiles)
    ess = [_ess(moments, moments.between) for moments in below]
    return np.reshape(ess, (len(at), len(kept)))
