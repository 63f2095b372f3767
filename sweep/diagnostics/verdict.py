"""Verdict: decide from a fit's chains whether its numbers can be trusted, and say why not.

Every threshold has a constant error rate per quantity: a verdict never depends on how many other
quantities or outcomes are looked at.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sweep.diagnostics.chains import ChainSummary
from sweep.diagnostics.statistics import SamplerStatistics
from sweep.errors import UsageError
from sweep.keys import Json

__all__ = [
    "ALPHA",
    "DEPTH_SHARE",
    "ESS_PER_CHAIN",
    "E_BFMI",
    "HIDDEN_PER_CHAIN",
    "Diagnostics",
    "as_json",
    "e_bfmi",
    "ess_floors",
    "judge",
    "r_hat_threshold",
]

Floats = NDArray[np.float64]

ALPHA = 4e-7  # chance that R-hat flags a quantity of a healthy fit: 1 in 100 sweeps of 25,000
ESS_PER_CHAIN = 100  # least bulk and tail ESS, as in Stan and PyMC
HIDDEN_PER_CHAIN = 50  # the same of scales and effects, which decide on a fit and are not published
DEPTH_SHARE = 0.01  # of draws at the largest tree depth, from which on a fit is flagged
E_BFMI = 0.3  # least E-BFMI of a chain
ACCEPTANCE = 0.6  # least mean acceptance of a chain whose sampler does not adapt its steps


@dataclass(frozen=True)
class Diagnostics:
    """The verdict on one fit: its worst figures, the quantities they belong to, and the reasons.

    ``r_hat_max`` is infinite when chains stand still or are not finite. ``depth_share`` is a share
    of all draws, ``draws`` counts per chain; ``acceptance_min`` is None if the sampler adapts its
    steps. No ``reasons``, no objection.
    """

    r_hat_max: float
    r_hat_where: str
    ess_bulk_min: float
    ess_tail_min: float
    ess_where: str
    divergences: int
    depth_share: float
    e_bfmi_min: float
    draws: int
    chains: int
    target_ess: float
    acceptance_min: float | None = None
    reasons: tuple[str, ...] = ()


def r_hat_threshold(ess_within: ArrayLike, chains: int, draws: int, alpha: float = ALPHA) -> Floats:
    """Return the R-hat that a healthy quantity exceeds with probability ``alpha``.

    Of healthy chains, cut in halves of n draws, the means of the 2C halves have variance 2C / ESS
    and R-hat squared is 1 - 1/n plus that variance times chi-squared / (2C - 1), with 2C - 1
    degrees of freedom. R-hat takes two looks at a quantity, bulk and folded: each gets half of
    ``alpha``, and its own ESS, because draws that alternate about their mean tell far more about
    it than about their spread.

    Parameters
    ----------
    ess_within : array
        Effective sample size, all chains together, that disagreement does not lower:
        `ChainSummary.ess_within_bulk` for the bulk, `ess_within_folded` for the folded R-hat.
    chains, draws
        Their number; ``draws`` per chain.

    Returns
    -------
    array of the shape of ``ess_within``
        Infinite where the ESS is 0: then the floor on the ESS speaks.
    """
    from scipy.special import chdtri

    ess = np.asarray(ess_within, dtype=np.float64)
    freedom = 2 * chains - 1
    with np.errstate(divide="ignore"):
        excess = 2.0 * chains / ess * (chdtri(freedom, alpha / 2.0) / freedom)
    threshold: Floats = np.sqrt(1.0 - 1.0 / (draws // 2) + excess)
    return threshold


def e_bfmi(energy: ArrayLike) -> Floats:
    """Return each chain's energy Bayesian fraction of missing information (Betancourt 2016).

    ``energy`` has shape (chain, draw). Below 0.3 the sampler is likely to miss the tails of the
    posterior. 0 for a chain whose energy never changes or is not always finite.

    Raises
    ------
    UsageError
        If the shape is another.
    """
    values = np.asarray(energy, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 2:
        message = f"energy has shape (chain, draw) with two draws or more; got {values.shape}"
        raise UsageError(message)
    usable = np.isfinite(values).all(axis=1) & (values != values[:, :1]).any(axis=1)
    fraction = np.zeros(len(values))
    moves = np.diff(values[usable], axis=1)
    fraction[usable] = np.mean(moves**2, axis=1) / np.var(values[usable], axis=1, ddof=1)
    return fraction


def ess_floors(published: NDArray[np.bool_], chains: int) -> Floats:
    """Return the bulk and tail ESS (quantity,) below which a quantity is an objection."""
    return chains * np.where(published, ESS_PER_CHAIN, HIDDEN_PER_CHAIN).astype(np.float64)


def judge(
    summary: ChainSummary,
    names: Sequence[str],
    statistics: SamplerStatistics,
    target_ess: float,
    published: NDArray[np.bool_] | None = None,
) -> Diagnostics:
    """Judge a fit by its fixed quantities and its sampler's statistics.

    Parameters
    ----------
    summary : ChainSummary
        Of the quantities that decide on the fit.
    names : sequence of str
        What to call them in a reason, in the summary's order.
    statistics : SamplerStatistics
        Of the same draws.
    target_ess : float
        What the config asks for; recorded, while the floors are what flags.
    published : array (quantity,)
        Whether each has the floor of what is published, or the lower one; all have, if not given.

    Raises
    ------
    UsageError
        If names or statistics do not fit the summary.
    """
    _check_fit(summary, names, statistics)
    energies = e_bfmi(statistics.energy)
    everything = np.ones(len(names), np.bool_)
    floors = ess_floors(everything if published is None else published, summary.chains)
    diagnostics = _worst_figures(summary, names, statistics, energies, target_ess)
    reasons = (
        *_sampler_reasons(diagnostics, energies),
        *_r_hat_reasons(summary, names),
        *_ess_reasons("bulk", summary.ess_bulk, names, floors),
        *_ess_reasons("tail", summary.ess_tail, names, floors),
    )
    return replace(diagnostics, reasons=reasons)


def _worst_figures(
    summary: ChainSummary,
    names: Sequence[str],
    statistics: SamplerStatistics,
    energies: Floats,
    target_ess: float,
) -> Diagnostics:
    """Return a fit's worst figures and where they are; whether they are objections is not said."""
    r_hat_worst = int(np.argmax(summary.r_hat))
    accepted = (
        statistics.acceptance
        if statistics.acceptance is None
        else statistics.acceptance.mean(axis=1)
    )
    return Diagnostics(
        r_hat_max=float(summary.r_hat[r_hat_worst]),
        r_hat_where=names[r_hat_worst],
        ess_bulk_min=float(summary.ess_bulk.min()),
        ess_tail_min=float(summary.ess_tail.min()),
        ess_where=names[int(np.argmin(summary.ess_min))],
        divergences=int(np.count_nonzero(statistics.diverging)),
        depth_share=float(np.mean(statistics.depth_reached)),
        e_bfmi_min=float(energies.min()),
        draws=summary.draws,
        chains=summary.chains,
        target_ess=float(target_ess),
        acceptance_min=None if accepted is None else float(accepted.min()),
    )


