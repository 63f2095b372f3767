"""Judge: the gates, each a limit that a right package passes with a known probability."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration.observe import DRAWS, INTERVAL, Observed
from benchmarks.calibration.ranks import uniform
from sweep.report.figures import percent

__all__ = ["ALPHA", "FLAGGED", "GATES", "coverage_p", "rank_p", "ranks_from", "verdicts"]

ALPHA = 0.001  # for each quantity, each estimate's coverage, and the share of bad fits
FLAGGED = 0.01  # share of flagged fits that is tolerated
EXACT = 1e-5  # probabilities are single precision
GATES = {
    "ranks": f"the ranks of the truths are uniform, each quantity at {ALPHA}",
    "coverage": f"the published 90 % intervals hold 90 % of the truths, each estimate at {ALPHA}",
    "diagnostics": f"no fit fails; at most {percent(FLAGGED)} of them are flagged, at {ALPHA}",
    "poststratification": "published means and intervals are the posterior's own sums by hand",
    "counts": "published bases and raw shares are the survey's",
    "density": "density and gradient equal the PyMC definition (`tests/inference/test_density.py`)",
}


def ranks_from(by_rank: Sequence[int]) -> NDArray[np.int64]:
    """Return the ranks that were counted."""
    return np.repeat(np.arange(len(by_rank)), by_rank)


def rank_p(ranks: Mapping[str, Sequence[int]]) -> dict[str, float]:
    """Return each quantity's p-value under uniform ranks."""
    test = uniform(sum(next(iter(ranks.values()))), DRAWS)
    return {name: test.p_value(ranks_from(by_rank)) for name, by_rank in ranks.items()}


def coverage_p(covered: int, truths: int) -> float:
    """Return the p-value of so many covered truths if intervals hold what they promise."""
    from scipy.stats import binomtest

    return float(binomtest(covered, truths, INTERVAL).pvalue)


def verdicts(observed: Observed) -> dict[str, str]:
    """Return each gate's objection, empty where it has none; the density is not judged here."""
    return {
        "ranks": worst(rank_p(observed.ranks)),
        "coverage": covers(observed),
        "diagnostics": states(observed),
        "poststratification": misweighted(observed),
        "counts": f"{observed.miscounted:,} rows differ" if observed.miscounted else "",
    }


def worst(p_values: Mapping[str, float]) -> str:
    """Return how many p-values are too small, and the smallest."""
    small = {name: p for name, p in p_values.items() if p < ALPHA}
    if not small:
        return ""
    least = min(small, key=small.__getitem__)
    return f"{len(small)} of {len(p_values)} quantities, p ≤ {small[least]:.1g} of {least}"


def covers(observed: Observed) -> str:
    """Return the estimates whose intervals hold too many or too few truths."""
    truths = sum(next(iter(observed.ranks.values())))
    wrong = [
        f"{percent(covered / truths)} of {name}"
        for name, covered in observed.covered.items()
        if coverage_p(covered, truths) < ALPHA
    ]
    return "; ".join(wrong)


def states(observed: Observed) -> str:
    """Return what is wrong with the fits' states."""
    from scipy.stats import binom

    flagged = observed.states.get("flagged", 0)
    lost = observed.outcomes - observed.states.get("ok", 0) - flagged
    many = binom.sf(flagged - 1, observed.outcomes, FLAGGED) < ALPHA
    return f"{flagged} flagged, {lost} failed of {observed.outcomes}" if lost or many else ""


def misweighted(observed: Observed) -> str:
    """Return by how much published estimates miss their own posterior."""
    points = 100 * observed.misweighted
    return f"up to {points:.3g} points off" if observed.misweighted > EXACT else ""
