"""Who is left out of a survey is said by name, counted and told; ids tell the others apart."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweep.errors import ConfigError
from sweep.keys import Json
from tests.project import Project, survey_of

ROWS = 100


@pytest.fixture
def survey(project: Project) -> pd.DataFrame:
    """Return respondents with an id and the minutes that they took, two of these missing."""
    minutes = np.array([2.0, 2.5, 1.0, np.nan, np.nan, *[10.0] * (ROWS - 5)])
    rows = survey_of(ROWS).assign(id=range(5001, 5001 + ROWS), minutes=minutes, kind="real")
    rows.loc[[2, 7], "kind"] = "test"
    project.write("survey.csv", rows)
    return rows


def summary(project: Project, **spec: Any) -> Json:
    config = project.config({"model": "stub", "survey": spec})
    found: Json = project.plan(config)[1].prepared.design.summary
    return found


def notices(found: Json) -> list[str]:
    return [
        f"{'.'.join(map(str, n['path']))}: {n['message']}"
        for n in found["notices"]
        if n["path"][1] != "population"
    ]


def refused(project: Project, **spec: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        summary(project, **spec)
    return str(caught.value)


LEFT_OUT = {"speeder": "minutes < 3", "test": "kind == 'test'", "bot": "minutes > 1000"}
KEY = "study.survey.exclude_respondents"


def test_each_reason_counts_its_own_and_all_are_counted_once(
    project: Project, survey: pd.DataFrame
) -> None:
    found = summary(project, exclude_respondents=LEFT_OUT)
    assert [
        f"{KEY}.speeder: leaves out 3 respondents of 100; 2 in whom a missing value leaves it "
        "undecided stay",
        f"{KEY}.test: leaves out 2 respondents of 100",
        f"{KEY}.bot: leaves out nobody of 100; 2 in whom a missing value leaves it undecided stay",
        f"{KEY}: in all, 4 respondents of 100 are left out",
    ] == notices(found)
    assert len(survey) - 4 == found["survey"]["kept"]
    assert [{"reason": "exclude_respondents", "count": 4}] == found["survey"]["dropped"]


def test_those_whom_the_filter_drops_are_not_left_out_as_well(
    project: Project, survey: pd.DataFrame
) -> None:
    found = summary(
        project, filter="id > 5001", exclude_respondents={"speeder": "minutes < 3"}, id="id"
    )
    assert "leaves out 2 respondents of 99" in notices(found)[0]
    assert [1, 2] == [gone["count"] for gone in found["survey"]["dropped"]]
    assert len(survey) == found["survey"]["read"] == 3 + found["survey"]["kept"]


def test_nobody_left_is_a_mistake_and_so_is_each_reason_that_cannot_be_told(
    project: Project, survey: pd.DataFrame
) -> None:
    assert len(survey)
    words = refused(project, exclude_respondents={"all": "minutes is null or minutes > 0"})
    assert f"{KEY}: every respondent is left out (100)" in words
    words = refused(
        project,
        exclude_respondents={"a": "mintes < 3", "b": "kind < 'x'", "c": "minutes < 3"},
        id="idd",
    )
    assert "3 mistakes" in words
    assert f"{KEY}.a: the survey has no column 'mintes'. Did you mean 'minutes'?" in words
    assert f"{KEY}.b: cannot evaluate" in words
    assert "study.survey.id: " in words
    assert "there is no column 'idd'. Did you mean 'id'?" in words


def test_ids_that_several_respondents_share_are_told_by_rows_and_not_themselves(
    project: Project, survey: pd.DataFrame
) -> None:
    twice = survey.assign(id=["5001", "5001", "", *map(str, range(6000, 6095)), "6001", "6001"])
    project.write("survey.csv", twice)
    words = refused(project, id="id")
    assert "study.survey.id: no id for 1 respondent (rows 3): complete them" in words
    assert "study.survey.id: 2 ids stand for 5 respondents (rows 1, 2, 5, 99, 100)" in words
    assert "5001" not in words
    kept = summary(
        project,
        id="id",
        filter="id is not null",
        exclude_respondents={"twice": "id in [5001, 6001]"},
    )
    assert 94 == kept["survey"]["kept"]


def test_at_most_five_rows_are_named(project: Project, survey: pd.DataFrame) -> None:
    project.write("survey.csv", survey.assign(id=7))
    words = refused(project, id="id")
    assert "1 id stands for 100 respondents (rows 1, 2, 3, 4, 5 and 95 more)" in words


def test_what_is_not_said_of_respondents_is_in_no_key(
    project: Project, survey: pd.DataFrame
) -> None:
    """Nor is the spelling of a condition; fits are of counts, so an id moves none of them."""
    assert len(survey)

    def keys(**spec: Any) -> tuple[str, list[str]]:
        plan = project.plan(project.config({"model": "stub", "survey": spec}))[1]
        return plan.record.design, [entry.fit_key for entry in plan.entries]

    plain, with_id = keys(), keys(id="id")
    assert plain == keys(exclude_respondents={}, id=None)
    assert plain[0] != with_id[0]
    assert plain[1] == with_id[1]
    out = keys(exclude_respondents={"speeder": "minutes < 3"})
    assert out == keys(exclude_respondents={"speeder": "(minutes<3)"})
    assert not set(out[1]) & set(plain[1])