def as_json(diagnostics: Diagnostics) -> Json:
    """Return plain JSON values: six significant digits, null for an infinite R-hat."""
    return {name: _plain(value) for name, value in asdict(diagnostics).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return list(value) if isinstance(value, tuple) else value


def _check_fit(summary: ChainSummary, names: Sequence[str], statistics: SamplerStatistics) -> None:
    if len(names) != len(summary.mean):
        message = f"{len(names)} names for {len(summary.mean)} quantities: each needs one"
        raise UsageError(message)
    expected = (summary.chains, summary.draws)
    for name in ("diverging", "depth_reached", "energy"):
        shape = np.shape(getattr(statistics, name))
        if shape != expected:
            message = f"{name} has shape {shape}; the draws have (chain, draw) {expected}"
            raise UsageError(message)


def _sampler_reasons(diagnostics: Diagnostics, energies: Floats) -> Iterator[str]:
    total = diagnostics.draws * diagnostics.chains
    if count := diagnostics.divergences:
        yield f"{count} divergence{'s' if count > 1 else ''} in {total} draws"
    if diagnostics.depth_share >= DEPTH_SHARE:
        share = f"{100 * diagnostics.depth_share:.1f} %"
        yield f"{share} of draws reached the largest tree depth; the limit is {DEPTH_SHARE:.0%}"
    least = diagnostics.acceptance_min
    if least is not None and least < ACCEPTANCE:
        value, limit = _apart(least, ACCEPTANCE, 2)
        yield f"a chain accepts a share of {value} of what is proposed; at least {limit} is asked"
    if diagnostics.e_bfmi_min < E_BFMI:
        value, limit = _apart(diagnostics.e_bfmi_min, E_BFMI, 2)
        others = _others(energies < E_BFMI)
        yield f"E-BFMI {value} of chain {int(np.argmin(energies)) + 1} is below {limit}{others}"


def _r_hat_reasons(summary: ChainSummary, names: Sequence[str]) -> Iterator[str]:
    """Name the quantity furthest beyond its own threshold, which need not have the largest R-hat.

    A quantity flagged by both looks counts once.
    """
    r_hats = np.stack([summary.r_hat_bulk, summary.r_hat_folded])
    within = np.stack([summary.ess_within_bulk, summary.ess_within_folded])
    thresholds = r_hat_threshold(within, summary.chains, summary.draws)
    broken = ~np.isfinite(r_hats)
    flagged = (r_hats > thresholds) | broken
    if not flagged.any():
        return
    distance = np.divide(r_hats, thresholds, out=np.full(r_hats.shape, np.inf), where=~broken)
    worst = np.unravel_index(np.argmax(np.where(flagged, distance, 0.0)), distance.shape)
    name, others = names[int(worst[1])], _others(flagged.any(axis=0))
    if broken[worst]:
        yield f"{name} has chains that stand still, or draws that are not finite{others}"
    else:
        value, limit = _apart(float(r_hats[worst]), float(thresholds[worst]), 3)
        yield f"R-hat {value} of {name} exceeds {limit}{others}"


def _ess_reasons(kind: str, ess: Floats, names: Sequence[str], floors: Floats) -> Iterator[str]:
    worst = int(np.argmin(ess / floors))
    if ess[worst] < floors[worst]:
        least, others = math.floor(ess[worst]), _others(ess < floors)
        yield f"{kind} ESS {least} of {names[worst]} is below {floors[worst]:.0f}{others}"


def _others(flagged: NDArray[np.bool_]) -> str:
    count = int(np.count_nonzero(flagged)) - 1
    return f" (and {count} more)" if count else ""


def _apart(value: float, limit: float, decimals: int) -> tuple[str, str]:
    """Write two numbers with as many decimals as it takes to tell them apart."""
    while f"{value:.{decimals}f}" == f"{limit:.{decimals}f}" and decimals < 12:
        decimals += 1
    return f"{value:.{decimals}f}", f"{limit:.{decimals}f}"
