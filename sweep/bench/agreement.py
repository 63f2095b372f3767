"""Agreement: whether two posteriors are the same within Monte Carlo error.

Of every estimate, ``z = (mean - reference) / sqrt(mcse^2 + mcse_reference^2)``, and the same of the
variances. Estimates share their draws, so z are correlated as the estimates are: the sum of their
squares is compared with a chi-squared of ``p^2 / sum R^2`` degrees of freedom (Satterthwaite; p
estimates, R their correlations), the largest with Bonferroni's limit. Each of the four limits is
passed by chance once in `ONCE_IN` comparisons of posteriors that are the same.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.diagnostics.chains import summarise_chains

__all__ = ["RULE", "Agreement", "agreement_of"]

type Values = NDArray[np.float64]

ONCE_IN = 100_000
CONVERGED = 1.05  # R-hat of a reference that can be one
RULE = (
    "means and variances of all published estimates within Monte Carlo error of a run of plain "
    f"NUTS four times as long: rms and largest |z| below what chance passes once in {ONCE_IN:,}"
)


@dataclass(frozen=True)
class Agreement:
    """How far an engine is from the reference: of means and variances, rms and largest |z|.

    ``rms_limit`` and ``max_limit`` are what chance may reach; ``rms_limit_variance`` too: squares
    are correlated otherwise. ``worst`` is the place of the estimate whose mean is furthest away.
    """

    rms: float
    largest: float
    rms_variance: float
    largest_variance: float
    rms_limit: float
    rms_limit_variance: float
    max_limit: float
    worst: int
    r_hat_reference: float

    @property
    def holds(self) -> bool:
        """Return whether the two posteriors are the same, as far as can be seen."""
        return (
            self.r_hat_reference <= CONVERGED
            and self.rms <= self.rms_limit
            and self.rms_variance <= self.rms_limit_variance
            and max(self.largest, self.largest_variance) <= self.max_limit
        )


def agreement_of(values: Values, reference: Values, allowed: float = 0.0) -> Agreement:
    """Compare draws (chain, draw, margin) with those of a reference.

    ``allowed`` is for engines that cannot be given our priors: so much of the reference's standard
    deviation, of estimates as of squares, counts as error.
    """
    from scipy.special import ndtri

    means = distances(values, reference, allowed)
    variances = distances(squares(values), squares(reference), allowed)
    return Agreement(
        rms=rms(means),
        largest=float(np.abs(means).max()),
        rms_variance=rms(variances),
        largest_variance=float(np.abs(variances).max()),
        rms_limit=rms_limit(reference),
        rms_limit_variance=rms_limit(squares(reference)),
        max_limit=-float(ndtri(1 / ONCE_IN / 2 / values.shape[-1])),
        worst=int(np.abs(means).argmax()),
        r_hat_reference=float(summarise_chains(reference).r_hat.max()),
    )


def squares(values: Values) -> Values:
    """Return squared distances from the mean of all chains, of the same shape."""
    return np.asarray((values - values.mean(axis=(0, 1))) ** 2)


def distances(values: Values, reference: Values, allowed: float) -> NDArray[np.float64]:
    """Return z of every estimate (margin,); infinite where it is no number."""
    ours, theirs = summarise_chains(values), summarise_chains(reference)
    error = np.hypot(np.hypot(ours.mcse_mean, theirs.mcse_mean), allowed * theirs.sd)
    apart = ours.mean - theirs.mean
    never = np.where(apart == 0, 0.0, np.inf)  # an estimate that is the same in every draw
    z = np.divide(apart, error, out=never, where=error > 0)
    return np.where(np.isnan(error) | np.isnan(z), np.inf, z)


def rms(z: NDArray[np.float64]) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(z**2)))


def rms_limit(reference: Values) -> float:
    """Return the rms of z that posteriors which are the same pass once in `ONCE_IN`."""
    from scipy.special import chdtri  # of the upper tail

    flat = reference.reshape(-1, reference.shape[-1])
    moving = flat[:, flat.std(axis=0) > 0]
    if moving.shape[1] == 0:
        return 0.0
    correlation = np.atleast_2d(np.corrcoef(moving, rowvar=False))
    freedom = moving.shape[1] ** 2 / float((correlation**2).sum())
    return float(np.sqrt(chdtri(freedom, 1 / ONCE_IN) / freedom))
