"""Every engine that is here comes to the reference's posterior, in a process of its own."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import binom, halfnorm, norm

from sweep.bench.case import Case, case_of
from sweep.bench.compare import compare, planned
from sweep.bench.engines import ENGINES, absence
from sweep.data.cells import combination
from sweep.worker.task import grid_from
from tests.bench.conftest import Tiny
from tests.cli.conftest import inside
from tests.project import Project, project_in

pytestmark = pytest.mark.sampling
PRESENT = [name for name in ENGINES if name != "pymc-rows" and absence(name) is None]
"""That on rows differs from PyMC on cells in its rows alone, and takes a minute to compile."""


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with an interaction, so that all kinds of terms but a slope are there."""
    made = project_in(tmp_path_factory.mktemp("rich") / "project")
    study = {**made.study, "interactions": [["age_band", "region"]]}
    return Project(made.directory, study)


@pytest.mark.slow
@pytest.mark.parametrize("engine", PRESENT)
def test_an_engine_comes_to_the_posterior_of_the_reference(engine: str, rich: Project) -> None:
    store, plan = rich.plan(patterns=["aware"])
    (found,) = compare(store, planned(store, plan), (engine,), 1, 1)
    (score,) = found.scores
    assert score.agreement.holds, score
    assert score.speed is not None
    assert score.speed.per_cpu > 0


@pytest.mark.slow
def test_a_model_file_in_pymc_is_compared_with_its_own_route(project: Project) -> None:
    config = project.config(study={"model": "pymc_mrp"})
    store, plan = project.plan(config, patterns=["aware"])
    (found,) = compare(store, planned(store, plan), ("ours", "nuts", "pymc"), 1, 1)
    assert [s.engine for s in found.scores if s.speed is not None] == ["ours", "pymc"]
    assert found.absent == {"nuts": "cannot fit a model of the general route"}


@pytest.mark.slow
def test_the_command_measures_a_config_of_ones_own_and_leaves_its_store_alone(
    tiny: Tiny, tmp_path: Path
) -> None:
    where = tiny.project.directory
    (where / "own.yaml").write_text(tiny.project.text())
    before = sorted(p for p in where.rglob("*"))
    ended = inside("bench", "own.yaml", "--engines", "ours", "--repeats", "1", cwd=where)
    assert ended.code == 0, ended.err
    assert "aware: 300 answers, 5 published estimates" in ended.out
    assert sorted(p for p in where.rglob("*")) == before


@pytest.mark.slow
def test_a_small_sweep_and_its_growth_are_measured(tmp_path: Path) -> None:
    size = ("--respondents", "600", "--outcomes", "2", "--set", "sampler.target_ess=100")
    sweep = inside("bench", "sweep", *size, "--json", "sweep.json", cwd=tmp_path)
    assert sweep.code == 0, sweep.err
    assert "CPU of all processes" in sweep.out
    growth = inside("bench", "growth", *size, "--markdown", "page.md", cwd=tmp_path)
    assert growth.code == 0, growth.err
    assert "one more outcome" in growth.out
    names = {p.name for p in tmp_path.iterdir()}
    assert {"sweep.json", "page.md", "page-outcomes.svg", "page-respondents.svg"} <= names


def test_rows_add_up_to_the_counts(tiny: Tiny) -> None:
    from sweep.bench.pymc_nuts import rows_of

    counts = case_of(tiny.store, tiny.tasks[0].key).counts
    cell, observed = rows_of(counts)
    assert np.bincount(cell).tolist() == counts.n.tolist()
    assert np.bincount(cell, observed).tolist() == counts.y.tolist()


@pytest.mark.skipif(find_spec("jax") is None, reason="JAX is not installed")
def test_the_density_written_by_hand_is_the_models_up_to_a_constant(rich: Project) -> None:
    import jax

    from sweep.bench.outer_sum import log_density, start

    jax.config.update("jax_enable_x64", True)
    store, plan = rich.plan(patterns=["aware"])
    (task,) = planned(store, plan)
    case = case_of(store, task.key)
    points = [start(case, jax.random.PRNGKey(k)) for k in range(3)]
    by_hand = [float(log_density(case)(point)) for point in points]
    plain = [plain_density(case, np.array(p["u"]), np.array(p["theta"])) for p in points]
    assert np.diff(by_hand) == pytest.approx(np.diff(plain), rel=1e-9)


def plain_density(case: Case, u: NDArray[np.float64], theta: NDArray[np.float64]) -> float:
    """Return the log density of one point, term by term, as the mathematics is written."""
    grid, counts = grid_from(case.task, case.design), case.counts
    eta, value, first, scales = np.zeros(len(counts.n)), 0.0, 0, iter(u)
    for block in grid.blocks:
        own = theta[first : first + block.columns]
        first += block.columns
        sd = block.prior
        if block.scaled:
            log_sd = next(scales)
            sd = float(np.exp(log_sd))
            value += halfnorm.logpdf(sd, scale=block.prior) + log_sd
        value += norm.logpdf(own, 0, sd).sum()
        eta += (block.basis @ own)[combination(counts.cells, block.predictors, grid.levels)]
    return float(value + binom.logpmf(counts.y, counts.n, expit(eta)).sum())
