"""Predictors that the population lacks are modelled, and everybody is estimated at one level."""

from typing import Any

import numpy as np
import pytest

from sweep.artifacts.artifact import read
from sweep.data.cells import decode
from sweep.data.design import Design
from sweep.errors import ConfigError
from sweep.estimates.formats import from_parquet
from tests.project import STUDY, Project, population_of, survey_of

MODE: dict[str, Any] = {
    "predictors": {**STUDY["predictors"], "mode": {}},
    "nuisance": {"mode": {"at": "web"}},
}


@pytest.fixture
def modes(project: Project) -> Project:
    """A project whose respondents answered by telephone, on paper or on the web."""
    rng = np.random.default_rng(3)
    mode = rng.choice(["paper", "phone", "web"], 300)
    project.write("survey.csv", survey_of().assign(mode=mode))
    return project


def design_of(project: Project, study: dict[str, Any]) -> Design:
    return project.plan(project.config(study))[1].prepared.design


def refusal(project: Project, study: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        design_of(project, study)
    return str(caught.value)


def test_everybody_is_estimated_at_the_level_given(modes: Project) -> None:
    design, plain = design_of(modes, MODE), design_of(modes, {})
    assert ("paper", "phone", "web") == design.levels["mode"]
    assert {2} == set(design.frame.column("mode").tolist())
    assert plain.frame.size.sum() == design.frame.size.sum()
    assert 300 == len(design.respondents.cell)
    assert "mode" not in {row["variable"] for row in design.summary["audit"]}


def test_who_answered_otherwise_has_answered_all_the_same(modes: Project) -> None:
    """Else most of the population would be taken to live where nobody answered from."""
    design = design_of(modes, MODE)
    paper = design.respondents.cell[decode(design.respondents.cell, design.levels)["mode"] == 0]
    moved = decode(design.frame.as_estimated(paper), design.levels)
    assert {2} == set(moved["mode"].tolist())
    for name in ("sex", "age_band", "region"):
        np.testing.assert_array_equal(decode(paper, design.levels)[name], moved[name])
    plain = design_of(modes, {})
    cell = plain.respondents.cell
    np.testing.assert_array_equal(cell, plain.frame.as_estimated(cell))


def test_rows_of_a_nuisance_are_of_cells_that_people_answered_from(modes: Project) -> None:
    swept = modes.sweep(modes.config({**MODE, "model": "stub"}))
    data = read(swept.store, "estimates", swept.plan.entries[0].key)
    rows = from_parquet(data.payload["estimates.parquet"])
    assert {0.0} == set(rows["unseen_share"])


def test_another_level_is_another_frame_and_the_same_fit(modes: Project) -> None:
    web = modes.plan(modes.config(MODE))[1]
    phone = modes.plan(modes.config({**MODE, "nuisance": {"mode": {"at": "phone"}}}))[1]
    assert [e.fit_key for e in web.entries] == [e.fit_key for e in phone.entries]
    assert not {e.key for e in web.entries} & {e.key for e in phone.entries}


def test_a_level_that_nobody_answered_by_is_refused_with_the_nearest(modes: Project) -> None:
    found = refusal(modes, {**MODE, "nuisance": {"mode": {"at": "Web"}}})
    assert "study.nuisance.mode.at: no respondent has mode 'Web'. Did you mean 'web'?" in found


def test_a_nuisance_that_the_population_has_is_refused(modes: Project) -> None:
    modes.write("population.csv", population_of().assign(mode="web"))
    assert "study.nuisance.mode: the population has 'mode'" in refusal(modes, MODE)


def test_a_predictor_that_the_population_lacks_is_refused_and_the_way_out_named(
    modes: Project,
) -> None:
    found = refusal(modes, {"predictors": MODE["predictors"]})
    assert "study.predictors.mode: variable 'mode': the population has neither" in found
    assert "may be a nuisance (study.nuisance)" in found


def test_the_levels_of_a_nuisance_are_told_the_rare_first(modes: Project) -> None:
    notices = [str(n) for n in modes.plan(modes.config(MODE))[1].record.notices]
    (line,) = [line for line in notices if line.startswith("study.nuisance.mode.at: ")]
    assert "all are estimated at mode 'web' (" in line
    assert "; its other levels are 'phone' (" in line
