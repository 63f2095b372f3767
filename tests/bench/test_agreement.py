"""Posteriors that are the same agree, others do not, however estimates hang together."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sweep.bench.agreement import agreement_of

CHAINS, DRAWS = 4, 250


def drawn(seed: int, margins: int, shared: float = 0.0) -> NDArray[np.float64]:
    """Return independent draws of estimates that have a part of their variance in common."""
    rng = np.random.default_rng(seed)
    own, common = rng.normal(size=(CHAINS, DRAWS, margins)), rng.normal(size=(CHAINS, DRAWS, 1))
    return np.asarray(np.sqrt(1 - shared) * own + np.sqrt(shared) * common)


@pytest.mark.parametrize(("margins", "shared"), [(1, 0.0), (12, 0.0), (12, 0.95)])
def test_the_same_posterior_agrees_however_many_estimates_share(
    margins: int, shared: float
) -> None:
    found = [
        agreement_of(drawn(k, margins, shared), drawn(100 + k, margins, shared)) for k in range(4)
    ]
    assert all(one.holds for one in found)


def test_estimates_that_move_together_are_allowed_to_be_off_together() -> None:
    apart, together = (agreement_of(drawn(1, 12, s), drawn(2, 12, s)) for s in (0.0, 0.95))
    assert together.rms_limit > 1.5 * apart.rms_limit


@pytest.mark.parametrize("margins", [1, 12])
def test_a_mean_that_is_half_a_standard_deviation_off_disagrees(margins: int) -> None:
    found = agreement_of(drawn(1, margins) + 0.5, drawn(2, margins))
    assert not found.holds
    assert found.rms > found.rms_limit


def test_one_estimate_among_many_that_is_off_disagrees_and_is_named() -> None:
    values = drawn(1, 12)
    values[..., 7] += 0.5
    found = agreement_of(values, drawn(2, 12))
    assert (found.holds, found.worst) == (False, 7)
    assert found.largest > found.max_limit


def test_a_posterior_half_as_wide_disagrees_though_its_mean_is_right() -> None:
    found = agreement_of(0.5 * drawn(1, 12), drawn(2, 12))
    assert not found.holds
    assert found.rms <= found.rms_limit
    assert found.rms_variance > found.rms_limit_variance


def test_an_estimate_that_never_moves_agrees_with_itself_and_with_nothing_else() -> None:
    still = np.concatenate([drawn(1, 2), np.full((CHAINS, DRAWS, 1), 0.25)], axis=-1)
    other = np.concatenate([drawn(2, 2), np.full((CHAINS, DRAWS, 1), 0.25)], axis=-1)
    assert agreement_of(still, other).holds
    other[..., 2] = 0.26
    assert not agreement_of(still, other).holds


def test_draws_that_are_no_numbers_agree_with_nothing() -> None:
    values = drawn(1, 3)
    values[0, 0, 1] = np.nan
    assert not agreement_of(values, drawn(2, 3)).holds


def test_a_reference_that_has_not_converged_is_none() -> None:
    reference = drawn(2, 3)
    reference[0] += 10
    assert not agreement_of(reference, reference).holds
