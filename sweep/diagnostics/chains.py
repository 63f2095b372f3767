"""Chains: effective sample sizes, R-hat and Monte Carlo errors of many quantities at once.

The definitions are those of Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), as in ArviZ.
Chains are cut in halves, so that a chain that drifts disagrees with itself. Inside, arrays have
the shape (quantity, half, draw).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sweep.diagnostics.quantiles import quantile_errors
from sweep.errors import UsageError

__all__ = ["MIN_DRAWS", "ChainSummary", "summarise_chains"]

Floats = NDArray[np.float64]

MIN_DRAWS = 4  # per chain: a half of two draws is the least that has a variance
BLOCK = 32  # quantities per step: their working arrays stay in a core's cache
HUGE = 1e300  # beyond it sums overflow: a draw that large is not taken for a number
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
    if array.ndim != 3 or 0 in array.shape or array.shape[1] < MIN_DRAWS:
        message = f"draws have shape (chain, draw >= {MIN_DRAWS}, quantity), none 0: {array.shape}"
        raise UsageError(message)
    if not all(0.0 < p < 1.0 for p in probabilities):
        message = f"quantile probabilities lie between 0 and 1, exclusive; got {probabilities}"
        raise UsageError(message)
    table = _scores(2 * array.shape[0] * (array.shape[1] // 2))
    parts = [_summarise_block(*block, probabilities, table) for block in _blocks(array)]
    joined = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
    return ChainSummary(chains=array.shape[0], draws=array.shape[1], **joined)


def _scores(size: int) -> Floats:
    """Return the normal scores of the ranks 1, 1.5, 2, ..., ``size``."""
    from scipy.special import ndtri

    scores: Floats = ndtri((np.arange(2, 2 * size + 1) / 2.0 - 0.375) / (size + 0.25))
    return scores


def _blocks(array: NDArray[Any]) -> Iterator[tuple[Floats, NDArray[np.bool_]]]:
    """Yield (quantity, chain, draw), zeros where not all are finite, and where they are."""
    for start in range(0, array.shape[2], BLOCK):
        rows = np.moveaxis(array[..., start : start + BLOCK], -1, 0)
        values = np.array(rows, dtype=np.float64, order="C")
        finite = (np.abs(values) <= HUGE).all(axis=(1, 2))  # false for NaN
        values[~finite] = 0.0
        yield values, finite


def _summarise_block(
    values: Floats, finite: NDArray[np.bool_], probabilities: Sequence[float], table: Floats
) -> dict[str, Floats]:
    centre = values.mean(axis=(1, 2))
    unit = values - centre[:, None, None]
    scale = np.abs(unit).max(axis=(1, 2))
    unit /= np.where(scale > 0.0, scale, 1.0)[:, None, None]  # squares cannot overflow
    spread = np.std(unit, axis=(1, 2), ddof=1) * scale
    kept = _split(values)
    flat = kept.reshape(len(kept), -1)
    order = np.argsort(flat, axis=-1)
    if kept.size != values.size:  # an odd number of draws: the halves lack the middle one
        ordered = np.sort(values.reshape(len(values), -1), axis=-1)
    else:
        ordered = np.take_along_axis(flat, order, axis=-1)
    wanted = [*TAILS, *(p for p in probabilities if p not in TAILS)]
    quantiles = np.quantile(ordered, wanted, axis=-1)
    sizes, shares = _figures(kept, _split(unit), order, table, quantiles)
    ess = dict(zip(wanted, shares, strict=True))
    ends = np.reshape([ess[p] for p in probabilities], (len(probabilities), len(kept)))
    summary = {
        "mean": centre,
        "sd": spread,
        "ess_tail": np.minimum(ess[TAILS[0]], ess[TAILS[1]]),
        "mcse_mean": spread / np.sqrt(sizes["ess_mean"]),
        "mcse_quantile": quantile_errors(ordered, ends, probabilities),
        **sizes,
    }
    for name, array in summary.items():
        array[..., ~finite] = (
            0.0 if name.startswith("ess") else np.inf if "r_hat" in name else np.nan
        )
    return summary


def _figures(
    kept: Floats, unit: Floats, order: NDArray[np.intp], table: Floats, quantiles: Floats
) -> tuple[dict[str, Floats], Floats]:
    """Return the kernel's figures by name (quantity,), and the ESS (probability, quantity)."""
    from sweep.diagnostics.chain_kernel import FIGURES, chain_figures

    figures = np.empty((len(kept), len(FIGURES) + len(quantiles)))
    chain_figures(kept, unit, order, table, quantiles, figures)
    named = dict(zip(FIGURES, figures.T[: len(FIGURES)], strict=True))
    return named, figures.T[len(FIGURES) :]


def _split(values: Floats) -> Floats:
    """Cut (quantity, chain, draw) into (quantity, half, draw); drop the middle draw if odd."""
    half = values.shape[-1] // 2
    if values.shape[-1] % 2:
        values = np.concatenate([values[..., :half], values[..., -half:]], axis=-1)
    return values.reshape(len(values), -1, half)
