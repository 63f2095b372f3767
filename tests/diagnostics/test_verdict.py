"""Verdicts: healthy fits pass at the promised rate, planted faults are flagged and named."""

import json
import math
from dataclasses import fields, replace
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

from sweep.diagnostics.chains import ChainSummary, summarise_chains
from sweep.diagnostics.statistics import SamplerStatistics
from sweep.diagnostics.verdict import ALPHA, Diagnostics, as_json, e_bfmi, judge, r_hat_threshold
from sweep.errors import UsageError
from sweep.inference.checkpoints import Deciding, predicted_draws, progress_to

Floats = NDArray[np.float64]

CHAINS = 4
TARGET = 1000


def autoregressive(rho: float, draws: int, quantities: int, seed: int = 3) -> Floats:
    """Stationary AR(1) chains of unit variance, (chain, draw, quantity)."""
    noise = np.random.default_rng(seed).normal(size=(quantities, CHAINS, draws + 50))
    series = lfilter([np.sqrt(1.0 - rho**2)], [1.0, -rho], noise, axis=-1)
    return np.moveaxis(np.asarray(series[..., 50:], dtype=np.float64), 0, -1)


def quiet(draws: int = 500) -> SamplerStatistics:
    """Statistics of a sampler that had no trouble."""
    nothing = np.zeros((CHAINS, draws), dtype=np.bool_)
    energy = np.random.default_rng(5).normal(size=(CHAINS, draws))
    return SamplerStatistics(nothing, nothing.copy(), energy)


def verdict(values: Floats, statistics: SamplerStatistics | None = None) -> Diagnostics:
    summary = summarise_chains(values)
    names = [f"region[{index}]" for index in range(values.shape[2])]
    return judge(summary, names, statistics or quiet(values.shape[1]), TARGET)


def alarms(summary: ChainSummary, alpha: float) -> NDArray[np.bool_]:
    """Say which quantities have an R-hat beyond its threshold."""
    size = (summary.chains, summary.draws, alpha)
    bulk = summary.r_hat_bulk > r_hat_threshold(summary.ess_within_bulk, *size)
    folded = summary.r_hat_folded > r_hat_threshold(summary.ess_within_folded, *size)
    return np.asarray(bulk | folded)


def flagged(summary: ChainSummary) -> NDArray[np.bool_]:
    return alarms(summary, ALPHA) | (summary.ess_min < 100 * CHAINS)


def test_healthy_quantities_are_flagged_at_the_promised_rate() -> None:
    """12,000 healthy quantities: 12 false alarms expected at 1e-3, 1.2 at 1e-4; within 3 times."""
    summaries = [summarise_chains(autoregressive(rho, 500, 4000)) for rho in (-0.4, 0.0, 0.4)]
    assert 4 <= sum(int(alarms(summary, 1e-3).sum()) for summary in summaries) <= 36
    assert sum(int(alarms(summary, 1e-4).sum()) for summary in summaries) <= 3
    assert sum(int(alarms(summary, ALPHA).sum()) for summary in summaries) == 0


def test_the_folded_look_needs_its_own_ess() -> None:
    """Antithetic draws: with the bulk's ESS the folded R-hat alone would cry wolf."""
    summary = summarise_chains(autoregressive(-0.4, 500, 2000))
    wrong = summary.r_hat_folded > r_hat_threshold(summary.ess_bulk, CHAINS, 500, 1e-3)
    assert wrong.mean() > 0.1
    assert alarms(summary, 1e-3).mean() < 0.003


@pytest.mark.parametrize("rho", [0.0, 0.2, 0.4])
def test_a_chain_shifted_by_one_sd_is_flagged(rho: float) -> None:
    values = autoregressive(rho, 500, 300)
    values[1] += 1.0
    assert flagged(summarise_chains(values)).mean() >= 0.99


@pytest.mark.parametrize(("rho", "draws"), [(0.0, 500), (0.2, 1000), (0.4, 1000)])
def test_a_chain_shifted_by_two_fifths_of_a_sd_is_flagged(rho: float, draws: int) -> None:
    """From an ESS of about 1,700 on; with fewer draws no test at this error rate could."""
    values = autoregressive(rho, draws, 400)
    values[1] += 0.4
    assert flagged(summarise_chains(values)).mean() >= 0.77


