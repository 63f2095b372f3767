"""What enters each key and what does not, through whole plans: no model is fitted here."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sweep.config.read import parse_config
from sweep.model.files import load_model
from sweep.planning.model_files import project_folder
from tests.project import Project, merged, population_of, survey_of

OTHERS = ("bought", "liked")
SEEN = (project_folder("models") / "mrp.py").read_text()
GENERAL = '''"""A model."""


def build(levels, counts, priors):
    raise AssertionError("only its syntax tree is looked at")


def probabilities(posterior, cells):
    return posterior
'''

type Keys = dict[str, tuple[str, str]]


def keys_of(project: Project, study: dict[str, Any] | None = None, **parts: Any) -> Keys:
    """Return each outcome's keys: fit, estimates."""
    _, plan = project.plan(project.config(study, **parts))
    return {entry.name: (entry.fit_key, entry.key) for entry in plan.entries}


def fits(keys: Keys) -> dict[str, str]:
    return {name: key[0] for name, key in keys.items()}


def estimates(keys: Keys) -> dict[str, str]:
    return {name: key[1] for name, key in keys.items()}


def outcomes(**changes: dict[str, Any]) -> dict[str, Any]:
    """Return the project's outcomes, some with other fields."""
    rules = [{"name": n, "success": ["Yes"], **changes.get(n, {})} for n in ("aware", *OTHERS)]
    return {"outcomes": rules}


def reversed_keys(value: Any) -> Any:
    """Return a config with the keys of every section in the opposite order, but predictors'."""
    if isinstance(value, dict):
        return {k: v if k == "predictors" else reversed_keys(v) for k, v in reversed(value.items())}
    return value


def test_comments_and_key_order_change_no_key(project: Project) -> None:
    turned = json.dumps(reversed_keys(json.loads(project.text())), indent=3)
    text = "# a comment\n" + turned.replace("\n", "  # and more\n", 1)
    _, plan = project.plan(parse_config(text.encode()))
    assert keys_of(project) == {e.name: (e.fit_key, e.key) for e in plan.entries}


@pytest.mark.parametrize(
    "execution",
    [
        {"workers": 7},
        {"retries": 3},
        {"timeout": 5.0},
        {"keep": ["estimates"]},
        {"store": "elsewhere"},
        {
            "backend": "batch",
            "workers": "auto",
            "batch": {"queue": "q", "job_definition": "d", "memory": 4096},
        },
    ],
)
def test_execution_changes_no_key(project: Project, execution: dict[str, Any]) -> None:
    assert keys_of(project) == keys_of(project, execution=execution)


def test_what_readers_call_things_changes_no_key(project: Project) -> None:
    words = {"label": "L", "brand": "B", "metric": "M", "tags": ["t"]}
    assert keys_of(project) == keys_of(project, outcomes(aware=words), name="another")


@pytest.mark.parametrize(
    "study",
    [
        {"groups": [[], ["sex"]]},
        {"groups": [[], ["region"], {"east": "region == 'East'"}]},
        {"groups": [[], ["region"], ["married"]]},
        {"interval": 0.5},
        {"minimum_base": 11},
    ],
)
def test_groups_interval_and_minimum_base_change_estimates_only(
    project: Project, study: dict[str, Any]
) -> None:
    before, after = keys_of(project), keys_of(project, study)
    assert fits(before) == fits(after)
    assert not set(estimates(before).values()) & set(estimates(after).values())


def test_which_variables_the_survey_has_is_in_the_key_of_estimates(project: Project) -> None:
    """Two columns alike, one of them in the survey: n and raw means stand in other rows."""
    people = population_of()
    people["housed"] = people["married"].to_numpy()[::-1]
    project.write("population.csv", people)
    groups = {"groups": [["married"], ["housed"]]}
    married = keys_of(project, groups)
    project.write("survey.csv", survey_of().rename(columns={"married": "housed"}))
    housed = keys_of(project, groups)
    assert fits(married) == fits(housed)
    assert not set(estimates(married).values()) & set(estimates(housed).values())


def test_another_spelling_of_a_group_changes_nothing(project: Project) -> None:
    first = keys_of(project, {"groups": [{"east": "region == 'East' and sex == 'Male'"}]})
    second = keys_of(project, {"groups": [{"east": '(region=="East")  and sex  ==  "Male"'}]})
    assert first == second


@pytest.mark.parametrize(
    "study",
    [
        {"priors": {"scale": 0.6}},
        {"priors": {"intercept": 2.0}},
        {"interactions": [["sex", "region"]]},
        {"sampler": {"draws": 200}},
        {"sampler": {"target_accept": 0.9}},
        {"sampler": {"target_ess": 60}},
        {"sampler": {"seed": 8}},
        {"predictors": {"region": {"levels": ["West", "South", "North", "East"]}}},
    ],
)
def test_priors_terms_sampler_seed_and_level_order_change_every_fit(
    project: Project, study: dict[str, Any]
) -> None:
    before, after = fits(keys_of(project)), fits(keys_of(project, study))
    assert not set(before.values()) & set(after.values())


def test_an_outcomes_name_changes_its_fit_and_no_other(project: Project) -> None:
    before = fits(keys_of(project))
    after = fits(keys_of(project, outcomes(aware={"name": "known", "column": "aware"})))
    assert before["aware"] not in after.values()
    assert [before[n] for n in OTHERS] == [after[n] for n in OTHERS]


