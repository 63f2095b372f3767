"""Effective sample sizes, R-hat and Monte Carlo errors: equal to ArviZ, and defined everywhere."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

from sweep.diagnostics.chains import ChainSummary, summarise_chains
from sweep.errors import UsageError

Floats = NDArray[np.float64]

AXES = {"chain_axis": 0, "draw_axis": 1}


def autoregressive(rho: float, shape: tuple[int, int, int], seed: int = 1) -> Floats:
    """Stationary AR(1) chains of unit variance, (chain, draw, quantity)."""
    chains, draws, quantities = shape
    noise = np.random.default_rng(seed).normal(size=(chains, draws + 100, quantities))
    series = lfilter([np.sqrt(1.0 - rho**2)], [1.0, -rho], noise, axis=1)
    return np.asarray(series[:, 100:], dtype=np.float64)


def draws_of(kind: str, draws: int) -> NDArray[Any]:
    shape = (4, draws, 40)  # more quantities than one block holds
    rng = np.random.default_rng(7)
    made: dict[str, NDArray[Any]] = {
        "slow": autoregressive(0.95, shape),
        "mild": autoregressive(0.3, shape),
        "independent": autoregressive(0.0, shape),
        "antithetic": autoregressive(-0.6, shape),
        "heavy tails": rng.standard_cauchy(size=shape),
        "integers with ties": rng.poisson(3.0, size=shape),
        "rounded": np.round(autoregressive(0.5, shape), 1),
        "far from zero": 1e4 + autoregressive(0.5, shape),
        "disagreeing": autoregressive(0.5, shape) + np.arange(4)[:, None, None] / 5,
    }
    return made[kind]


KINDS = (
    "slow",
    "mild",
    "independent",
    "antithetic",
    "heavy tails",
    "integers with ties",
    "rounded",
    "far from zero",
    "disagreeing",
)


@pytest.mark.parametrize("draws", [100, 101, 500])
@pytest.mark.parametrize("kind", KINDS)
def test_the_figures_are_those_of_arviz(kind: str, draws: int) -> None:
    array_stats: Any = import_module("arviz_stats.base").array_stats
    sample = draws_of(kind, draws)
    summary = summarise_chains(sample)
    values = sample.astype(np.float64)
    expected = {
        "mean": values.mean(axis=(0, 1)),
        "sd": values.std(axis=(0, 1), ddof=1),
        "ess_bulk": array_stats.ess(values, method="bulk", **AXES),
        "ess_tail": array_stats.ess(values, method="tail", prob=0.05, **AXES),
        "ess_mean": array_stats.ess(values, method="mean", **AXES),
        "mcse_mean": array_stats.mcse(values, method="mean", **AXES),
        "r_hat": array_stats.rhat(values, method="rank", **AXES),
        "r_hat_bulk": array_stats.rhat(values, method="z_scale", **AXES),
        "r_hat_folded": array_stats.rhat(values, method="folded", **AXES),
    }
    for name, figures in expected.items():
        np.testing.assert_allclose(getattr(summary, name), figures, 1e-8, 1e-12, err_msg=name)


@pytest.mark.parametrize("draws", [100, 101])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("probabilities", [(0.05, 0.95), (0.025, 0.5, 0.975)])
def test_the_errors_of_quantiles_are_those_of_arviz(
    kind: str, draws: int, probabilities: tuple[float, ...]
) -> None:
    array_stats: Any = import_module("arviz_stats.base").array_stats
    values = draws_of(kind, draws).astype(np.float64)
    expected = [
        array_stats.mcse(values, method="quantile", prob=probability, **AXES)
        for probability in probabilities
    ]
    found = summarise_chains(values, probabilities).mcse_quantile
    np.testing.assert_allclose(found, expected, 1e-8, 1e-12)


def test_a_quantity_is_judged_alike_whatever_stands_beside_it() -> None:
    values = autoregressive(0.4, (4, 100, 70))
    alone = summarise_chains(values[..., 50:51])
    assert alone.ess_bulk[0] == summarise_chains(values).ess_bulk[50]


def test_asking_for_the_errors_of_quantiles_changes_no_other_figure() -> None:
    values = autoregressive(0.4, (4, 101, 40))
    plain, asked = (vars(summarise_chains(values, p)) for p in ((), (0.02, 0.05, 0.95)))
    assert (0, 40) == plain.pop("mcse_quantile").shape
    assert (3, 40) == asked.pop("mcse_quantile").shape
    for name, figures in plain.items():
        assert np.array_equal(figures, asked[name]), name


def test_single_precision_is_computed_in_double() -> None:
    narrow = autoregressive(0.4, (4, 200, 5)).astype(np.float32)
    wide = summarise_chains(narrow.astype(np.float64))
    assert np.array_equal(wide.ess_bulk, summarise_chains(narrow).ess_bulk)
    assert summarise_chains(narrow).mean.dtype == np.float64


def test_within_chain_ess_is_the_ess_of_chains_that_agree() -> None:
    """AR(1) with rho has an ESS of (1 - rho) / (1 + rho) per draw; its square, with rho squared."""
    for rho in (0.0, 0.4, 0.7):
        summary = summarise_chains(autoregressive(rho, (4, 500, 200)))
        expected = 2000 * (1 - rho) / (1 + rho)
        assert summary.ess_within_bulk.mean() == pytest.approx(expected, rel=0.08)
        squared = 2000 * (1 - rho**2) / (1 + rho**2)  # ranks are less regular than squares
        assert 0.95 * squared < summary.ess_within_folded.mean() < 1.3 * squared


def test_within_chain_ess_never_exceeds_the_draws() -> None:
    summary = summarise_chains(autoregressive(-0.6, (4, 500, 20)))
    assert (summary.ess_bulk > 2000).all()
    assert (summary.ess_within_bulk == 2000).all()


def test_disagreement_lowers_the_pooled_ess_and_not_the_one_within_chains() -> None:
    values = autoregressive(0.3, (4, 500, 20))
    agreed = summarise_chains(values)
    values[0] += 1.0
    shifted = summarise_chains(values)
    assert (shifted.ess_bulk < 0.1 * agreed.ess_bulk).all()
    assert (shifted.ess_within_bulk > 0.8 * agreed.ess_within_bulk).all()


@pytest.mark.parametrize("value", [0.0, 0.1, -3e8])
def test_a_constant_is_known_exactly(value: float) -> None:
    summary = summarise_chains(np.full((4, 100, 1), value))
    assert [400.0] == list(summary.ess_bulk) == list(summary.ess_tail) == list(summary.ess_mean)
    assert list(summary.r_hat) == [1.0]
    assert summary.mean[0] == pytest.approx(value)
    assert [0.0] == list(summary.sd) == list(summary.mcse_mean)


def test_chains_that_stand_still_apart_are_worth_one_draw_each() -> None:
    places = np.broadcast_to(np.array([0.1, 0.2, 0.4, 0.7])[:, None, None], (4, 100, 1))
    summary = summarise_chains(places)
    assert [4.0] == list(summary.ess_bulk) == list(summary.ess_mean)
    assert [np.inf] == list(summary.r_hat)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_draw_that_is_not_finite_condemns_its_quantity_and_no_other(value: float) -> None:
    values = autoregressive(0.3, (4, 100, 3))
    clean = summarise_chains(values)
    values[2, 50, 1] = value
    summary = summarise_chains(values, [0.5])
    assert (summary.ess_bulk[1], summary.ess_tail[1], summary.ess_within_bulk[1]) == (0.0, 0.0, 0.0)
    assert summary.r_hat[1] == np.inf
    assert np.isnan([summary.mean[1], summary.sd[1], summary.mcse_mean[1]]).all()
    assert [False, True, False] == list(np.isnan(summary.mcse_quantile[0]))
    assert np.array_equal(clean.ess_bulk[[0, 2]], summary.ess_bulk[[0, 2]])


def test_draws_of_any_magnitude_are_summarised_without_overflow() -> None:
    values = autoregressive(0.3, (4, 100, 2))
    expected = summarise_chains(values)
    for magnitude in (1e-200, 1e200):
        scaled = summarise_chains(values * magnitude)
        np.testing.assert_allclose(scaled.ess_mean, expected.ess_mean, 1e-9)
        np.testing.assert_allclose(scaled.sd, expected.sd * magnitude, 1e-9)


def test_the_shortest_chains_and_a_single_one_have_finite_figures() -> None:
    for shape in ((1, 50, 3), (2, 4, 3), (3, 5, 3)):
        summary = summarise_chains(autoregressive(0.2, shape))
        assert isinstance(summary, ChainSummary)
        assert np.isfinite([summary.ess_bulk, summary.ess_tail, summary.mcse_mean]).all()


@pytest.mark.parametrize("shape", [(4, 100), (4, 3, 2), (0, 100, 2), (4, 100, 0)])
def test_a_wrong_shape_is_refused_with_the_shape(shape: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="draws have shape") as refusal:
        summarise_chains(np.zeros(shape))
    assert str(shape) in str(refusal.value)


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1, float("nan")])
def test_a_quantile_outside_the_unit_interval_is_refused(probability: float) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        summarise_chains(np.zeros((2, 10, 1)), [0.5, probability])
