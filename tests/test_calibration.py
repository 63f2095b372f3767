"""The calibration tells right posteriors from wrong ones, and its bugs can still be planted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.calibration import gates
from benchmarks.calibration.country import CODES, LEVELS, SIZES
from benchmarks.calibration.figure import ecdf_figure
from benchmarks.calibration.judge import ALPHA, rank_p, verdicts
from benchmarks.calibration.mutations import MUTATIONS, Edit, Mutation, plant
from benchmarks.calibration.observe import DRAWS, Observed, observe
from benchmarks.calibration.page import FIGURE, PAGE, PARTS, page, read_parts
from benchmarks.calibration.parameters import linear_predictor, sigmoid, unit_effects
from benchmarks.calibration.quantities import ESTIMATES, NAMES
from benchmarks.calibration.ranks import Uniform, rank
from benchmarks.calibration.simulate import simulate
from sweep.model.effects import zero_sum_basis

TEST = Uniform(count=300, draws=DRAWS, simulations=20_000)


def ranks_of(bias: float, spread: float, seed: int = 3) -> NDArray[np.int64]:
    """Return the ranks of normal truths among draws of a posterior that is off."""
    rng = np.random.default_rng(seed)
    truth, draws = rng.normal(size=300), rng.normal(bias, spread, (DRAWS, 300))
    return rank(truth, draws, rng)


def test_uniform_ranks_are_accepted() -> None:
    assert TEST.p_value(ranks_of(bias=0.0, spread=1.0)) > 0.01


@pytest.mark.parametrize(("bias", "spread"), [(0.4, 1.0), (0.0, 0.65), (0.0, 1.7)])
def test_shifted_narrow_and_wide_posteriors_are_rejected(bias: float, spread: float) -> None:
    assert TEST.p_value(ranks_of(bias, spread)) < ALPHA


def test_the_test_rejects_as_often_as_it_says() -> None:
    """Of 4,000 uniform sets a share of .05 is rejected at .05, give or take 4.5 standard errors."""
    rng = np.random.default_rng(8)
    rejected = [TEST.p_value(rng.integers(0, DRAWS + 1, 300)) < 0.05 for _ in range(4_000)]
    assert 0.05 == pytest.approx(np.mean(rejected), abs=4.5 * np.sqrt(0.05 * 0.95 / 4_000))


def test_the_band_is_what_the_test_accepts() -> None:
    """Counts within the band all along pass at alpha; one beyond it anywhere does not."""
    lower, upper = TEST.band(ALPHA)
    limit = np.quantile(TEST.null, ALPHA, method="lower")
    expected = np.round(300 * np.arange(1, DRAWS + 1) / (DRAWS + 1)).astype(np.int64)

    assert (lower < expected).all()
    assert (expected < upper).all()
    for place in (0, 20, 50, DRAWS - 1):
        for edge, beyond in ((lower, -1), (upper, 1)):
            counts = expected.copy()
            counts[place] = edge[place]
            assert TEST.statistic(counts) > limit
            counts[place] += beyond
            if 0 <= counts[place] <= 300:
                assert TEST.statistic(counts) <= limit


def test_chance_decides_on_ties() -> None:
    rng = np.random.default_rng(1)
    same = rank(np.zeros(20_000), np.zeros((3, 20_000)), rng)
    np.testing.assert_allclose(np.bincount(same) / 20_000, 0.25, atol=0.015)
    assert [1, 3] == rank(np.array([0.5, 9.0]), np.array([[0.0, 1], [1, 2], [2, 3]]), rng).tolist()


@pytest.mark.parametrize("shape", [(3,), (4, 3)])
def test_true_effects_have_the_covariance_of_the_engines_basis(shape: tuple[int, ...]) -> None:
    """Two ways to the same definition: means taken out, and coefficients of a zero-sum basis."""
    rng = np.random.default_rng(4)
    drawn = np.array([unit_effects(shape, rng).ravel() for _ in range(20_000)])
    basis: NDArray[np.float64] = np.ones((1, 1))
    for levels in shape:
        basis = np.kron(basis, zero_sum_basis(levels)).astype(np.float64)
    np.testing.assert_allclose(np.cov(drawn.T), basis @ basis.T, atol=0.06)
    np.testing.assert_allclose(drawn.sum(axis=1), 0, atol=1e-9)


def test_a_simulated_world_is_what_its_survey_says(tmp_path: Path) -> None:
    """Prevalences are exact, answers are the truth's, and questions differ in their base."""
    import pandas as pd

    rare = simulate(tmp_path, count=4, people=2_000, seed=1, prevalences=(0.002, 0.01))
    for k, world in enumerate(rare.by_outcome.values()):
        share = SIZES @ sigmoid(linear_predictor(world.truth, CODES))[0] / SIZES.sum()
        assert (0.002, 0.01)[k % 2] == pytest.approx(share, rel=1e-9)
        assert 2_000 == world.n.sum()

    worlds = simulate(tmp_path, count=6, people=2_000, seed=1)
    survey = pd.read_parquet(tmp_path / "survey.parquet")
    assert "Islands" not in set(survey["region"])
    for name, world in worlds.by_outcome.items():
        found = survey.groupby(list(LEVELS))[name].agg(["sum", "count"])
        keys = zip(*(np.array(LEVELS[p])[CODES[p]] for p in LEVELS), strict=True)
        counts = found.reindex(list(keys)).fillna(0).to_numpy(float)
        np.testing.assert_array_equal(np.stack([world.y, world.n], axis=1), counts)
    assert len({world.n.sum() for world in worlds.by_outcome.values()}) > 4


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name)
def test_every_bug_can_be_planted(mutation: Mutation, tmp_path: Path) -> None:
    """The code that an edit replaces is there exactly once, and what comes of it is Python."""
    plant(mutation, tmp_path / "copy")
    for edit in mutation.edits:
        text = (tmp_path / "copy" / "sweep" / f"{edit.module}.py").read_text()
        assert edit.new in text
        compile(text, edit.module, "exec")