def test_disagreement_does_not_widen_the_threshold() -> None:
    values = autoregressive(0.0, 500, 200)
    values[1] += 0.4
    summary = summarise_chains(values)
    pooled = summary.r_hat_bulk > r_hat_threshold(summary.ess_bulk, CHAINS, 500)
    assert pooled.mean() < 0.3
    assert alarms(summary, ALPHA).mean() > 0.77


def test_the_threshold_is_the_documented_formula() -> None:
    """24.32 is the 0.999 quantile of chi-squared with 7 degrees of freedom."""
    expected = math.sqrt(1 - 1 / 250 + 8 / 1000 * 24.3219 / 7)
    assert r_hat_threshold(1000.0, 4, 500, 0.002) == pytest.approx(expected, rel=1e-6)
    assert r_hat_threshold([0.0], 4, 500)[0] == math.inf
    assert (np.diff(r_hat_threshold([400.0, 1000.0, 2000.0], 4, 500)) < 0).all()


def test_a_healthy_fit_has_no_reasons() -> None:
    found = verdict(autoregressive(0.2, 500, 50))
    assert found.reasons == ()
    assert (found.divergences, found.depth_share, found.chains, found.draws) == (0, 0.0, 4, 500)
    assert 0.99 < found.r_hat_max < 1.03
    assert found.e_bfmi_min > 1.5  # independent energies
    assert found.target_ess == TARGET


def test_a_shifted_chain_is_named() -> None:
    values = autoregressive(0.2, 500, 6)
    values[1, :, 4] += 1.0
    found = verdict(values)
    assert found.r_hat_where == found.ess_where == "region[4]"
    assert any(
        reason.startswith("R-hat 1.") and " of region[4] exceeds 1.0" in reason
        for reason in found.reasons
    )
    assert any(
        reason.startswith("bulk ESS ") and reason.endswith(" of region[4] is below 400")
        for reason in found.reasons
    )


def test_a_chain_of_another_width_is_named() -> None:
    values = autoregressive(0.2, 500, 6)
    values[1, :, 4] *= 2.0
    assert any("R-hat" in reason and "region[4]" in reason for reason in verdict(values).reasons)


@pytest.mark.parametrize("rho", [-0.4, 0.2, 0.9])
@pytest.mark.parametrize("place", [0.0, 0.5, 3.0])
def test_a_stuck_chain_is_always_flagged(rho: float, place: float) -> None:
    """At the median its place agrees with the others': the spread gives it away, not the ESS."""
    values = autoregressive(rho, 500, 100)
    values[2] = place
    assert flagged(summarise_chains(values)).all()
    one = autoregressive(rho, 500, 3)
    one[2, :, 1] = place
    assert any("region[1]" in reason for reason in verdict(one).reasons)


@pytest.mark.parametrize("rho", [-0.4, 0.2])
@pytest.mark.parametrize("place", [0.0, 0.3, 3.0])
def test_a_chain_that_sticks_half_way_does_not_widen_its_own_threshold(
    rho: float, place: float
) -> None:
    values = autoregressive(rho, 500, 100)
    values[2, 250:] = place
    assert alarms(summarise_chains(values), ALPHA).all()


def test_chains_that_hardly_move_are_caught_by_the_ess_floor() -> None:
    """So slow that any R-hat would do: the threshold is wide open, the floor is not."""
    values = np.cumsum(np.random.default_rng(2).normal(size=(CHAINS, 500, 3)), axis=1)
    summary = summarise_chains(values)
    assert (r_hat_threshold(summary.ess_within_bulk, CHAINS, 500) > 1.5).all()
    assert any(reason.startswith("bulk ESS") for reason in verdict(values).reasons)


def test_a_quantity_without_numbers_is_named() -> None:
    values = autoregressive(0.2, 500, 3)
    values[0, 7, 2] = np.nan
    found = verdict(values)
    assert any(reason.startswith("region[2] has chains that stand") for reason in found.reasons)
    assert (math.inf, 0.0) == (found.r_hat_max, found.ess_tail_min)


