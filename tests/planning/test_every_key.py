"""Every key of a config does something: changed, it changes a fit, a table, an output or an error.

The keys come from the config's JSON schema, so a new one is tried without being named here. What an
execution says is in no plan: each of its keys is read by the program, or refused beside others.
"""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

import sweep
from sweep.config import SweepConfig, json_schema
from sweep.errors import SweepError
from tests.project import REGIONS, Project, population_of, survey_of

type Path_ = tuple[str | int, ...]

SCHEMA = json_schema()
STUDY = {"$ref": "#/$defs/Study"}
WHOLE: dict[str, Any] = {
    "survey": {
        "source": "survey.csv",
        "filter": "age >= 19",
        "weight": "w",
        "missing": "drop",
        "rename": {"Sex": "sex"},
    },
    "population": {
        "source": "population.csv",
        "size": "n",
        "filter": "n >= 1",
        "rename": {"Sex": "sex"},
    },
    "derive": {
        "age_band": {"cut": "age", "at": [18, 35, 55], "labels": ["18-34", "35-54", "55+"]},
        "area": {"recode": {"East": "Far East"}, "column": "region"},
    },
    "predictors": {
        "sex": {},
        "age_band": {"levels": ["18-34", "35-54", "55+"]},
        "region": {"column": "area"},
    },
    "outcomes": [
        {
            "match": "re:(aware|bought|ignored)",
            "name": "{column}_yes",
            "brand": "re:(.)",
            "metric": "re:.(.)",
            "label": "{brand} {metric}",
            "success": ["Yes"],
            "failure": ["No"],
            "dont_know": "out_of_base",
            "dont_know_values": ["Refused"],
            "base": "age > 20",
            "tags": ["funnel"],
        },
        {
            "name": "liking",
            "column": "liked",
            "success": ["Yes"],
            "failure": ["No"],
            "dont_know": "out_of_base",
        },
    ],
    "exclude": ["ignored_*"],
    "interactions": [["age_band", "region"], ["sex", "region"]],
    "covariates": {"region": {"source": "r.csv", "key": "region", "columns": ["income", "rain"]}},
    "priors": {
        "intercept": 2.0,
        "contrast": 0.9,
        "scale": 0.4,
        "interaction_scale": 0.2,
        "covariate": 0.3,
        "scales": {"region": 0.7, "region:sex": 0.1},
    },
    "groups": [[], ["region"], ["married", "sex"], {"young": "age_band == '18-34'"}],
    "interval": 0.8,
    "minimum_base": 5,
    "sampler": {"draws": 100, "tune": 60, "chains": 2, "target_ess": 50, "seed": 7},
}
RAKED: dict[str, Any] = {
    **WHOLE,
    "survey": {**WHOLE["survey"], "universe": "liked == 'Yes'"},
    "population": {
        "margins": [
            {
                "by": ["age_band"],
                "source": "ages.csv",
                "size": "n",
                "filter": "n >= 1",
                "rename": {"band": "age_band"},
            },
            {"by": ["sex", "region"], "source": "areas.csv", "size": "n", "rename": {"Sex": "sex"}},
            {"by": ["married"], "shares": {"No": 0.6, "Yes": 0.4}},
        ],
        "seed": "survey",
        "structural_zeros": ["age_band == '18-34' and married == 'Yes' and sex == 'Male'"],
        "map": {"age_band": {"young": {"18-34": 0.7, "35-54": 0.3}, "old": "55+"}},
    },
    "predictors": {**WHOLE["predictors"], "mode": {}},
    "nuisance": {"mode": {"at": "web"}},
    "priors": {**WHOLE["priors"], "scales": {"region": 0.7}},
}
"""A study of what `WHOLE` cannot say as well: margins, a screener, a nuisance."""
DERIVED: dict[str, Any] = {
    "survey": {
        "source": "survey.csv",
        "rename": {"Sex": "sex"},
        "id": "id",
        "exclude_respondents": {"young": "age <= 20"},
    },
    "population": {"source": "population.csv", "size": "n", "rename": {"Sex": "sex"}},
    "derive": {
        "age_band": {
            "survey": {"cut": "age", "at": [18, 35, 55], "labels": ["18-34", "35-54", "55+"]},
            "population": {
                "column": "age",
                "recode": {"20": "18-34", "40": "35-54", "60": "55+"},
            },
        },
        "area": {
            "from": "region",
            "lookup": {
                "source": "areas.csv",
                "key": "region",
                "value": "name",
                "rename": {"area": "name"},
            },
        },
        "couple": {
            "cases": [
                {"when": "married == 'Yes' and age >= 35", "then": "old couple"},
                {"when": "married == 'Yes'", "then": "couple"},
            ],
            "otherwise": "single",
        },
    },
    "predictors": {"sex": {}, "age_band": {}, "area": {}, "couple": {}},
    "outcomes": [{"name": "aware", "success": ["Yes"], "dont_know": "out_of_base"}],
    "groups": [[], ["couple"]],
}
"""A study of variables that are made in all ways there are, and of respondents left out."""
OF_FRAMES = ("survey", "population", "nuisance")
OF_TERMS = ("interactions", "covariates", "priors", "sampler")
PYMC = """
def build(levels, counts, priors): ...
def probabilities(posterior, cells): ...
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with everything that `WHOLE` names, few respondents and a PyMC model."""
    project = Project(tmp_path_factory.mktemp("whole"), WHOLE)
    survey = survey_of(80).rename(columns={"sex": "Sex"})
    answers = np.where(np.arange(80) % 9 == 0, "Refused", survey["aware"])
    liked = np.where(np.arange(80) % 7 == 0, "Don't know", survey["liked"])
    project.write("survey.csv", survey.assign(aware=answers, liked=liked, ignored="No"))
    project.write("population.csv", population_of().rename(columns={"sex": "Sex"}))
    areas = ["Far East", *REGIONS[1:]]
    project.write(
        "r.csv", pd.DataFrame({"region": areas, "income": range(4), "rain": [1, 0, 3, 2]})
    )
    project.model("own", PYMC)
    mrp = Path(__file__).parents[2] / "models" / "mrp.py"
    project.model("mrp", mrp.read_text())
    return project


