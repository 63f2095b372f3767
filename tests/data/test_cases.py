"""Variables by cases and lookups: the first case that holds, and nothing where nobody can tell."""

from typing import Any

import pandas as pd
import pytest

from sweep.data.derivation import derive
from sweep.data.findings import Findings
from sweep.data.rules import Lookups, Rules, rules_of
from sweep.data.variables import prepare, sources_of
from tests.project import Project
from tests.support.columns import text_table

ETHNICITY: dict[str, Any] = {
    "cases": [
        {"when": "hisp == 1", "then": "Hispanic"},
        {"when": "race == 1", "then": "White"},
        {"when": "race in [2, 3]", "then": "Black"},
    ],
    "otherwise": "Other",
}
PEOPLE = pd.DataFrame(
    {"hisp": [1, 2, 2, None, None, None, 2], "race": [1, 1, 3, 1, 9, None, 9]}, dtype=object
)


def rules(
    project: Project, derive: dict[str, Any], what: Any = "survey", lookups: Lookups | None = None
) -> Rules:
    return rules_of(project.config({"derive": derive}).study, what, lookups)


def made(table: pd.DataFrame, name: str, spec: Rules) -> list[str | None]:
    column = derive(name, text_table(table), spec)
    assert column is not None
    return [None if pd.isna(value) else value for value in column]


def notices(table: pd.DataFrame, name: str, spec: Rules) -> list[str]:
    findings = Findings()
    prepare(text_table(table), {name: name}, None, spec, findings)
    assert [] == findings.mistakes
    return [str(notice) for notice in findings.notices]


def test_the_first_case_that_holds_is_taken_and_otherwise_only_where_certainly_none_does(
    project: Project,
) -> None:
    spec = rules(project, {"ethnicity": ETHNICITY})
    values = ["Hispanic", "White", "Black", "White", None, None, "Other"]
    assert values == made(PEOPLE, "ethnicity", spec)
    assert [
        "study.derive.ethnicity.cases: a missing value leaves an earlier case undecided "
        "in 1 row of the survey, which a later case takes",
        "study.derive.ethnicity.cases: a missing value leaves undecided which case holds "
        "in 2 rows of the survey: missing (name them with 'is null' if they are known)",
    ] == notices(PEOPLE, "ethnicity", spec)


def test_without_otherwise_what_no_case_takes_is_missing_and_told(project: Project) -> None:
    spec = rules(project, {"e": {"cases": ETHNICITY["cases"]}})
    table = PEOPLE.dropna()
    assert ["Hispanic", "White", "Black", None] == made(table, "e", spec)
    assert ["study.derive.e.cases: no case holds in 1 row of the survey: missing"] == notices(
        table, "e", spec
    )


def test_a_missing_value_can_be_a_case(project: Project) -> None:
    cases = [{"when": "hisp is null or race is null", "then": "unknown"}]
    spec = rules(project, {"e": {"cases": cases, "otherwise": "known"}})
    assert ["known"] * 3 + ["unknown"] * 3 + ["known"] == made(PEOPLE, "e", spec)
    assert [] == notices(PEOPLE, "e", spec)


def test_a_case_that_takes_nobody_is_told_with_the_answer_there_is_not(project: Project) -> None:
    cases = [{"when": "race == 'Whte'", "then": "w"}, {"when": "race == 'White'", "then": "x"}]
    spec = rules(project, {"e": {"cases": cases, "otherwise": "o"}})
    assert [
        "study.derive.e.cases: \"race == 'Whte'\": no 'race' is 'Whte'; there is 'White'",
        "study.derive.e.cases.0.when: no row of the survey is 'w' by this case",
    ] == notices(pd.DataFrame({"race": ["White", "Black"]}), "e", spec)


