"""A key of a study is used, or refused at its place with what is allowed."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from sweep.artifacts.recipes import FitRecipe
from sweep.client.verbs import read_and_plan
from sweep.config import SweepConfig
from sweep.errors import ConfigError, DataError, SweepError
from sweep.planning.plan import Plan
from sweep.planning.unused import idle_derivations
from tests.cli.conftest import inside
from tests.project import REGIONS, Project, survey_of

OWN = """
from sweep.model import Contrast, Covariate, Intercept, Model, Varying

def terms(study, levels):
    return Model((Intercept(3.0), Contrast("sex", 1.0), Covariate("region", "income", 0.5)))
"""
PYMC = """
def build(levels, counts, priors): ...
def probabilities(posterior, cells): ...
"""
COVARIATES = {"region": {"source": "r.csv", "key": "region", "columns": ["income", "rain"]}}
TEXT = """\
version: 1
name: x
study:
  survey: {source: survey.csv}
  population: {source: population.csv, size: n}
  derive: {age_band: {cut: age, at: [18, 35, 55], labels: ["18-34", "35-54", "55+"]}}
  predictors: {sex: {}, age_band: {}, region: {}}
  outcomes: [{name: aware, success: ["Yes"]}]
  interactions: [[sex, region]]
  priors:
    scales:
      "region:sex": 0.1
      age_band: 0.9
"""


def plan_of(project: Project, study: dict[str, Any]) -> Plan:
    return project.plan(project.config(study))[1]


def recipe(project: Project, study: dict[str, Any]) -> FitRecipe:
    return next(iter(plan_of(project, study).tasks.values())).fit


def scales(fit: FitRecipe) -> dict[str, float]:
    assert isinstance(fit["model"], dict)
    return {":".join(t["predictors"]): t["scale"] for t in fit["model"]["terms"] if "scale" in t}


def refusals(project: Project, text: str, overrides: Sequence[str] = ()) -> list[str]:
    """Return the first line of each mistake, from its line on."""
    path = project.directory / "sweep.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_and_plan(path, overrides=overrides)
    return [m.render("sweep.yaml").split("\n")[0] for m in caught.value.mistakes]


@pytest.mark.parametrize("spelling", ["sex:region", "region:sex"])
def test_the_scale_of_an_interaction_is_used_either_way_round(
    project: Project, spelling: str
) -> None:
    study = {"interactions": [["sex", "region"]], "priors": {"scales": {spelling: 0.1}}}
    fit = recipe(project, study)
    assert {"age_band": 0.5, "region": 0.5, "sex:region": 0.1} == scales(fit)
    same = {"interactions": [["sex", "region"]], "priors": {"interaction_scale": 0.1}}
    assert fit == recipe(project, same)


def test_models_of_pymc_get_the_scale_by_the_pairs_name(project: Project) -> None:
    """A copy of models/mrp.py looks it up so; what a config says is one thing."""
    study = project.config(
        {"interactions": [["sex", "region"]], "priors": {"scales": {"region:sex": 0.1}}}
    ).study
    assert {"sex:region": 0.1} == study.priors.scales
    assert {"scales"} == study.priors.model_fields_set


def test_a_scale_of_a_predictor_of_two_levels_is_refused_at_its_line(project: Project) -> None:
    (found,) = refusals(project, TEXT + "      sex: 2\n")
    assert found == (
        "sweep.yaml:14:7  study.priors.scales.sex: no term of models/mrp.py has this scale: 'sex' "
        "has two levels, so its prior is study.priors.contrast; remove it (scales are for "
        "age_band, region, interactions)"
    )


def test_a_config_whose_keys_are_all_used_is_planned(project: Project) -> None:
    path = project.directory / "sweep.yaml"
    path.write_text(TEXT)
    read, _, made = read_and_plan(path)
    assert {"age_band": 0.9, "region": 0.5, "sex:region": 0.1} == scales(
        next(iter(made.tasks.values())).fit
    )
    assert read == SweepConfig.model_validate(read.model_dump(mode="json"))


def test_mistakes_that_only_the_data_show_come_out_together(project: Project) -> None:
    """Levels are the population's, so one of its rows decides what a scale is for."""
    population = pd.read_csv(project.directory / "population.csv")
    project.write("population.csv", population[population["region"] == "East"])
    project.write("survey.csv", survey_of().assign(region="East"))
    found = refusals(project, TEXT + "      sex: 2\n      region: 1\n", ["interactions=[]",
        "priors.scales={sex: 2, region: 1}", "priors.covariate=2"])  # fmt: skip
    assert [f.split("  ")[0] for f in found] == ["--set:2:16", "--set:2:24", "--set:3:18"]
    assert "'sex' has two levels" in found[0]
    assert "'region' has one level in the population, and no effect" in found[1]
    assert "study.priors.covariate: no term of models/mrp.py uses it: remove it" in found[2]


