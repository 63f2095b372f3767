"""How long a fit samples and what it tries when there are objections, with a sampler made up."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

from sweep.diagnostics.statistics import SamplerStatistics
from sweep.inference.checkpoints import (
    Deciding,
    Draws,
    Fit,
    Lengthen,
    Target,
    anew,
    sample_until,
)
from sweep.inference.sample import Sample, Settings
from sweep.keys import seed_of

CHAINS, FIRST, TUNE = 4, 250, 60
ASKED = Settings(FIRST, TUNE, CHAINS, 0.8)


@dataclass
class Sampler:
    """Independent draws of three quantities; with the same seed, a shorter run begins a longer.

    It diverges until ``content`` is true of the settings it is given. Of ``worth`` is how many of
    its draws, in that order, each one counts: the draws after it are the same once more.
    """

    content: Callable[[Settings], bool] = lambda settings: True
    worth: Callable[[int], int] = lambda draws: draws
    calls: list[tuple[Settings, int]] = field(default_factory=list)

    def draw(self, settings: Settings, seed: int) -> Sample:
        """Sample with some settings and a seed."""
        self.calls.append((settings, seed))
        fresh = self.worth(settings.draws)
        values = np.random.default_rng(seed).normal(size=(fresh, settings.chains, 3))
        values = np.repeat(values, -(-settings.draws // fresh), axis=0)[: settings.draws]
        energy = np.random.default_rng(1).normal(size=(settings.chains, settings.draws))
        diverging = np.zeros(energy.shape, np.bool_)
        diverging[0, 0] = not self.content(settings)
        draws = {"x": np.moveaxis(values, 0, 1).astype(np.float32)}
        return Sample(draws, SamplerStatistics(diverging, np.zeros_like(diverging), energy))

    def fit(self, settings: Settings = ASKED, target_ess: float = 500, outcome: str = "q") -> Fit:
        """Sample until it suffices."""
        target = Target(settings, target_ess, study_seed=7, outcome=outcome)
        return sample_until(target, deciding(quantities), anew(self.draw))

    def told(self, setting: str) -> list[Any]:
        """Return one of the settings, of every call."""
        return [getattr(settings, setting) for settings, _ in self.calls]

    def seeds(self) -> list[int]:
        """Return the seed of every call."""
        return [seed for _, seed in self.calls]


def quantities(draws: Draws) -> NDArray[np.float64]:
    return draws["x"].astype(np.float64)


def deciding(of: Callable[[Draws], NDArray[np.float64]]) -> Deciding:
    """Return that all three quantities are published."""
    return Deciding(["a", "b", "c"], np.ones(3, np.bool_), of)


def test_a_fit_without_objections_has_what_was_asked_and_no_remedy() -> None:
    sampler = Sampler()
    fit = sampler.fit()
    assert [(ASKED, seed_of(7, "q"))] == sampler.calls
    assert ("ok", (), ()) == (fit.status, fit.remedies, fit.diagnostics.reasons)
    assert (CHAINS, FIRST, 3) == fit.draws["x"].shape


def test_every_remedy_is_tried_in_turn_with_a_seed_of_its_own() -> None:
    """Each step samples more carefully, tunes longer, and never repeats the draws of another."""
    sampler = Sampler(content=lambda settings: False)
    fit = sampler.fit()
    assert [0.8, 0.95, 0.99] == sampler.told("target_accept")
    assert [TUNE, 2 * TUNE, 4 * TUNE] == sampler.told("tune")
    assert [FIRST, FIRST, 2 * FIRST] == sampler.told("draws")
    assert [CHAINS] * 3 == sampler.told("chains")
    assert [seed_of(7, "q", step=step) for step in range(3)] == sampler.seeds()
    assert 3 == len(set(sampler.seeds()))
    assert "flagged" == fit.status
    assert ("1 divergence in 2000 draws",) == fit.diagnostics.reasons
    assert (
        "target_accept 0.95, 2 x tuning, 1 x draws",
        "target_accept 0.99, 4 x tuning, 2 x draws",
    ) == fit.remedies


@pytest.mark.parametrize(("accept", "remedies"), [(0.95, 1), (0.99, 2)])
def test_the_first_remedy_that_helps_is_the_last_and_its_draws_are_kept(
    accept: float, remedies: int
) -> None:
    sampler = Sampler(content=lambda settings: settings.target_accept >= accept)
    fit = sampler.fit()
    assert (1 + remedies, remedies, "ok") == (len(sampler.calls), len(fit.remedies), fit.status)
    again = Sampler().draw(*sampler.calls[-1])
    np.testing.assert_array_equal(again.draws["x"], fit.draws["x"])


@pytest.mark.parametrize(
    ("asked", "told"), [(0.6, [0.6, 0.95, 0.99]), (0.97, [0.97, 0.97, 0.99]), (0.995, [0.995] * 3)]
)
def test_no_remedy_samples_less_carefully_than_the_user_asked(
    asked: float, told: list[float]
) -> None:
    sampler = Sampler(content=lambda settings: False)
    sampler.fit(Settings(FIRST, TUNE, CHAINS, asked))
    assert told == sampler.told("target_accept")


def test_another_outcome_or_remedy_has_other_draws() -> None:
    first, second = Sampler(content=lambda _: False), Sampler(content=lambda _: False)
    first.fit(outcome="q")
    second.fit(outcome="r")
    assert 6 == len({*first.seeds(), *second.seeds()})


@pytest.mark.parametrize(
    ("target", "lengths"),
    [(800, [250]), (1400, [250, 500]), (3000, [250, 1000]), (1e9, [250, 1000])],
)
def test_sampling_goes_on_to_the_checkpoint_that_is_expected_to_do(
    target: float, lengths: list[int]
) -> None:
    """1,000 independent draws at the first; the last checkpoint is four times as long."""
    sampler = Sampler()
    fit = sampler.fit(target_ess=target)
    assert lengths == sampler.told("draws")
    assert 1 == len(set(sampler.seeds()))
    reached = fit.diagnostics.ess_bulk_min >= fit.diagnostics.target_ess
    assert ("ok", target <= 3000) == (fit.status, reached)
    assert lengths[-1] == fit.diagnostics.draws == fit.draws["x"].shape[1]


def test_what_falls_short_of_a_checkpoint_goes_on_to_the_last_and_no_further() -> None:
    """At twice the length half the draws are repeated, at four times three in four."""
    sampler = Sampler(worth=lambda draws: FIRST)
    fit = sampler.fit(target_ess=1400)
    assert [250, 500, 1000] == sampler.told("draws")
    assert fit.diagnostics.ess_bulk_min < fit.diagnostics.target_ess


def test_a_remedy_that_doubles_the_draws_still_ends_at_the_same_last_checkpoint() -> None:
    sampler = Sampler(content=lambda settings: False)
    sampler.fit(target_ess=1e9)
    assert [250, 1000, 250, 1000, 500, 1000] == sampler.told("draws")


def test_the_verdict_is_on_the_draws_that_are_stored() -> None:
    """In single precision: what is published later is computed from these and must agree."""
    seen: list[Draws] = []

    def noting(draws: Draws) -> NDArray[np.float64]:
        seen.append(draws)
        return quantities(draws)

    target = Target(ASKED, 500, study_seed=7, outcome="q")
    fit = sample_until(target, deciding(noting), anew(Sampler().draw))
    assert fit.draws is seen[-1]
    assert np.float32 == fit.draws["x"].dtype


def test_a_quick_sampler_is_tried_first_and_goes_on_where_it_stopped() -> None:
    """Of what it is asked for there is one start, and no call of the sampler of the remedies."""
    starts: list[tuple[Settings, int]] = []
    nuts, quick = Sampler(), Sampler()

    def start(settings: Settings, seed: int) -> Lengthen:
        starts.append((settings, seed))
        return lambda draws: quick.draw(replace(settings, draws=draws), seed)

    target = Target(ASKED, 1400, study_seed=7, outcome="q")
    fit = sample_until(target, deciding(quantities), anew(nuts.draw), start)
    assert [(ASKED, seed_of(7, "q"))] == starts
    assert ([250, 500], []) == (quick.told("draws"), nuts.calls)
    assert ("ok", ()) == (fit.status, fit.remedies)


def test_where_the_quick_sampler_is_objected_to_nuts_samples_as_the_user_asked() -> None:
    nuts, quick = Sampler(), Sampler(content=lambda settings: False)
    target = Target(ASKED, 500, study_seed=7, outcome="q")
    fit = sample_until(target, deciding(quantities), anew(nuts.draw), anew(quick.draw))
    assert [(ASKED, seed_of(7, "q", step=1))] == nuts.calls
    assert ("ok", ("NUTS instead of split HMC",)) == (fit.status, fit.remedies)


def test_where_nothing_helps_all_remedies_follow_nuts() -> None:
    never = Sampler(content=lambda settings: False)
    target = Target(ASKED, 500, study_seed=7, outcome="q")
    fit = sample_until(target, deciding(quantities), anew(never.draw), anew(never.draw))
    assert [0.8, 0.8, 0.95, 0.99] == never.told("target_accept")
    assert 4 == len(set(never.seeds()))
    assert ("flagged", 3) == (fit.status, len(fit.remedies))


def test_what_is_not_published_has_a_floor_and_no_target() -> None:
    """Of 1,000 draws a quantity that is worth 300 stops nothing, unless it is a margin."""

    def drawn(draws: Draws) -> NDArray[np.float64]:
        values = quantities(draws)
        values[..., 0] = lfilter([1.0], [1.0, -0.5], values[..., 0], axis=1)
        return values

    for published, lengths in (([False, True, True], [250]), ([True, True, True], [250, 1000])):
        sampler = Sampler()
        target = Target(ASKED, 800, study_seed=7, outcome="q")
        three = Deciding(["a", "b", "c"], np.array(published), drawn)
        fit = sample_until(target, three, anew(sampler.draw))
        assert (lengths, "ok") == (sampler.told("draws"), fit.status)