@pytest.fixture(scope="module")
def raked(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the project of `RAKED`: margins of the population, and a survey in two modes."""
    project = Project(tmp_path_factory.mktemp("raked"), RAKED)
    rows, people = survey_of(300), population_of()
    rows = rows[(rows["age"] >= 35) | (rows["married"] == "No") | (rows["sex"] == "Female")]
    mode = np.where(np.arange(len(rows)) % 3, "web", "phone")
    answers = np.where(np.arange(len(rows)) % 9 == 0, "Refused", rows["aware"])
    rows = rows.assign(mode=mode, ignored="No", aware=answers)
    project.write("survey.csv", rows.rename(columns={"sex": "Sex"}))
    bands = people["age"].map({20: "young", 40: "young", 60: "old"}).rename("band")
    project.write("ages.csv", people.groupby(bands)["n"].sum().reset_index())
    areas = people.groupby(["sex", "region"])["n"].sum().reset_index()
    project.write("areas.csv", areas.rename(columns={"sex": "Sex"}))
    regions = ["Far East", *REGIONS[1:]]
    project.write(
        "r.csv", pd.DataFrame({"region": regions, "income": range(4), "rain": [1, 0, 3, 2]})
    )
    project.model("mrp", (Path(__file__).parents[2] / "models" / "mrp.py").read_text())
    return project


@pytest.fixture(scope="module")
def derived(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the project of `DERIVED`."""
    project = Project(tmp_path_factory.mktemp("derived"), DERIVED)
    rows = survey_of(300).rename(columns={"sex": "Sex"})
    project.write("survey.csv", rows.assign(id=range(300)))
    project.write("population.csv", population_of().rename(columns={"sex": "Sex"}))
    areas = pd.DataFrame({"region": REGIONS, "area": ["E", "N", "S", "W"]})
    project.write("areas.csv", areas)
    project.model("mrp", (Path(__file__).parents[2] / "models" / "mrp.py").read_text())
    return project


def resolved(schema: dict[str, Any], value: Any) -> dict[str, Any]:
    """Return the schema of a value: references followed, the arm of its shape chosen."""
    if "$ref" in schema:
        return resolved(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], value)
    arms = [resolved(arm, value) for key in ("anyOf", "oneOf") for arm in schema.get(key, ())]
    arms = [arm for arm in arms if arm.get("type") != "null" and "type" in arm]
    if not arms or "properties" in schema:
        return schema
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", float: "number"}
    fitting = [arm for arm in arms if arm["type"] == kinds.get(type(value))]
    keyed = [
        arm
        for arm in fitting
        if isinstance(value, dict) and value.keys() & arm.get("properties", {}).keys()
    ]
    return (keyed or fitting or arms)[0]