def test_a_new_outcome_changes_no_other_key(project: Project) -> None:
    rules = [{"name": "extra", "column": "liked", "success": ["No"]}, *outcomes()["outcomes"]]
    after = keys_of(project, {"outcomes": rules})
    before = keys_of(project)
    assert before == {n: after[n] for n in before}


def test_an_outcomes_own_answers_change_its_fit_and_anothers_do_not(project: Project) -> None:
    before = fits(keys_of(project))
    rows = survey_of()
    rows.loc[0, "aware"] = "No" if rows.loc[0, "aware"] == "Yes" else "Yes"
    project.write("survey.csv", rows)
    after = fits(keys_of(project))
    assert before["aware"] != after["aware"]
    assert [before[n] for n in OTHERS] == [after[n] for n in OTHERS]


def test_new_respondents_who_were_not_asked_leave_an_outcomes_fit(project: Project) -> None:
    before = keys_of(project)
    new = survey_of(20, seed=9).assign(aware=None)
    project.write("survey.csv", pd.concat([survey_of(), new]))
    after = keys_of(project)
    assert before["aware"] == after["aware"]
    assert all(before[n][0] != after[n][0] for n in OTHERS)


def test_weights_change_estimates_only(project: Project) -> None:
    before = keys_of(project)
    rows = survey_of()
    project.write("survey.csv", rows.assign(w=rows["w"] * 2))
    after = keys_of(project)
    assert fits(before) == fits(after)
    assert not set(estimates(before).values()) & set(estimates(after).values())


def test_sizes_of_the_population_change_estimates_only(project: Project) -> None:
    before = keys_of(project)
    people = population_of()
    project.write("population.csv", people.assign(n=people["n"] + 1))
    after = keys_of(project)
    assert fits(before) == fits(after)
    assert not set(estimates(before).values()) & set(estimates(after).values())


def test_a_new_level_of_the_population_changes_every_fit(project: Project) -> None:
    before = fits(keys_of(project))
    people = population_of()
    project.write("population.csv", pd.concat([people, people.head(2).assign(region="Moon")]))
    assert not set(before.values()) & set(fits(keys_of(project)).values())


def test_rows_in_another_order_change_no_fit_and_no_estimate(project: Project) -> None:
    """Sums over cells are exact for counts; weights, summed in another order, are ones here."""
    plain = {"survey": {"weight": None}}
    before = keys_of(project, plain)
    project.write("survey.csv", survey_of().iloc[::-1])
    project.write("population.csv", population_of().iloc[::-1])
    assert before == keys_of(project, plain)


def with_mrp(project: Project, change: Callable[[str], str]) -> Keys:
    project.model("mrp", change(SEEN))
    return keys_of(project)


def test_a_comment_or_docstring_in_a_fast_model_changes_nothing(project: Project) -> None:
    before = with_mrp(project, lambda text: text)
    assert keys_of(project) == before
    after = with_mrp(
        project, lambda text: text.replace('"""Multilevel', '# c\n"""My own') + "\n# c\n"
    )
    assert before == after


def test_changed_priors_in_a_fast_model_change_every_fit(project: Project) -> None:
    before = with_mrp(project, lambda text: text)
    old = "Intercept(priors.intercept)"
    assert old in SEEN
    after = with_mrp(project, lambda text: text.replace(old, "Intercept(2 * priors.intercept)"))
    assert not set(fits(before).values()) & set(fits(after).values())


def test_rewriting_a_fast_model_to_the_same_terms_changes_nothing(project: Project) -> None:
    before = with_mrp(project, lambda text: text)
    old = "Intercept(priors.intercept)"
    assert before == with_mrp(project, lambda t: t.replace(old, "Intercept(1 * priors.intercept)"))


def with_general(project: Project, source: str) -> Keys:
    project.model("mine", source)
    return keys_of(project, {"model": "mine"})


def test_a_comment_in_a_general_model_changes_nothing_and_code_does(project: Project) -> None:
    before = with_general(project, GENERAL)
    words = GENERAL.replace("A model.", "Another word.").replace("):\n", "):  # c\n")
    assert words != GENERAL
    assert before == with_general(project, "# c\n" + words)
    after = with_general(project, GENERAL.replace("return posterior", "return 1 - posterior"))
    assert not set(fits(before).values()) & set(fits(after).values())


def test_a_general_models_key_names_what_computes_it(project: Project) -> None:
    project.model("mine", GENERAL)
    _, plan = project.plan(project.config({"model": "mine"}))
    tools = next(iter(plan.tasks.values())).fit["toolchain"]
    assert {"pymc", "pytensor", "nutpie", "numpy", "python", "FIT", "cpu", "route"} <= set(tools)


def test_the_files_name_and_place_are_in_no_key(project: Project) -> None:
    before = keys_of(project)
    for name in ("survey", "population"):
        (project.directory / "data").mkdir(exist_ok=True)
        (project.directory / f"{name}.csv").rename(project.directory / "data" / f"{name}2.csv")
    moved = {n: {"source": f"data/{n}2.csv"} for n in ("survey", "population")}
    assert before == keys_of(project, moved)


def test_a_loaded_models_digest_does_not_depend_on_its_file(tmp_path: Path) -> None:
    assert load_model("a", GENERAL.encode()).digest == load_model("b", GENERAL.encode()).digest


def test_sections_merge_without_losing_their_neighbours() -> None:
    """The tests above stand on this."""
    assert {"a": {"b": 1, "c": 2}} == merged({"a": {"b": 1}}, {"a": {"c": 2}})
