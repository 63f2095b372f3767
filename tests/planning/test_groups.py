"""A named group is some people of the population, by levels that there are, or a mistake."""

from typing import Any

import pytest

from sweep.data.findings import Findings
from sweep.errors import DataError
from sweep.expression import normalise
from sweep.planning.groups import check_groups, condition_of
from tests.project import Project


def mistakes(project: Project, *groups: Any) -> list[str]:
    """Return the mistakes about some groups, each after its key."""
    config = project.config({"groups": [[], *groups]})
    design = project.plan()[1].prepared.design
    findings = Findings()
    check_groups(design.frame, config.study, findings)
    return [str(mistake) for mistake in findings.mistakes]


def test_all_groups_that_hold_nobody_are_told_at_their_places(project: Project) -> None:
    none, odd = "sex == 'Male' and sex == 'Female'", "region == 'Noth'"
    assert [
        "study.groups.1.none: nobody of the population is in this group: compare its values with "
        f"the population's levels ({none})",
        "study.groups.2.odd: 'Noth' is not a level of 'region'. Did you mean 'North'? "
        "Its levels: East, North, South, West",
    ] == mistakes(project, {"none": none, "some": "sex == 'Male'"}, {"odd": odd})


@pytest.mark.parametrize(
    "where",
    ["sex == 'Mael'", "region == 'East' and sex != 'Mael'", "not (sex in ['Female', 'Mael'])"],
)
def test_a_group_may_not_ask_for_a_level_there_is_not(project: Project, where: str) -> None:
    (told,) = mistakes(project, {"typo": where})
    assert "'Mael' is not a level of 'sex'. Did you mean 'Male'? Its levels: Female, Male" in told


def test_a_level_like_no_other_is_answered_with_all_there_are(project: Project) -> None:
    (told,) = mistakes(project, {"some": "sex == 'perhaps'"})
    assert told.endswith("'perhaps' is not a level of 'sex'. Its levels: Female, Male")


def test_bands_have_an_order_in_groups_as_in_filters(project: Project) -> None:
    ordered, named = "age_band >= '35-54'", "age_band in ['35-54', '55+']"
    config = project.config({"groups": [{"older": ordered}]})
    assert named == normalise(condition_of(config.study.groups[0], config.study))
    assert [] == mistakes(project, {"older": ordered})
    (told,) = mistakes(project, {"older": "age_band >= '35'"})
    assert "study.groups.1.older: cannot evaluate" in told
    assert "is no level" in told
    first, second = (
        project.plan(project.config({"groups": [{"older": where}]}))[1].to_do()
        for where in (ordered, named)
    )
    assert first == second


def test_what_is_wrong_with_groups_answers_and_priors_is_told_together(project: Project) -> None:
    config = project.config(
        {
            "groups": [{"none": "sex == 'Mael'"}],
            "outcomes": [{"name": "aware", "success": ["Yess"]}],
            "priors": {"scales": {"sex": 0.1}},
        }
    )
    with pytest.raises(DataError) as raised:
        project.plan(config)
    for key in ("study.groups.0.none", "study.outcomes.0.success.0", "study.priors.scales.sex"):
        assert f"{key}: " in str(raised.value)


def test_mistaken_rules_are_told_with_what_is_wrong_with_the_design(project: Project) -> None:
    config = project.config(
        {
            "survey": {"weight": "ww"},
            "outcomes": [
                {"name": "awre", "success": ["Yes"]},
                {"match": "x_*", "success": ["Yes"]},
                {"name": "liked", "success": ["Yes"]},
            ],
            "predictors": {"sex": {"levels": ["Male", "Fmale"]}, "age_band": {}, "region": {}},
        }
    )
    with pytest.raises(DataError, match="4 mistakes") as raised:
        project.plan(config)
    for key in ("survey.weight", "outcomes.0", "outcomes.1", "predictors.sex.levels.1"):
        assert f"study.{key}: " in str(raised.value)