def test_several_flagged_quantities_share_one_reason() -> None:
    values = autoregressive(0.2, 500, 6)
    values[1, :, 2:5] += 1.0
    r_hat = [reason for reason in verdict(values).reasons if reason.startswith("R-hat")]
    assert len(r_hat) == 1
    assert r_hat[0].endswith("(and 2 more)")


@pytest.mark.parametrize(("count", "words"), [(1, "1 divergence in"), (3, "3 divergences in")])
def test_a_single_divergence_is_one_too_many(count: int, words: str) -> None:
    statistics = quiet()
    statistics.diverging[0, :count] = True
    found = verdict(autoregressive(0.2, 500, 3), statistics)
    assert found.reasons == (f"{words} 2000 draws",)


def test_one_per_cent_of_draws_at_the_largest_depth_is_too_many() -> None:
    statistics = quiet()
    statistics.depth_reached[3, :19] = True
    assert verdict(autoregressive(0.2, 500, 3), statistics).reasons == ()
    statistics.depth_reached[3, :20] = True
    expected = "1.0 % of draws reached the largest tree depth; the limit is 1%"
    assert verdict(autoregressive(0.2, 500, 3), statistics).reasons == (expected,)
    statistics.depth_reached[3] = True
    (reason,) = verdict(autoregressive(0.2, 500, 3), statistics).reasons
    assert reason.startswith("25.0 % of draws")


def test_an_energy_that_creeps_as_in_a_funnel_is_flagged() -> None:
    statistics = quiet()
    statistics.energy[2] = autoregressive(0.95, 500, 1)[0, :, 0]
    found = verdict(autoregressive(0.2, 500, 3), statistics)
    assert 0.0 < found.e_bfmi_min < 0.3
    assert found.reasons == (f"E-BFMI {found.e_bfmi_min:.2f} of chain 3 is below 0.30",)


def test_e_bfmi_is_that_of_arviz_and_zero_where_nothing_moves() -> None:
    array_stats: Any = import_module("arviz_stats.base").array_stats
    energy = autoregressive(0.5, 300, 1)[..., 0]
    np.testing.assert_allclose(e_bfmi(energy), array_stats.bfmi(energy), 1e-12)
    energy[1], energy[2, 5] = 4.2, np.nan
    assert list(e_bfmi(energy)[1:3]) == [0.0, 0.0]
    assert [2.0, 0.0] == list(e_bfmi([[1.0, 3.0], [1.0, 1.0]]))
    for energy in (np.zeros(10), np.zeros((4, 1))):
        with pytest.raises(UsageError, match="energy has shape"):
            e_bfmi(energy)


def progress(summary: ChainSummary, target: float, published: bool = True) -> float:
    """Return how far the chains have come, if all quantities are published or none is."""
    count = len(summary.mean)
    names = [str(k) for k in range(count)]
    nothing = Deciding(names, np.full(count, published), lambda draws: np.empty(0))
    return progress_to(summary, nothing, target)


def test_enough_asks_every_quantity_for_the_bulk_ess_and_leaves_the_tail_a_floor() -> None:
    summary = summarise_chains(autoregressive(0.0, 500, 20))
    least = float(summary.ess_bulk.min())
    assert summary.ess_tail.min() < least
    assert progress(summary, least) >= 1
    assert progress(summary, least * 1.001) < 1


def test_what_is_not_published_asks_for_half_the_floor_and_nothing_else() -> None:
    summary = summarise_chains(autoregressive(0.0, 500, 20))
    least = float(min(summary.ess_bulk.min(), summary.ess_tail.min()))
    assert progress(summary, 1e9, published=False) == least / 200


def test_the_floor_is_lower_for_what_is_not_published() -> None:
    """A quantity worth 200 to 400 draws is an objection only if it is published."""
    values = autoregressive(0.7, 500, 3)
    values[..., 1:] = autoregressive(0.0, 500, 2)
    summary = summarise_chains(values)
    assert 200 < summary.ess_bulk[0] < 400
    names = ["scale", "b", "c"]
    hidden = judge(summary, names, quiet(), TARGET, np.array([False, True, True]))
    assert () == hidden.reasons
    shown = judge(summary, names, quiet(), TARGET)
    assert f"bulk ESS {int(summary.ess_bulk[0])} of scale is below 400" in shown.reasons


