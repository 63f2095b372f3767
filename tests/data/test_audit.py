"""The population beside the sample: what cannot be meant is refused, gaps are marked."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweep.data.audit import Audit, audit_of
from sweep.data.design import Design
from sweep.data.findings import Findings
from sweep.errors import ConfigError
from tests.project import REGIONS, Project, population_of, survey_of


def design_of(project: Project, study: dict[str, Any] | None = None) -> Design:
    return project.plan(project.config(study))[1].prepared.design


def refusal(project: Project, study: dict[str, Any] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        design_of(project, study)
    return str(caught.value)


def with_rows(project: Project, level: str, share: float = 1.0, column: str = "region") -> None:
    """Add a level to the population: of each cell of the other variables, the sum of all."""
    rows = population_of()
    others = [c for c in rows.columns if c not in (column, "n")]
    total = rows.groupby(others)["n"].sum().mul(share).reset_index().assign(**{column: level})
    project.write("population.csv", pd.concat([rows, total]))


def audited(project: Project, **study: Any) -> dict[tuple[str, str], dict[str, Any]]:
    rows = design_of(project, study).summary["audit"]
    return {(row["variable"], row["level"]): row for row in rows}


def test_shares_of_frame_and_sample_stand_side_by_side(project: Project) -> None:
    rows, people, sample = audited(project), population_of(), survey_of()
    for region in REGIONS:
        row, here = rows["region", region], sample["region"] == region
        size = people.loc[people["region"] == region, "n"].sum()
        assert size / people["n"].sum() == pytest.approx(row["population"])
        assert here.mean() == pytest.approx(row["raw"])
        assert sample.loc[here, "w"].sum() / sample["w"].sum() == pytest.approx(row["weighted"])


def test_gaps_above_five_points_are_marked(project: Project) -> None:
    everyone = survey_of(2000)
    men = everyone.query("sex == 'Male'").head(700)
    women = everyone.query("sex == 'Female'").head(300)
    project.write("survey.csv", pd.concat([men, women]))
    rows = audited(project)
    assert rows["sex", "Male"]["gap"]
    assert rows["sex", "Female"]["gap"]
    for row in rows.values():
        apart = max(abs(row[k] - row["population"]) for k in ("raw", "weighted"))
        assert row["gap"] == (apart > 0.05)
    assert not all(row["gap"] for row in rows.values())


def test_an_audit_reads_as_a_table(project: Project) -> None:
    config = project.config()
    audit = audit_of(project.plan(config)[1].prepared.design, {}, config.study, Findings())
    head, first, *_ = audit.lines()
    assert ["population", "raw", "weighted"] == head.split()
    assert "sex=Female" == first.split()[0]
    assert 1 + 2 + 3 + 4 == len(audit.lines())
    assert audit == Audit.from_json(audit.as_json())


@pytest.mark.parametrize("name", ["OVERALL", "Total", "gesamt", "All", "Ensemble"])
def test_a_level_named_like_a_total_is_refused(project: Project, name: str) -> None:
    with_rows(project, name, 0.3)
    told = refusal(project)
    assert "study.predictors.region: the population's level" in told
    assert f"level {name!r}" in told
    assert "study.population.filter" in told


def test_a_level_of_everybody_is_refused_whatever_its_name(project: Project) -> None:
    with_rows(project, "XX")
    assert "level 'XX'" in refusal(project)


def test_a_level_of_half_the_people_that_respondents_have_is_a_level(project: Project) -> None:
    rows = population_of()
    size = rows["n"].where(rows["region"] != "East", 0).astype(float)
    west = rows["region"] == "West"
    others = size[(rows["region"] == "North") | (rows["region"] == "South")].sum()
    size[west] = others / west.sum()
    project.write("population.csv", rows.assign(n=size))
    project.write("survey.csv", survey_of().query("region != 'East'"))
    assert audited(project)["region", "West"]["population"] == pytest.approx(0.5)


def test_two_levels_of_the_same_size_are_no_total(project: Project) -> None:
    project.write("population.csv", population_of().assign(n=1))
    assert audited(project)["sex", "Male"]["population"] == pytest.approx(0.5)


@pytest.mark.parametrize("name", ["Total", "XX"])
def test_a_total_of_a_variable_that_only_groups_use_is_refused(project: Project, name: str) -> None:
    rows = population_of().assign(married=lambda r: r["married"].replace("No", "Single"))
    third = rows.query("married == 'Yes'").assign(married="Widowed", n=7)
    parts = pd.concat([rows, third])
    keys = ["sex", "age", "region"]
    total = parts.groupby(keys)["n"].sum().reset_index().assign(married=name)
    project.write("population.csv", pd.concat([parts, total]))
    project.write("survey.csv", survey_of().drop(columns="married"))
    assert f"married: the population's level {name!r}" in refusal(
        project, {"groups": [["married"]]}
    )


def test_a_level_without_respondents_is_told(project: Project) -> None:
    project.write("survey.csv", survey_of().query("region != 'North'"))
    design = design_of(project)
    (notice, _) = design.summary["notices"][::-1]
    assert ["study", "predictors", "region"] == notice["path"]
    assert "no respondent has 'North' (" in notice["message"]


def test_half_of_the_population_without_respondents_is_refused(project: Project) -> None:
    project.write("survey.csv", survey_of().query("sex == 'Male'"))
    rows = population_of()
    women = rows["n"].where(rows["sex"] == "Male", rows["n"] * 5)
    project.write("population.csv", rows.assign(n=women))
    told = refusal(project)
    assert "study.predictors.sex: " in told
    assert "of the population are at levels that no respondent has: 'Female'" in told


def test_shares_of_few_respondents_are_withheld_and_so_is_the_next_level(
    project: Project,
) -> None:
    rows = survey_of()
    few = rows.drop(index=rows.query("region == 'North'").index[4:])
    project.write("survey.csv", few)
    found = audited(project)
    kept = few["region"].value_counts().drop("North").idxmin()
    withheld = {level for (_, level), row in found.items() if row["raw"] is None}
    assert {"North", kept} == withheld
    assert all(found["region", level]["weighted"] is None for level in withheld)
    assert not np.isnan(found["region", "North"]["population"])
