"""Weights leave sums behind only where they say something."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweep.data.counts import Sums, counts_of, weights_of
from sweep.data.design import Design
from sweep.data.outcomes import outcomes_of
from tests.data.counting import counted
from tests.project import OUTCOMES, Project, survey_of
from tests.support.columns import text_table


def design_and_sums(
    project: Project, survey: pd.DataFrame, study: dict[str, Any] | None = None
) -> tuple[Design, Sums]:
    project.write("survey.csv", survey)
    config = project.config({"groups": [[], ["married"]], **(study or {})})
    design = project.plan(config)[1].prepared.design
    outcome = next(o for o in outcomes_of(config.study, OUTCOMES) if o.name == "liked")
    return design, counted(design, outcome, text_table(survey))


def test_sums_by_cell_equal_those_of_the_respondents(project: Project) -> None:
    survey = survey_of().assign(w=lambda t: t["w"].where(t.index % 7 > 0, 0.0))
    design, sums = design_and_sums(project, survey)
    found, counts = weights_of(sums), counts_of(sums, design.levels)
    assert found is not None
    there = survey.assign(cell=design.respondents.cell, y=survey["liked"] == "Yes").query("w > 0")
    there["log"] = np.log(there["w"])
    for index, cell in enumerate(counts.index):
        mine = there[there["cell"] == cell]
        expected = {
            "n": len(mine),
            "y": mine["y"].sum(),
            "log": mine["log"].sum(),
            "log2": (mine["log"] ** 2).sum(),
            "y_log": mine["log"][mine["y"]].sum(),
            "w2": (mine["w"] ** 2).sum(),
            "w": mine["w"].sum(),
        }
        assert expected == pytest.approx({k: getattr(found, k)[index] for k in expected})
    assert (survey["w"] == 0).sum() == counts.n.sum() - found.n.sum()


def test_a_survey_of_equal_weights_keeps_the_sums_and_their_digest_as_they_were(
    project: Project,
) -> None:
    old = ("cell", "codes", "n", "y", "w", "wy")
    given: list[tuple[dict[str, Any], pd.DataFrame]] = [
        ({}, survey_of().assign(w=2.5)),
        ({"survey": {"weight": None}}, survey_of()),
    ]
    for study, survey in given:
        _, sums = design_and_sums(project, survey, study)
        assert sums.logs is None
        assert weights_of(sums) is None
        assert old == tuple(sums.arrays())
    _, sums = design_and_sums(project, survey_of())
    assert (*old, "logs") == tuple(sums.arrays())


def test_an_outcome_of_people_without_weight_has_nothing_to_check(project: Project) -> None:
    survey = survey_of()
    survey.loc[survey["liked"].notna(), "w"] = 0.0
    survey.loc[:9, ["liked", "w"]] = [None, 1.0]
    _, sums = design_and_sums(project, survey)
    assert sums.logs is not None
    assert weights_of(sums) is None
