"""No message holds more than five values of a column, whatever it is about."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from sweep.data.outcomes import outcomes_of, select_outcomes
from sweep.errors import DataError, SweepError
from sweep.estimates.select import refuse_unknown
from sweep.planning.differences import differences
from sweep.words.values import brief, clip, few
from tests.client.test_resume import stubs
from tests.project import Project
from tests.support.files import read_columns, read_table

MANY = 200
PEOPLE = [f"p{k:03d}@example.org" for k in range(MANY)]


def test_five_values_are_shown_and_the_rest_is_counted() -> None:
    assert "'a', 'b'" == few(["a", "b"])
    assert "1, 2, 3, 4, 5 and 17,995 more" == few(range(1, 18_001))
    assert "none" == few([])
    assert "'" + "x" * 56 + "..." == brief("x" * 1000)
    assert "x" * 997 + "..." == clip("x" * 5000)


def with_people(project: Project, **changes: Any) -> Any:
    """Return a config whose region is somebody's address, in the survey or in both tables."""
    survey = pd.read_csv(project.directory / "survey.csv")
    survey["region"] = [PEOPLE[k % MANY] for k in range(len(survey))]
    project.write("survey.csv", survey)
    if changes.pop("both"):
        people = pd.read_csv(project.directory / "population.csv")
        everybody = pd.concat([people.iloc[:8].assign(region=p) for p in PEOPLE])
        project.write("population.csv", everybody)
    return project.config(changes)


CASES: dict[str, Callable[[Project], Any]] = {
    "unknown to the population": lambda p: with_people(p, both=False),
    "not in the population": lambda p: with_people(
        p, both=True, predictors={"region": {"levels": ["East"]}}
    ),
    "not among the levels": lambda p: with_people(
        p, both=True, predictors={"region": {"levels": PEOPLE[:150]}}
    ),
    "no level of a group": lambda p: with_people(
        p, both=True, groups=[{"me": "region == 'nobody@example.org'"}]
    ),
    "failure is listed": lambda p: with_people(
        p, both=True,
        outcomes=[{"name": "q", "column": "region", "success": ["1"], "failure": ["0"]}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_column_of_addresses_stays_where_it_is(project: Project, case: str) -> None:
    config = CASES[case](project)
    with pytest.raises(SweepError) as raised:
        project.plan(config)
    assert 5 * 2 >= str(raised.value).count("@example.org"), raised.value  # two columns meet
    assert 1000 > len(str(raised.value))


def test_a_first_row_that_is_no_header_is_not_told_whole(project: Project) -> None:
    path = project.directory / "survey.csv"
    path.write_text(",".join(PEOPLE) + "\n" + ",".join("x" * MANY) + "\n")
    rules = stubs(project, 1).study
    for ask in (
        lambda: read_table(path, ["sex"], {}),
        lambda: read_table(path, [], {}),
        lambda: outcomes_of(rules, read_columns(path)),
    ):
        with pytest.raises(DataError) as raised:
            ask()
        assert 5 == str(raised.value).count("@example.org"), raised.value


def test_a_row_that_does_not_fit_is_not_told(project: Project) -> None:
    """Arrow adds the row to its message."""
    path = project.directory / "survey.csv"
    path.write_text("sex,age\nMale,20\n" + ",".join(PEOPLE) + "\n")
    with pytest.raises(
        DataError, match=rf"line 3 has {MANY} values, the header 2 names: does a value hold"
    ):
        read_table(path, ["sex"], {})


def test_names_and_differences_are_few(project: Project) -> None:
    with pytest.raises(SweepError, match="and 195 more") as raised:
        refuse_unknown("outcome", "me", PEOPLE)
    assert 5 == str(raised.value).count("@")
    (difference,) = differences({"levels.region": []}, {"levels.region": PEOPLE})
    assert 5 == difference.words.count("@")
    assert PEOPLE == difference.new, "as data it is whole"
    assert "@" not in json.dumps(difference.old)
    outcomes = outcomes_of(stubs(project, 40).study, ["aware", "bought", "liked"])
    with pytest.raises(SweepError, match=r"q00, q01, q02, q03, q04 and 35 more"):
        select_outcomes(outcomes, ["nothing*"])
