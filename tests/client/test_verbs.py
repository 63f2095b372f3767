"""The Python client: runs as data frames and trees, from a script or a notebook."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sweep
from tests.project import Project, Swept

pytestmark = pytest.mark.sampling

FIT_COLUMNS = [
    *("outcome", "label", "brand", "metric", "tags", "status", "reason", "n", "draws", "r_hat"),
    *("ess_bulk", "ess_tail", "divergences", "weight_z", "design_effect", "remedies", "seconds"),
]


@pytest.fixture(scope="module")
def run(swept: tuple[Project, Swept]) -> sweep.Run:
    return sweep.open(swept[1].run, store=swept[1].store.url)


def test_fits_has_one_row_per_outcome(run: sweep.Run) -> None:
    fits = run.fits()

    assert FIT_COLUMNS == list(fits.columns)
    assert ["aware", "bought", "liked"] == sorted(fits["outcome"])
    assert set(fits["status"]) <= {"ok", "flagged"}
    assert (fits["ess_bulk"] > 0).all()


def test_estimates_are_selected_by_grouping_and_glob(run: sweep.Run) -> None:
    rows = run.estimates(by=["region"], outcomes="aw*")

    assert [("aware", r) for r in ("East", "North", "South", "West")] == list(
        zip(rows["outcome"], rows["region"], strict=True)
    )


def test_what_is_returned_is_the_callers_to_change(run: sweep.Run) -> None:
    estimates, fits = run.estimates(), run.fits()
    estimates["mean"] = 2.0
    fits["status"] = "changed"

    assert run.estimates()["mean"].max() < 1
    assert "changed" not in set(run.fits()["status"])


def test_draws_of_a_published_grouping_average_to_its_estimates(run: sweep.Run) -> None:
    draws = run.draws("aware", by=["region"], all_draws=True)

    assert ["outcome", "chain", "draw", "region", "value"] == list(draws.columns)
    means = draws.groupby("region", observed=True)["value"].mean()
    published = run.estimates(by=["region"], outcomes="aware").set_index("region")["mean"]
    np.testing.assert_allclose(means, published, atol=1e-6)


def test_draws_can_be_grouped_by_what_was_not_published(run: sweep.Run) -> None:
    draws = run.draws("aware", by=["sex", "age_band"])
    total = run.draws("aware")

    assert 6 * len(total) == len(draws)
    assert ["outcome", "chain", "draw", "value"] == list(total.columns)
    first = draws[(draws["chain"] == 0) & (draws["draw"] == 0)]["value"]
    assert first.min() < total["value"].iloc[0] < first.max()


def test_the_posterior_has_named_dimensions_and_effects_that_sum_to_zero(run: sweep.Run) -> None:
    posterior = run.posterior("aware")["posterior"].to_dataset()

    assert ("chain", "draw", "region") == posterior["effect_region"].dims
    assert ["East", "North", "South", "West"] == list(posterior["region"].to_numpy())
    assert float(abs(posterior["effect_region"].sum("region")).max()) < 1e-5
    assert float(posterior["sigma_region"].min()) > 0
    contrast = posterior["effect_sex"].isel(sex=1) - posterior["effect_sex"].isel(sex=0)
    np.testing.assert_allclose(contrast, posterior["beta_sex"], atol=1e-6)
    assert "aware" == posterior.attrs["outcome"]


def test_effects_add_up_to_the_published_draws(run: sweep.Run) -> None:
    """One cell's probability is the inverse logit of the sum of its effects."""
    tree = run.posterior("aware")["posterior"].to_dataset()
    at = {"sex": "Male", "age_band": "55+", "region": "West"}
    effects = [
        tree[name].sel({k: v for k, v in at.items() if k in tree[name].dims})
        for name in tree.data_vars
        if str(name).startswith("effect_")
    ]
    logit = sum(effects, tree["intercept"])

    draws = run.draws("aware", by=list(at), all_draws=True)
    cell = draws[np.logical_and.reduce([draws[k] == v for k, v in at.items()])]["value"]
    np.testing.assert_allclose(1 / (1 + np.exp(-logit.to_numpy().ravel())), cell, atol=1e-5)


def test_a_misspelt_outcome_or_variable_is_guessed(run: sweep.Run) -> None:
    with pytest.raises(sweep.UsageError, match="Did you mean 'aware'"):
        run.draws("awre")
    with pytest.raises(sweep.UsageError, match="Did you mean 'region'"):
        run.draws("aware", by=["regin"])
    with pytest.raises(sweep.UsageError, match="Did you mean 'liked'"):
        run.posterior("likd")
    with pytest.raises(sweep.UsageError, match="Did you mean 'bought'"):
        run.logs("bougt")


def test_the_report_is_written_by_its_suffix(run: sweep.Run, tmp_path: Path) -> None:
    html = run.report(tmp_path / "r.html")
    csv = run.report(tmp_path / "r.csv")

    assert "<!doctype html>" == html.read_text()[:15].lower()
    assert csv.read_text().startswith("outcome,")
    with pytest.raises(sweep.UsageError, match=r"\.html, \.parquet, \.csv"):
        run.report(tmp_path / "r.pdf")
    assert ["r.csv", "r.html"] == sorted(p.name for p in tmp_path.iterdir())


def test_runs_lists_the_store(run: sweep.Run, swept: tuple[Project, Swept]) -> None:
    table = sweep.runs(swept[1].store.url)

    assert run.id in set(table["run"])
    assert "complete" in set(table["ended"])


def test_a_run_shows_itself(run: sweep.Run) -> None:
    assert run.id in repr(run)
    assert f"<code>{run.id}</code>" in run._repr_html_()


SCRIPT = """
import sys
import sweep

run = sweep.run(sys.argv[1], set="execution.keep=[estimates]")
print(run.counts()["failed"], sorted(run.failures["outcome"]))
try:
    run.raise_for_failures()
except sweep.RunFailed as error:
    print(error)
try:
    run.draws("aware")
except sweep.UsageError as error:
    print(error)
print(sweep.run(sys.argv[1], select=["aware"], limit=1).raise_for_failures().counts()["failed"])
"""


def test_a_script_without_main_guard_runs_a_sweep_that_never_raises_for_failures(
    tmp_path: Path,
) -> None:
    import json

    from tests.project import STUDY, project_in

    made = project_in(tmp_path / "project")
    survey = made.directory / "survey.csv"
    header, *rows = survey.read_text().splitlines()
    survey.write_text("\n".join([f"{header},unasked", *(f"{row}," for row in rows)]) + "\n")
    outcomes = [*STUDY["outcomes"], {"name": "unasked", "success": ["Yes"]}]
    config = made.directory / "sweep.yaml"
    study = {**STUDY, "outcomes": outcomes}
    config.write_text(json.dumps({"version": 1, "name": "script", "study": study}))
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)

    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, script, config],
        capture_output=True, text=True, check=True, env={"PYTHONPATH": str(root), **path()},
    )  # fmt: skip

    first, *told, last = done.stdout.splitlines()
    assert "1 ['unasked']" == first
    assert "1 of 4 outcomes failed" in told[0]
    assert "unasked: failed: nobody asked" in told[1]
    assert "were not kept" in told[2]
    assert "0" == last
    assert "" == done.stderr


def path() -> dict[str, str]:
    """Return this process's environment without a path of its own."""
    import os

    return {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
