"""Rules become outcomes, and patterns select them; a pattern that finds nothing is an error."""

from glob import escape
from typing import Any

import pytest

from sweep.config import Study
from sweep.data.outcomes import Outcome, outcomes_of, select_outcomes
from sweep.data.patterns import Patience
from sweep.errors import DataError, UsageError
from tests.project import Project

COLUMNS = ["sex", "aided_nike", "aided_puma", "used_nike", "score"]


def study(project: Project, *rules: dict[str, Any], exclude: tuple[str, ...] = ()) -> Study:
    return project.config({"outcomes": list(rules), "exclude": list(exclude)}).study


def names(outcomes: list[Outcome]) -> list[str]:
    return [o.name for o in outcomes]


def test_a_glob_makes_one_outcome_per_column_in_the_surveys_order(project: Project) -> None:
    spec = study(project, {"match": "aided_*", "success": ["Yes"]})
    assert ["aided_nike", "aided_puma"] == names(outcomes_of(spec, COLUMNS))
    assert ["aided_puma", "aided_nike"] == names(outcomes_of(spec, COLUMNS[::-1]))


def test_a_pattern_must_match_the_whole_name(project: Project) -> None:
    spec = study(project, {"match": "re:.*_nike", "success": ["Yes"]})
    assert ["aided_nike", "used_nike"] == names(outcomes_of(spec, [*COLUMNS, "used_nike_2"]))


def test_brand_metric_name_and_label_are_filled_in(project: Project) -> None:
    rule = {
        "match": "aided_*",
        "brand": "re:aided_(.+)",
        "metric": "awareness",
        "name": "{metric}.{brand}",
        "label": "{brand} is known ({name}, {column})",
        "success": ["Yes"],
        "tags": ["funnel"],
    }
    outcome = outcomes_of(study(project, rule), COLUMNS)[0]
    assert ("awareness.nike", "nike", "awareness") == (outcome.name, outcome.brand, outcome.metric)
    assert "nike is known (awareness.nike, aided_nike)" == outcome.label
    assert ("funnel",) == outcome.tags


def test_a_named_outcome_reads_its_column_and_keeps_braces_out(project: Project) -> None:
    spec = study(project, {"name": "top", "column": "score", "success": [4, 5]})
    (outcome,) = outcomes_of(spec, COLUMNS)
    assert ("top", "score", (4, 5)) == (outcome.name, outcome.column, outcome.success)


def test_a_rule_that_matches_nothing_is_an_error_with_a_guess(project: Project) -> None:
    spec = study(project, {"name": "scoer", "success": [1]})
    with pytest.raises(DataError, match=r"study\.outcomes\.0: no column .*'scoer'.*'score'"):
        outcomes_of(spec, COLUMNS)


def test_two_rules_that_make_one_name_are_an_error_that_names_both(project: Project) -> None:
    rules = [{"match": "aided_*", "success": ["Yes"]}, {"match": "*_nike", "success": ["Yes"]}]
    with pytest.raises(DataError, match=r"outcomes\.0 and study\.outcomes\.1 both .*'aided_nike'"):
        outcomes_of(study(project, *rules), COLUMNS)


def test_exclude_leaves_out_and_must_leave_something(project: Project) -> None:
    rule = {"match": "aided_*", "success": ["Yes"]}
    spec = study(project, rule, exclude=("*_puma",))
    assert ["aided_nike"] == names(outcomes_of(spec, COLUMNS))
    with pytest.raises(DataError, match="leaves no outcome"):
        outcomes_of(study(project, rule, exclude=("*",)), COLUMNS)


LISTED = ["Q5[SQ001]", "Q5[SQ002]", "Q5S", "q*"]


def test_a_name_means_itself_before_it_is_a_glob(project: Project) -> None:
    every = {"match": "Q5*", "success": ["Yes"]}
    spec = study(project, every, exclude=("Q5[SQ002]",))
    outcomes = outcomes_of(spec, LISTED)
    assert ["Q5[SQ001]", "Q5S"] == names(outcomes)
    assert ["Q5[SQ001]"] == names(select_outcomes(outcomes, ["Q5[SQ001]"]))
    assert ["Q5S"] == names(select_outcomes(outcomes, ["Q5[ST]"]))
    one = study(project, {"match": "Q5[SQ001]", "success": ["Yes"]})
    assert ["Q5[SQ001]"] == names(outcomes_of(one, LISTED))