def leaves(schema: dict[str, Any], value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Yield the path of every value below one, given or not, and what to put there instead."""
    schema = resolved(schema, value)
    if "properties" in schema:
        for key, field in schema["properties"].items():
            given = isinstance(value, dict) and key in value
            below = (*path, key)
            yield from leaves(field, value[key], below) if given else unsaid(field, below)
    elif not value or not isinstance(value, dict | list):
        yield path, other(schema, value)
    else:
        yield path, shorter(value)
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner(schema, key), item, (*path, key))


def shorter(value: Any) -> Any:
    """Return a list without its first item, a mapping with another name for its first key."""
    if isinstance(value, list):
        return value[1:]
    first, *rest = value
    return {**{key: value[key] for key in rest}, f"x{first}": value[first]}


def unsaid(schema: dict[str, Any], path: Path_) -> Iterator[tuple[Path_, Any]]:
    """Yield the same for a key that is not given: its default is another value."""
    schema, default = resolved(schema, None), schema.get("default")
    if "properties" in schema:
        yield from leaves(schema, {}, path)
    else:
        yield (
            path,
            default[:-1] if default and isinstance(default, list) else other(schema, default),
        )


def inner(schema: dict[str, Any], key: str | int) -> dict[str, Any]:
    """Return the schema of a list's item, or of a mapping's value."""
    if isinstance(key, str):
        below: dict[str, Any] = schema["additionalProperties"]
        return below
    fixed = schema.get("prefixItems", ())
    found: dict[str, Any] = fixed[key] if key < len(fixed) else schema["items"]
    return found


def other(schema: dict[str, Any], value: Any) -> Any:
    """Return a value of the same kind that is another one, within its bounds."""
    choices = [choice for choice in schema.get("enum", ()) if choice != value]
    if choices:
        return choices[0]
    kind = schema.get("type")
    if kind == "array":
        return [other(inner(schema, 0), None)]
    if kind == "object":
        return {"x": other(inner(schema, "x"), None)}
    if kind == "boolean":
        return not value
    if kind in ("integer", "number"):
        step = 1 if kind == "integer" else 0.05
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
        return low + step if value is None else value + step
    return f"x{value or ''}"  # at the front: a changed expression or file is one still


def put(study: dict[str, Any], path: Path_, value: Any) -> dict[str, Any]:
    """Return a study with another value at a path."""
    made = deepcopy(study)
    node: Any = made
    for part in path[:-1]:
        node = node.setdefault(part, {}) if isinstance(node, dict) else node[part]
    node[path[-1]] = value
    return made


def seen(project: Project, study: dict[str, Any]) -> Any:
    """Return all that a plan of a study comes to: an error, or all that recipes and tables say.

    Not the config itself, nor the keys of design and counts, which hold whatever the study says.
    """
    whole = {"version": 1, "name": "x", "study": study, "execution": {"workers": 1}}
    try:
        _, plan = project.plan(SweepConfig.model_validate(whole))
    except (SweepError, ValidationError) as error:
        return str(error)
    record = {k: v for k, v in plan.record.as_json().items() if k not in ("config", "design")}
    entries = [{k: v for k, v in e.items() if k != "counts"} for e in record.pop("outcomes")]
    tasks = [replace(task, design="", counts="") for task in plan.tasks.values()]
    return record, entries, tasks, plan.prepared.design.summary


def idle(
    project: Project,
    study: dict[str, Any],
    under: tuple[str, ...] = (),
    look: Callable[[Project, dict[str, Any]], Any] = seen,
) -> list[str]:
    """Return the paths that may say something else, and nothing else comes of it."""
    before = look(project, study)
    assert not isinstance(before, str), before
    found = []
    for path, value in leaves(STUDY, study):
        if (not under or path[0] in under) and look(project, put(study, path, value)) == before:
            found.append(f"{'.'.join(map(str, path))} = {value!r}")
    return found


ALIKE = "outcomes.0.kind = 'multiple'"
"""Columns of yes and no with nothing blank say the same as several answers of one question."""


def test_every_key_of_a_study_is_used(whole: Project) -> None:
    assert [ALIKE] == idle(whole, WHOLE)


def test_every_key_of_a_study_of_margins_is_used(raked: Project) -> None:
    assert [] == idle(raked, RAKED, OF_FRAMES)


def test_every_key_of_derived_variables_is_used(derived: Project) -> None:
    assert [] == idle(derived, DERIVED, ("survey", "derive"))


@pytest.mark.parametrize("model", ["own", "stub"])
def test_every_key_for_models_is_used_or_refused_whatever_the_model(
    whole: Project, model: str
) -> None:
    study = {**WHOLE, "model": model, "interactions": [], "covariates": {}}
    study["priors"] = {**WHOLE["priors"], "scales": {"region": 0.7}}
    assert [] == idle(whole, study, OF_TERMS)


def test_the_studies_above_have_every_key_of_the_schema() -> None:
    """Else a key of a list or mapping that is empty there would not be tried."""
    tried = {
        part
        for study in (WHOLE, RAKED, DERIVED)
        for path, _ in leaves(STUDY, study)
        for part in path
    }
    for name in sections(STUDY):
        assert set(SCHEMA["$defs"][name]["properties"]) <= tried, name


def test_a_derivation_that_nothing_names_would_be_found(whole: Project) -> None:
    """It changes the key of the design, and nothing else: that alone is no effect."""
    idle_one = {"spare": {"recode": {"East": "E"}, "column": "region"}}
    study = {**WHOLE, "derive": {**WHOLE["derive"], **idle_one}}
    assert "study.derive.spare: no predictor, group, filter or base uses 'spare'" in str(
        seen(whole, study)
    )


@pytest.mark.parametrize("section", ["Execution", "Batch", "Ray"])
def test_every_key_of_an_execution_is_read_by_the_program(section: str) -> None:
    package = Path(sweep.__file__).parent
    files = [p for p in package.rglob("*.py") if p.parent.name != "config"]
    read = {
        node.attr
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    assert set() == SCHEMA["$defs"][section]["properties"].keys() - read


def test_a_key_that_does_nothing_would_be_found(whole: Project) -> None:
    """The tests above stand on this."""

    def blind(project: Project, study: dict[str, Any]) -> Any:
        return seen(project, {**study, "minimum_base": 5})

    assert ["minimum_base = 6"] == idle(whole, WHOLE, ("interval", "minimum_base"), blind)


def sections(schema: Any) -> set[str]:
    """Return the names of all sections below a schema."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                waiting.append(SCHEMA["$defs"][name])
                found.add(name)
            waiting += [v for v in node.values() if isinstance(v, dict | list)]
    return {name for name in found if "properties" in SCHEMA["$defs"][name]}
