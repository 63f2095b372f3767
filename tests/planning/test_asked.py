"""Conditions see what is derived: filter, base, screener, exclusions and named groups alike."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweep.artifacts.artifact import read_done
from sweep.errors import ConfigError
from sweep.estimates.weighting import weighting_of
from sweep.planning.plan import Plan
from tests.project import STUDY, Project, survey_of

COARSE = {"cut": "age", "at": [18, 40], "labels": ["under 40", "40 and over"]}
CASES = {
    "cases": [{"when": "coarse == 'under 40' and sex == 'Female'", "then": "young women"}],
    "otherwise": "others",
}
DERIVE = {**STUDY["derive"], "coarse": COARSE, "who": CASES}
YES = {"name": "aware", "success": ["Yes"]}


def planned(project: Project, **study: Any) -> Plan:
    return project.plan(project.config({"model": "stub", "outcomes": [YES], **study}))[1]


def fits(plan: Plan) -> list[str]:
    """Return the keys of a plan's fits: of bytes counted, wherever they come from."""
    return [entry.fit_key for entry in plan.entries]


def told(plan: Plan, key: str) -> list[str]:
    return [n.message for n in plan.record.notices if n.key == key]


def refused(project: Project, **study: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        planned(project, **study)
    return str(caught.value)


BANDS = ("age_band >= '35-54'", "age >= 35")
WHO = ("not who == 'young women'", "not (age < 40 and sex == 'Female')")


@pytest.mark.parametrize(
    ("where", "derived", "raw"),
    [
        ("base", "age_band == '35-54'", "age >= 35 and age < 55"),
        ("base", "coarse == '40 and over'", "age >= 40"),
        *[(where, *WHO) for where in ("base", "filter", "universe", "exclude_respondents")],
        *[(where, *BANDS) for where in ("base", "filter", "universe", "exclude_respondents")],
    ],
)
def test_a_condition_on_what_is_derived_is_the_one_on_what_it_is_derived_from(
    project: Project, where: str, derived: str, raw: str
) -> None:
    def of(condition: str) -> Plan:
        study: dict[str, Any] = {"derive": DERIVE, "survey": {}}
        # Each is named somewhere: a derivation that nothing names is refused.
        study["groups"] = [[], {"all": "coarse is not null and who is not null"}]
        if where == "base":
            study["outcomes"] = [{**YES, "base": condition}]
        elif where == "exclude_respondents":
            study["survey"] = {where: {"out": condition}}
        else:
            study["survey"] = {where: condition}
        return planned(project, **study)

    first, second = of(derived), of(raw)
    assert [entry.n for entry in first.entries] == [entry.n for entry in second.entries]
    assert 0 < first.entries[-1].n < len(survey_of())
    assert fits(first) == fits(second)


def test_a_named_group_on_what_is_derived_holds_those_it_is_derived_from(project: Project) -> None:
    """Of the population's ages, 20 is below 40."""
    groups = [
        [],
        {"young": "who == 'young women'"},
        {"same": "age_band == '18-34' and sex == 'Female'"},
    ]
    plan = planned(project, derive=DERIVE, groups=groups)
    frame = plan.prepared.design.frame
    config = project.config({"derive": DERIVE, "groups": groups})
    total, young, same = weighting_of(frame, config.study.groups).total
    assert 0 < young < total
    assert young == same


def test_a_base_sees_the_derived_variable_where_the_file_has_a_column_of_its_name(
    project: Project,
) -> None:
    """Such counts have a key of their own: earlier programs saw the file's column."""
    study = {
        "derive": {**STUDY["derive"], "married": {"recode": {"Yes": "couple"}}},
        "outcomes": [{**YES, "base": "married == 'couple'"}],
        "groups": [[], ["married"]],
    }
    made = planned(project, **study)
    plain = planned(project, outcomes=[{**YES, "base": "married == 'Yes'"}])
    assert fits(plain) == fits(made)
    store, _ = project.plan()
    codings = [
        read_done(store, "counts", plan.entries[0].counts).recipe["coding"]
        for plan in (made, plain)
    ]
    assert [["married"], None] == [coding.get("derived") for coding in codings]


def test_a_predictor_is_what_its_name_means_in_a_condition(project: Project) -> None:
    predictors = {"sex": {}, "band": {"column": "age_band"}, "region": {}}
    by_name = planned(project, predictors=predictors, outcomes=[{**YES, "base": "band == '55+'"}])
    by_age = planned(project, predictors=predictors, outcomes=[{**YES, "base": "age >= 55"}])
    assert fits(by_name) == fits(by_age)
    kept = planned(project, predictors=predictors, survey={"filter": "band == '55+'"})
    assert fits(kept) == fits(by_age)


def test_a_base_that_names_no_answer_is_told_when_counted_and_when_taken(project: Project) -> None:
    study = {"outcomes": [{**YES, "base": "region != 'Esat' and age > 30"}]}
    message = "\"region != 'Esat'\": no 'region' is 'Esat'; there is 'East'"
    for _ in range(2):
        assert [message] == told(planned(project, **study), "study.outcomes.0.base")


def test_a_base_that_cannot_be_told_costs_its_own_outcomes(project: Project) -> None:
    outcomes = [{**YES, "base": "region > 3"}, {"name": "liked", "success": ["Yes"]}]
    outcomes.append({"name": "bought", "success": ["Yes"], "base": "regoin == 'East'"})
    plan = planned(project, outcomes=outcomes)
    assert ["failed", "fit", "failed"] == [entry.action for entry in plan.entries]
    words = str(plan.mistakes)
    assert "study.outcomes.0.base: cannot evaluate 'region > 3'" in words
    assert (
        "study.outcomes.2.base: the survey has no column 'regoin'. Did you mean 'region'?" in words
    )


def test_a_screener_that_cannot_be_told_is_one_mistake(project: Project) -> None:
    with pytest.raises(ConfigError, match=r"study\.survey\.universe: .* Did you mean 'liked'\?"):
        project.plan(
            project.config({"model": "stub", "survey": {"universe": "likd == 'Yes'"}}),
            ["universe"],
        )
    words = refused(project, survey={"universe": "likd == 'Yes'"})
    assert "1 mistake" in words
    assert "study.survey.universe: the survey has no column 'likd'. Did you mean 'liked'?" in words


def test_respondents_in_whom_a_screener_cannot_be_decided_are_counted_and_told(
    project: Project,
) -> None:
    rows = survey_of()
    rows["liked"] = rows["liked"].where(np.arange(len(rows)) % 10 != 0)
    project.write("survey.csv", rows)
    study = {"survey": {"universe": "liked == 'Yes'"}}
    for _ in range(2):
        (message,) = told(planned(project, **study), "study.survey.universe")
        assert message.startswith("a missing value leaves undecided whether 30 respondents qualify")


def test_a_derived_variable_that_only_a_base_names_is_told_too(project: Project) -> None:
    ages = survey_of()["age"].astype(object)
    ages.iloc[[2, 5]] = None
    project.write("survey.csv", survey_of().assign(years=ages))
    coarse = {**COARSE, "cut": "years", "at": [18, 40, 60]}
    plan = planned(
        project,
        derive={**STUDY["derive"], "coarse": coarse},
        outcomes=[{**YES, "base": "coarse == '40 and over'"}],
    )
    (message,) = told(plan, "study.derive.coarse.cut")
    assert "lies outside of all bands" in message
    expected = pd.read_csv(project.directory / "survey.csv")["years"].between(40, 59).sum()
    assert expected == plan.entries[0].n


def test_a_rule_that_no_table_has_the_columns_for_is_refused_with_the_nearest(
    project: Project,
) -> None:
    derive = {
        "age_band": {**STUDY["derive"]["age_band"], "cut": "aeg"},
        "who": {"cases": [{"when": "sx == 'Male' and age > 3", "then": "m"}], "otherwise": "f"},
        "apart": {"survey": {"recode": {"a": "b"}, "column": "regoin"}},
    }
    groups = [[], {"them": "who == 'm' and apart == 'b'"}]
    words = refused(project, derive=derive, groups=groups)
    lacks = "neither survey nor population has"
    assert f"study.derive.age_band: {lacks} 'aeg' to make it of. Did you mean 'age'?" in words
    assert f"study.derive.who: {lacks} 'sx' to make it of. Did you mean 'sex'?" in words
    assert "study.derive.apart.survey: the survey has not 'regoin' to make it of." in words


def test_a_screener_that_all_pass_is_told_and_one_that_nobody_passes_is_refused(
    project: Project,
) -> None:
    plan = planned(project, survey={"universe": "age >= 18"})
    (line,) = told(plan, "study.survey.universe")
    assert line.startswith("all 300 respondents qualify: those who were screened out are not")
    assert "none of 300 respondents qualifies" in refused(project, survey={"universe": "age > 99"})
    words = refused(project, survey={"universe": "region == 'east'"})
    assert "no 'region' is 'east'; there is 'East': it holds for nobody" in words


@pytest.mark.parametrize("where", ["filter", "base"])
def test_rows_that_a_missing_value_leaves_undecided_are_told(project: Project, where: str) -> None:
    rows = survey_of()
    rows.loc[:9, "married"] = None
    project.write("survey.csv", rows)
    condition = "married != 'No'"
    base = {"outcomes": [{**YES, "base": condition}]}
    study = {"survey": {"filter": condition}} if where == "filter" else base
    key = "study.survey.filter" if where == "filter" else "study.outcomes.0.base"
    words = "a missing value leaves it undecided in 10 rows: there it does not hold"
    assert any(words in line for line in told(planned(project, **study), key))