def test_a_case_that_cannot_be_put_to_its_column_is_a_mistake_at_its_variable(
    project: Project,
) -> None:
    spec = rules(project, {"e": {"cases": [{"when": "race >= 'W'", "then": "w"}]}})
    findings = Findings()
    table = text_table(pd.DataFrame({"race": ["White", "Black"]}))
    prepare(table, {"e": "e"}, None, spec, findings)
    (told,) = map(str, findings.mistakes)
    assert told.startswith("study.derive.e: cannot evaluate \"race >= 'W'\": column 'race' holds")


def test_cases_see_derived_variables_and_their_order(project: Project) -> None:
    """What names itself means the file's column."""
    bands = {"cut": "age", "at": [18, 35, 55], "labels": ["18-34", "35-54", "55+"]}
    sex = {"cases": [{"when": "sex == 'm'", "then": "Male"}], "otherwise": "Female"}
    both = {
        "cases": [{"when": "band >= '35-54' and sex == 'Male'", "then": "older man"}],
        "otherwise": "other",
    }
    spec = rules(project, {"band": bands, "sex": sex, "both": both})
    table = pd.DataFrame({"age": [20, 40, 60, 60], "sex": ["m", "m", "f", "m"]})
    assert ["other", "older man", "other", "older man"] == made(table, "both", spec)
    assert ["age", "sex"] == sources_of(["both"], spec, ["age", "sex", "spare"])
    assert [] == sources_of(["both"], spec, ["age", "spare"])


def test_a_cut_takes_the_files_column_and_else_what_is_derived(project: Project) -> None:
    years = {"recode": {"none": "0"}, "column": "raw"}
    spec = rules(
        project, {"kids": years, "few": {"cut": "kids", "at": [0, 2], "labels": ["a", "b"]}}
    )
    table = pd.DataFrame({"raw": ["none", "1", "3"]})
    assert ["a", "a", "b"] == made(table, "few", spec)
    assert ["b", "b", "a"] == made(table.assign(kids=[5, 2, 1]), "few", spec)


REGIONS: Lookups = {("study", "derive", "region", "lookup"): {"01": "N", "02": "S", "03": None}}
LOOKUP = {"from": "zip", "lookup": {"source": "z.csv", "key": "zip", "value": "region"}}


def test_a_lookup_takes_the_tables_value_and_tells_what_the_table_lacks(project: Project) -> None:
    spec = rules(project, {"region": LOOKUP}, lookups=REGIONS)
    table = pd.DataFrame({"zip": ["02", "01", "2", "03", None, "2"]})
    assert ["S", "N", None, None, None, None] == made(table, "region", spec)
    assert [
        "study.derive.region.lookup: the table says nothing of 3 rows of the survey: '2' (2), '03' "
        "(1); read as missing"
    ] == notices(table, "region", spec)


def test_a_lookup_that_finds_nothing_is_a_mistake(project: Project) -> None:
    spec, findings = rules(project, {"region": LOOKUP}, lookups=REGIONS), Findings()
    table = text_table(pd.DataFrame({"zip": ["1", "2"]}))
    prepare(table, {"region": "region"}, None, spec, findings)
    assert [
        "study.derive.region.lookup.key: the table has none of the survey's values: '1' (1), "
        "'2' (1). Its keys: '01', '02', '03'"
    ] == list(map(str, findings.mistakes))


@pytest.mark.parametrize(
    ("what", "expected"), [("survey", ["young", "old"]), ("population", ["young", "40+"])]
)
def test_survey_and_population_make_a_variable_in_their_own_ways(
    project: Project, what: Any, expected: list[str]
) -> None:
    """Each takes the file's column where it is given no rule."""
    survey = {"cut": "years", "at": [0, 40, 120], "labels": ["young", "old"]}
    apart = {"survey": survey, "population": {"recode": {"-39": "young"}}}
    spec = rules(project, {"age": apart, "sex": {"population": {"recode": {"m": "Male"}}}}, what)
    table = pd.DataFrame({"years": [20, 60], "age": ["-39", "40+"], "sex": ["m", "f"]})
    assert expected == made(table, "age", spec)
    assert ["m" if what == "survey" else "Male", "f"] == made(table, "sex", spec)
    assert ("study", "derive", "age", what) == spec.paths["age"]
