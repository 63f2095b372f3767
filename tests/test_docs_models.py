"""docs/models.md can be followed alone: its model files run, and its tables are true."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sweep
from sweep.config import Priors
from sweep.data.cells import Cells, Counts, cells_of
from sweep.estimates.poststratify import BLOCK
from sweep.inference.compilation import (
    LARGEST,
    altered_counts,
    build_model,
    refuse_changing_shapes,
    refuse_kept_counts,
)
from sweep.inference.general import dataset
from sweep.model.files import load_model
from sweep.model.lines import CALLED_WITH
from sweep.worker.task import terms_json
from tests.project import Project

PAGE = (Path(__file__).parents[1] / "docs" / "models.md").read_text()
FAST, GENERAL = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
LEVELS = {"sex": ("female", "male"), "region": ("north", "south", "west"), "one": ("only",)}
INDEX = np.arange(6, dtype=np.int64)
COUNTS = Counts(INDEX, cells_of(INDEX, LEVELS), np.arange(6.0), np.full(6, 9.0))


@pytest.mark.slow
@pytest.mark.sampling
@pytest.mark.parametrize("source", [FAST, GENERAL], ids=["fast", "general"])
def test_a_model_file_of_the_page_runs_a_sweep(project: Project, source: str) -> None:
    project.model("mine", source)
    (project.directory / "sweep.yaml").write_text(project.text({"model": "mine"}))

    run = sweep.run(project.directory / "sweep.yaml", set="sampler.draws=200")

    assert {"ok", "flagged"} >= set(run.raise_for_failures().fits()["status"])
    totals = run.estimates(by=[]).set_index("outcome")
    raw = totals["raw"].to_numpy(float)
    np.testing.assert_allclose(totals["mean"].to_numpy(float), raw, atol=0.1)


def test_the_fast_model_of_the_page_is_taken(project: Project) -> None:
    project.model("mine", FAST)
    _, plan = project.plan(project.config({"model": "mine"}))
    task = next(iter(plan.tasks.values()))

    assert ["intercept", "contrast", "varying", "varying"] == [
        t["term"] for t in terms_json(task)["terms"]
    ]


def test_the_general_model_of_the_page_serves_all_outcomes() -> None:
    """What is checked before it is compiled; `data` gives what `build` takes."""
    file = load_model("mine", GENERAL.encode())
    priors = Priors().model_dump(mode="json")
    model = build_model(file, LEVELS, COUNTS, priors)
    other = build_model(file, LEVELS, altered_counts(COUNTS, LEVELS), priors)

    refuse_kept_counts(file, model, other)
    refuse_changing_shapes(file, model, other)
    given = file.functions["data"](LEVELS, COUNTS)
    assert {v.name for v in model.data_vars} == set(given)
    draws = {
        "intercept": np.zeros((2, 5), np.float32),
        "sigma_region": np.ones((2, 5), np.float32),
        "effect_region": np.zeros((2, 5, 3), np.float32),
    }
    made = file.functions["probabilities"](dataset(draws), COUNTS.cells)
    np.testing.assert_array_equal(np.full((10, 6), 0.5), made)


def test_the_tables_tell_types_and_shapes() -> None:
    told = dict(re.findall(r"^\| `([^`|]+)` \| (\w+) \((?:cell|block),\) \|", PAGE, re.MULTILINE))
    cells: Cells = COUNTS.cells
    arrays: dict[str, Any] = {
        "counts.y": COUNTS.y,
        "counts.n": COUNTS.n,
        "counts.index": COUNTS.index,
        "counts.cells.codes[predictor]": cells.codes["region"],
        "cells.codes[predictor]": cells["region"],
    }

    assert {name: str(a.dtype) for name, a in arrays.items()} == told
    assert all((6,) == a.shape for a in arrays.values())
    assert f"at most {BLOCK:,}" in PAGE
    assert f"at most {LARGEST:,} numbers" in PAGE.replace("\n", " ")


def test_the_tables_tell_every_prior_and_every_call() -> None:
    told = re.findall(r'`priors\["(\w+)"\]`', PAGE)
    defaults = Priors().model_dump(mode="json")

    assert set(defaults) == set(told)
    for name, value in defaults.items():
        row = next(r for r in PAGE.splitlines() if r.startswith("|") and f'priors["{name}"]' in r)
        assert str(value) in row or value == {}, name
    for name, arguments in CALLED_WITH.items():
        if name != "terms":
            assert f"| `{name}({', '.join(arguments)})` |" in PAGE