def test_the_command_ends_with_exit_code_2(project: Project) -> None:
    (project.directory / "sweep.yaml").write_text(TEXT + "      sex: 2\n")
    for verb in ("check", "plan", "run"):
        ended = inside(verb, "sweep.yaml", cwd=project.directory)
        assert (2, True) == (ended.code, "sweep.yaml:14:7  study.priors.scales.sex" in ended.err)
        assert "      sex: 2\n" in ended.err


DERIVED = {"spare": {"recode": {"East": "E"}, "column": "region"}}


def test_a_derivation_that_nothing_names_is_refused_at_its_line(project: Project) -> None:
    text = TEXT.replace(
        "  derive: {", "  derive: {\n    agebands: {cut: age, at: [18], labels: [a]},\n    "
    )
    (found,) = refusals(project, text)
    assert found == (
        "sweep.yaml:7:5  study.derive.agebands: no predictor, group, filter or base uses "
        "'agebands': remove it, or name it there. Did you mean 'age_band'?"
    )


@pytest.mark.parametrize(
    "study",
    [
        {"groups": [[], ["spare"]]},
        {"groups": [[], {"east": "spare == 'E' or sex == 'Male'"}]},
        {"survey": {"filter": "spare == 'E' or sex == 'Male'"}},
        {"population": {"filter": "spare == 'E' or sex == 'Male'"}},
        {"outcomes": [{"name": "aware", "success": ["Yes"], "base": "not spare == 'E'"}]},
        {"predictors": {"sex": {}, "age_band": {}, "spare": {}}},
        {"predictors": {"sex": {}, "age_band": {}, "region": {"column": "spare"}}},
    ],
)
def test_a_derivation_that_anything_names_is_let_be(
    project: Project, study: dict[str, Any]
) -> None:
    config = project.config({**study, "derive": DERIVED})
    assert [] == [*idle_derivations(config.study)]
    assert ["spare"] == [place[1] for place, _ in idle_derivations(config.study.model_copy(
        update={name: getattr(project.config().study, name) for name in study}))]  # fmt: skip


BATCH = {"queue": "q", "job_definition": "d"}


@pytest.mark.parametrize(
    ("execution", "words"),
    [
        ({"workers": 4, "batch": BATCH}, "execution.workers: jobs of AWS Batch run as many fits"),
        (
            {"workers": "auto", "batch": {**BATCH, "on_demand_price_per_vcpu_hour": 0.1}},
            "execution.batch.on_demand_price_per_vcpu_hour: there is no on_demand_queue",
        ),
    ],
)
def test_a_setting_that_says_nothing_to_its_backend_is_refused(
    project: Project, execution: dict[str, Any], words: str
) -> None:
    config = project.config(execution={"backend": "batch", **execution})
    with pytest.raises(ConfigError, match=words):
        project.plan(config)


def test_settings_of_a_backend_that_is_not_chosen_are_let_be(project: Project) -> None:
    both = {"workers": 4, "batch": BATCH}
    assert project.plan(project.config(execution=both))


def test_what_stands_there_as_by_default_is_let_be(project: Project) -> None:
    written = {"covariate": 0.5, "interaction_scale": 0.25}
    assert recipe(project, {}) == recipe(project, {"priors": written})
    with pytest.raises(ConfigError, match=r"study.priors.covariate: no term of models/mrp.py"):
        plan_of(project, {"priors": {"covariate": 0.6}})
    with pytest.raises(ConfigError, match=r"study.priors.interaction_scale: no term"):
        plan_of(project, {"priors": {"interaction_scale": 0.6}})


