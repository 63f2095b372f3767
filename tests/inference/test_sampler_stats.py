"""What the sampler said of each draw: stored with the fit, and read by ArviZ."""

import warnings
from typing import Any

import numpy as np
import pytest

import sweep
from sweep.artifacts.artifact import read_done
from sweep.diagnostics.statistics import SamplerStatistics
from sweep.inference.sampler_stats import known_statistics, statistics_json
from tests.project import Project, Swept

SHAPE = (3, 7)


@pytest.fixture(scope="module")
def run(swept: tuple[Project, Swept]) -> sweep.Run:
    return sweep.open(swept[1].run, store=swept[1].store.url)


def test_statistics_come_back_as_they_were_written() -> None:
    rng = np.random.default_rng(1)
    given = SamplerStatistics(
        rng.random(SHAPE) < 0.2, rng.random(SHAPE) < 0.5, rng.normal(size=SHAPE)
    )

    back = known_statistics({"statistics": statistics_json(given)}, SHAPE)

    np.testing.assert_array_equal(given.diverging, back["diverging"])
    np.testing.assert_array_equal(given.depth_reached, back["reached_max_treedepth"])
    np.testing.assert_allclose(given.energy, back["energy"], rtol=1e-6)


def test_of_a_fit_without_statistics_only_what_never_happened_is_known() -> None:
    clean = known_statistics({"diagnostics": {"divergences": 0, "depth_share": 0.0}}, SHAPE)
    dirty = known_statistics({"diagnostics": {"divergences": 2, "depth_share": 0.1}}, SHAPE)

    assert {"diverging", "reached_max_treedepth"} == set(clean)
    assert not clean["diverging"].any()
    assert {} == dirty


@pytest.mark.sampling
def test_the_posterior_has_sample_stats_of_each_draw(run: sweep.Run) -> None:
    tree = run.posterior("aware")
    stats: Any = tree["sample_stats"].to_dataset()

    assert {"diverging", "reached_max_treedepth", "energy"} == set(stats.data_vars)
    assert all(("chain", "draw") == v.dims for v in stats.data_vars.values())
    assert dict(tree["posterior"].sizes).items() >= dict(stats.sizes).items()
    fits = run.fits().set_index("outcome")
    assert fits["divergences"]["aware"] == int(stats["diverging"].sum())
    assert fits["draws"]["aware"] == stats["energy"].size
    assert float(stats["energy"].std()) > 0


@pytest.mark.sampling
def test_statistics_stand_with_the_fit_and_nowhere_else(run: sweep.Run) -> None:
    entry = run.plan.entries[0]

    assert "statistics" in read_done(run.store, "fit", entry.fit_key).meta
    assert "statistics" not in read_done(run.store, "estimates", entry.key).meta
    assert 2 == len(list(run.store.list(f"fits/{entry.fit_key}/"))), "a fit is two files"


@pytest.mark.sampling
def test_arviz_plots_and_judges_the_posterior(
    run: sweep.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs, of other packages
        import arviz as az
        import matplotlib.pyplot as plt

        tree = run.posterior("aware")
        for plot in (az.plot_trace, az.plot_trace_dist, az.plot_energy, az.plot_rank):
            plot(tree)
        plt.close("all")
        summary = az.summary(tree)
        bfmi: Any = az.bfmi(tree)
    assert {"intercept", "sigma_region", "beta_sex"} <= set(summary.index)
    assert float(np.min(bfmi["energy"])) > 0.3