def test_an_edit_of_code_that_has_changed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fit.py").write_text("a = 1\na = 1\n")
    for old in ("a = 1", "b = 1"):
        with pytest.raises(ValueError, match="not once"):
            Edit("fit", old, "a = 2").apply(tmp_path)


EVEN = Observed(
    package="",
    outcomes=1_000,
    states={"ok": 996, "flagged": 4},
    remedied=9,
    ranks=dict.fromkeys(NAMES, [10] * (DRAWS + 1)),
    covered=dict.fromkeys(ESTIMATES, 900),
    miscounted=0,
    misweighted=1e-7,
)
CROWDED = [10] * 90 + [0] * 9 + [100]


@pytest.mark.parametrize(
    ("gate", "observed"),
    [
        ("ranks", replace(EVEN, ranks={**EVEN.ranks, "log-likelihood": CROWDED})),
        ("coverage", replace(EVEN, covered={**EVEN.covered, "estimate: total": 860})),
        ("coverage", replace(EVEN, covered={**EVEN.covered, "estimate: total": 940})),
        ("diagnostics", replace(EVEN, states={"ok": 970, "flagged": 30})),
        ("diagnostics", replace(EVEN, states={"ok": 999, "failed": 1})),
        ("poststratification", replace(EVEN, misweighted=1e-4)),
        ("counts", replace(EVEN, miscounted=1)),
    ],
)
def test_a_gate_objects_to_what_it_is_for_and_to_nothing_else(
    gate: str, observed: Observed
) -> None:
    assert not any(verdicts(EVEN).values())
    assert [gate] == [name for name, objection in verdicts(observed).items() if objection]


def test_the_page_is_what_was_measured() -> None:
    parts = read_parts()
    assert {"ranks", "rare", "gates"} == set(parts)
    assert page(parts) == PAGE.read_text(), "run: make calibrate, make calibrate-gates"
    assert ecdf_figure(parts["ranks"]["ranks"]) == (PARTS / FIGURE).read_text()


@pytest.mark.slow
@pytest.mark.sampling
def test_sixty_worlds_pass_wide_gates(tmp_path: Path) -> None:
    observed = observe(simulate(tmp_path, count=60, people=3_000, seed=2), seed=2)

    assert 60 == observed.states["ok"] + observed.states.get("flagged", 0)
    assert 1 >= observed.states.get("flagged", 0)
    assert 1e-4 < min(rank_p(observed.ranks).values())
    assert 40 < min(observed.covered.values())
    assert 0 == observed.miscounted
    assert 1e-5 > observed.misweighted


@pytest.mark.slow
@pytest.mark.sampling
def test_a_planted_bug_is_caught_in_its_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers counted twice: the way from an edit to an objection works to its end."""
    monkeypatch.setattr(gates, "density_in", lambda _: "")
    bug = next(m for m in MUTATIONS if m.name == "every answer counted twice")
    assert "counts" in gates.attempt(bug, worlds=12)["caught_by"]