@pytest.fixture
def regions(project: Project) -> Project:
    table = pd.DataFrame({"region": REGIONS, "income": [3, 1, 4, 2], "rain": [0, 0, 1, 5]})
    project.write("r.csv", table)
    project.model("own", OWN)
    project.model("pymc", PYMC)
    return project


@pytest.mark.parametrize(
    ("study", "refused"),
    [
        ({"priors": {"intercept": 2.0}}, "study.priors.intercept: no term of models/own.py"),
        ({"priors": {"scales": {"region": 2.0}}}, "study.priors.scales.region: no term of"),
        (
            {"interactions": [["sex", "region"]]},
            "study.interactions.0: models/own.py makes the same terms without this pair",
        ),
        (
            {"covariates": COVARIATES},
            r"columns.1: no term of the model is a Covariate\('region', 'rain'\)",
        ),
    ],
)
def test_a_model_of_terms_is_asked_what_it_uses(
    regions: Project, study: dict[str, Any], refused: str
) -> None:
    with pytest.raises(ConfigError, match=refused):
        plan_of(regions, {"model": "own", "covariates": COVARIATES, **study})


def test_covariates_that_terms_name_themselves_are_used(regions: Project) -> None:
    only = {"region": {**COVARIATES["region"], "columns": ["income"]}}
    assert plan_of(regions, {"model": "own", "covariates": only}).tasks


@pytest.mark.parametrize(
    ("study", "refused"),
    [
        ({"interactions": [["sex", "region"]]}, "study.interactions.0: models/pymc.py defines"),
        ({"covariates": COVARIATES}, "study.covariates.region: models/pymc.py defines build"),
    ],
)
def test_what_a_model_of_pymc_is_not_given_is_refused(
    regions: Project, study: dict[str, Any], refused: str
) -> None:
    with pytest.raises(ConfigError, match=refused):
        plan_of(regions, {"model": "pymc", **study})


def test_the_stub_takes_every_config_and_its_key_tells_them_apart(regions: Project) -> None:
    study = {"model": "stub", "interactions": [["sex", "region"]], "covariates": COVARIATES}
    plain = recipe(regions, {"model": "stub"})
    more = recipe(regions, {**study, "priors": {"intercept": 2.0}})
    apart = {name for name, value in more.items() if value != dict(plain)[name]}
    assert {"interactions", "covariates", "priors"} == apart


@pytest.mark.parametrize(
    ("study", "refused"),
    [
        (
            {"exclude": ["liked", "awere"]},
            r"study.exclude.1: 'awere' matches no outcome. Did you mean 'aware'\? There are: aware",
        ),
        (
            {"survey": {"rename": {"Wieght": "w2"}}},
            r"study.survey.rename.Wieght: .*survey.csv has no column 'Wieght'",
        ),
        (
            {"population": {"rename": {"nn": "n2"}}},
            r"study.population.rename.nn: .*population.csv has no column 'nn'. Did you mean 'n'\?",
        ),
        (
            {"outcomes": [{"match": "re:(aware|liked)", "success": ["Yes"], "brand": "re:x(.)"}]},
            r"study.outcomes.0.brand: the pattern 're:x\(.\)' is found in no column of this rule",
        ),
    ],
)
def test_what_names_nothing_in_the_data_is_refused(
    project: Project, study: dict[str, Any], refused: str
) -> None:
    with pytest.raises(DataError, match=refused):
        plan_of(project, study)


def test_a_pattern_may_take_nothing_from_some_of_a_rules_columns(project: Project) -> None:
    rule = {"match": "re:(aware|liked)", "success": ["Yes"], "brand": "re:^a(.)"}
    brands = [entry.brand for entry in plan_of(project, {"outcomes": [rule]}).entries]
    assert ["w", None] == brands


def test_a_config_that_was_not_read_from_a_file_is_told_its_key(project: Project) -> None:
    made = project.config({"priors": {"scales": {"sex": 2.0}}})
    anew = SweepConfig.model_validate(made.model_dump(mode="json"))
    with pytest.raises(SweepError, match=r"config:1:1  study.priors.scales.sex: no term of"):
        project.plan(anew)
