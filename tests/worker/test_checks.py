"""What the checks find reaches status, reasons, rows and the run's tables alike."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import sweep
from sweep.journal.states import outcome_states
from tests.project import Project, population_of

pytestmark = pytest.mark.sampling

MIX = "is not in the model: these rows show the mix of its cells, not the answers of its people"
LACKS = "the weight corrects for something the model lacks"


def survey() -> pd.DataFrame:
    """Return 3,000 people: who is married answers otherwise, is rarer, and weighs more."""
    rng = np.random.default_rng(5)
    people = 3000
    married = rng.random(people) < 0.25
    rows = pd.DataFrame(
        {
            "sex": rng.choice(["Female", "Male"], people),
            "age": rng.integers(18, 80, people),
            "region": rng.choice(["East", "North", "South", "West"], people),
            "married": np.where(married, "Yes", "No"),
            "w": np.where(married, 2.0, 0.667).round(3),
        }
    )
    west_men = (rows["region"] == "West") & (rows["sex"] == "Male")
    for name, p in (
        ("aware", np.full(people, 0.4)),
        ("bought", np.where(west_men, 0.8, 0.3)),
        ("liked", np.where(married, 0.7, 0.3)),
    ):
        rows[name] = np.where(rng.random(people) < p, "Yes", "No")
    return rows


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> sweep.Run:
    project = Project(tmp_path_factory.mktemp("checks"))
    project.write("survey.csv", survey())
    project.write("population.csv", population_of())
    groups = [[], ["region", "sex"], ["married"]]
    study = {"groups": groups, "sampler": {"draws": 300, "tune": 200, "target_ess": 400}}
    path = project.directory / "sweep.yaml"
    path.write_text(project.text(study))
    return sweep.run(path, progress=False)


def fits_of(run: sweep.Run) -> dict[str, dict[str, Any]]:
    rows = ({str(k): v for k, v in row.items()} for row in run.fits().to_dict("records"))
    return {row["outcome"]: row for row in rows}


def flags_of(run: sweep.Run, outcome: str) -> dict[tuple[str, ...], str | None]:
    """Return each row's flag, by the levels it is grouped by."""
    rows = run.estimates().query("outcome == @outcome").to_dict("records")
    levels = [tuple(r[v] for v in ("region", "sex", "married") if pd.notna(r[v])) for r in rows]
    words = [r["flag"] if pd.notna(r["flag"]) else None for r in rows]
    return dict(zip(levels, words, strict=True))


def test_status_and_reason_are_those_of_the_answers(run: sweep.Run) -> None:
    fits = fits_of(run)
    assert ["ok", "flagged", "flagged"] == [fits[name]["status"] for name in fits]
    assert pd.isna(fits["aware"]["reason"])
    assert fits["bought"]["reason"].startswith("sex:region[Male, West]: ")
    assert fits["liked"]["reason"].startswith(f"{LACKS}: weighted ")
    assert fits["liked"]["weight_z"] > 3 > abs(fits["aware"]["weight_z"])
    assert all(fit["design_effect"] > 1.1 for fit in fits.values())


def test_rows_say_it_and_bear_the_outcomes_status(run: sweep.Run) -> None:
    fits, table = fits_of(run), run.estimates()
    assert {(name, fit["status"]) for name, fit in fits.items()} == set(
        zip(table["outcome"], table["status"], strict=True)
    )
    aware, bought, liked = (flags_of(run, name) for name in ("aware", "bought", "liked"))
    assert aware[()] is None
    assert bought[()] == fits["bought"]["reason"]
    assert liked[()] == fits["liked"]["reason"]
    assert (bought["West", "Male"] or "").startswith("sex:region[Male, West]: ")
    assert liked["East", "Male"] == LACKS
    assert (f"married {MIX}", f"married {MIX}; {LACKS}") == (aware["Yes",], liked["Yes",])


def test_the_figures_are_kept_with_the_state(run: sweep.Run) -> None:
    state = next(s for s in outcome_states(run.store, run.plan) if s.entry.name == "liked")
    weight = state.checks["weight"]
    assert {"z", "slope", "design_effect", "weighted", "model", "sd", "left_out"} == set(weight)
    assert weight["weighted"] > weight["model"] + weight["sd"]
    assert 0 == state.checks["answers"]["flagged"]