@pytest.fixture
def four(project: Project) -> list[Outcome]:
    rules: list[dict[str, Any]] = [
        {"match": "aided_*", "success": ["Yes"], "tags": ["funnel", "aided"]},
        {"match": "used_*", "success": ["Yes"], "tags": ["funnel"]},
        {"name": "score", "success": [5]},
    ]
    return outcomes_of(study(project, *rules), COLUMNS)


def test_selection_by_glob_tag_and_status_adds_up_in_the_outcomes_order(
    four: list[Outcome],
) -> None:
    assert ["aided_puma", "used_nike"] == names(select_outcomes(four, ["used_*", "aided_puma"]))
    assert ["aided_nike", "aided_puma", "used_nike"] == names(select_outcomes(four, ["tag:funnel"]))
    states = {"score": "failed", "used_nike": "ok"}
    assert ["score"] == names(select_outcomes(four, ["status:failed"], states))
    assert names(four) == names(select_outcomes(four, []))


@pytest.mark.parametrize(
    ("pattern", "guess"),
    [("aided_nikee", "aided_nike"), ("tag:funel", "funnel"), ("status:fail", "failed")],
)
def test_a_pattern_that_selects_nothing_is_an_error_with_a_guess(
    four: list[Outcome], pattern: str, guess: str
) -> None:
    with pytest.raises(UsageError, match=rf"{pattern}.* Did you mean '{guess}'\?"):
        select_outcomes(four, [pattern], {"score": "failed"})


NAMES = ("tag:a", "status:ok", "a", "q[1]", "q1", "re:x", "tag:[b]*")


@pytest.mark.parametrize("name", NAMES)
def test_an_outcome_is_found_by_its_very_name_whatever_a_pattern_would_mean(
    project: Project, name: str
) -> None:
    tagged = {"success": ["Yes"], "column": "aided_nike", "tags": ["a"]}
    made = outcomes_of(study(project, *({"name": n, **tagged} for n in NAMES)), COLUMNS)
    states = dict.fromkeys(NAMES, "ok")
    assert [name] == names(select_outcomes(made, [name], states))
    assert [name] == names(select_outcomes(made, [escape(name)], states))


def test_a_tag_is_still_a_tag_where_no_outcome_is_called_so(project: Project) -> None:
    rule = {"success": ["Yes"], "column": "aided_nike", "tags": ["a"]}
    made = outcomes_of(study(project, {"name": "x", **rule}, {"name": "tag:b", **rule}), COLUMNS)
    assert ["x", "tag:b"] == names(select_outcomes(made, ["tag:a"]))


def test_what_readers_call_an_outcome_is_not_in_its_coding(project: Project) -> None:
    plain = {"name": "score", "success": [5]}
    words = {**plain, "label": "L", "brand": "B", "metric": "M", "tags": ["t"]}
    codings = [outcomes_of(study(project, r), COLUMNS)[0].coding() for r in (plain, words)]
    assert codings[0] == codings[1]


CATASTROPHIC = "(a|aa)+"
LONG = "a" * 60 + "!"


@pytest.mark.parametrize("key", ["match", "brand", "metric"])
def test_a_pattern_that_would_run_for_ages_is_refused_where_it_stands(
    project: Project, key: str
) -> None:
    rule = {"match": "*", "success": ["Yes"], key: f"re:({CATASTROPHIC})$"}
    said = rf"study\.outcomes\.0\.{key}: the pattern 're:\(.*' takes more than .* 'aaa.*a': .* glob"
    with pytest.raises(DataError, match=said):
        outcomes_of(study(project, rule), [LONG])


def test_all_columns_of_a_rule_share_its_patience() -> None:
    """A thousand columns with a second each would be a long time too."""
    patience = Patience(("study", "outcomes", 0), left=0.0)
    with pytest.raises(DataError, match="takes more than"):
        patience.matches("a", "a")