def test_a_chain_that_takes_few_proposals_is_an_objection_where_nothing_adapts() -> None:
    summary = summarise_chains(autoregressive(0.0, 500, 2))
    plain = quiet()
    for share, objection in ((0.7, ()), (0.5, ("a chain accepts",))):
        acceptance = np.full(plain.energy.shape, 0.9)
        acceptance[2] = share
        found = judge(summary, ["a", "b"], replace(plain, acceptance=acceptance), TARGET)
        assert share == pytest.approx(found.acceptance_min)
        assert objection == tuple(reason[:15] for reason in found.reasons)
    assert judge(summary, ["a", "b"], plain, TARGET).acceptance_min is None


def test_a_tail_below_its_floor_is_never_enough() -> None:
    values = autoregressive(0.0, 500, 20)
    slow = autoregressive(0.995, 500, 1, seed=8)
    values[..., 7] = np.where(slow[..., 0] > np.quantile(slow, 0.93), 9.0, 0.0) + values[..., 7]
    summary = summarise_chains(values)
    assert summary.ess_tail.min() < 400
    assert progress(summary, 1.0) < 1


def test_a_tail_that_was_hardly_seen_is_an_objection_of_its_own() -> None:
    """The middle mixes well; in each chain one stretch of draws lies in the upper tail."""
    values = autoregressive(0.0, 1000, 3)
    for chain in range(CHAINS):
        values[chain, 50 * (chain + 1) :][:35, 1] += 3.0
    found = verdict(values)
    assert found.ess_tail_min < 400 < found.ess_bulk_min
    assert "region[1]" == found.ess_where
    assert (f"tail ESS {int(found.ess_tail_min)} of region[1] is below 400",) == found.reasons


def test_the_predicted_checkpoint_is_the_smallest_that_should_do() -> None:
    factors = (1.0, 1.05, 1.75, 1.9, 3.5, 3.9, 50.0)
    expected = [500, 1000, 1000, 2000, 2000, 2000, 2000]
    assert expected == [predicted_draws(1 / factor, 500, 500) for factor in factors]
    assert predicted_draws(1e-6, 2000, 500) == 2000


def test_a_quantity_without_ess_is_predicted_to_need_the_last_checkpoint() -> None:
    values = autoregressive(0.2, 500, 2)
    values[0, 0, 0] = np.nan
    summary = summarise_chains(values)
    assert progress(summary, TARGET) == 0
    assert predicted_draws(0.0, 500, 500) == 2000


def test_diagnostics_are_json_of_six_digits() -> None:
    values = autoregressive(0.2, 500, 3)
    values[1, :, 1] += 1.0
    found = verdict(values)
    text = json.dumps(as_json(found), allow_nan=False)
    back = json.loads(text)
    assert {field.name for field in fields(found)} == back.keys()
    assert back["reasons"] == list(found.reasons)
    assert back["r_hat_max"] == pytest.approx(found.r_hat_max, rel=1e-5)
    assert len(str(back["r_hat_max"]).replace(".", "").lstrip("0")) <= 6


def test_an_infinite_r_hat_is_null_in_json() -> None:
    still = np.broadcast_to(np.arange(4.0)[:, None, None], (4, 500, 1))
    found = verdict(np.array(still))
    assert as_json(found)["r_hat_max"] is None
    assert '"r_hat_max": null' in json.dumps(as_json(found), allow_nan=False)


def test_what_does_not_fit_the_draws_is_refused() -> None:
    summary = summarise_chains(autoregressive(0.2, 500, 3))
    with pytest.raises(UsageError, match="2 names for 3 quantities"):
        judge(summary, ["a", "b"], quiet(), TARGET)
    with pytest.raises(UsageError, match=r"diverging has shape \(4, 400\)"):
        judge(summary, ["a", "b", "c"], quiet(400), TARGET)
