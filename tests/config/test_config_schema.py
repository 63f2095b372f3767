"""The shape of a config: closed, frozen, described, and checked between its fields."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import sweep.config
from sweep.config import (
    Execution,
    Group,
    OutcomeRule,
    Study,
    SweepConfig,
    json_schema,
    read_config,
)
from sweep.config.nodes import Place, value_of
from sweep.config.yaml import compose
from sweep.keys import canonical
from sweep.words.columns import TAKEN

EXAMPLE = Path(__file__).parent / "example.yaml"


def raw() -> dict[str, Any]:
    node, _ = compose(EXAMPLE.read_text(), lambda mark: Place(mark.line, mark.column, ""))
    data: dict[str, Any] = value_of(node)
    return data


def study(**changes: object) -> Study:
    return Study.model_validate({**raw()["study"], **changes})


def wrong(**changes: object) -> list[tuple[tuple[int | str, ...], str]]:
    with pytest.raises(ValidationError) as caught:
        study(**changes)
    return [(line["loc"], line["msg"]) for line in caught.value.errors()]


MODELS = [
    value
    for value in vars(sweep.config).values()
    if isinstance(value, type) and issubclass(value, BaseModel)
]


@pytest.mark.parametrize("model", MODELS)
def test_every_field_has_a_description(model: type[BaseModel]) -> None:
    assert model.model_fields
    assert [name for name, info in model.model_fields.items() if not info.description] == []


def test_the_public_names_exist_once() -> None:
    names = sweep.config.__all__

    assert len(names) == len(set(names))
    assert [name for name in names if not hasattr(sweep.config, name)] == []


def test_a_config_is_frozen() -> None:
    config = read_config(EXAMPLE)

    with pytest.raises(ValidationError, match="frozen"):
        config.name = "other"  # type: ignore[misc]  # this is what must fail


def test_a_study_survives_canonical_json() -> None:
    config = read_config(EXAMPLE)
    text = canonical(config.model_dump(mode="json"))

    assert config == SweepConfig.model_validate(json.loads(text))
    assert text == canonical(SweepConfig.model_validate(json.loads(text)).model_dump(mode="json"))


def test_whole_numbers_are_written_one_way() -> None:
    priors = dict(raw()["study"]["priors"])
    whole, decimal = study(priors={**priors, "scale": 1}), study(priors={**priors, "scale": 1.0})

    assert canonical(whole.model_dump(mode="json")) == canonical(decimal.model_dump(mode="json"))


def test_groups_are_normalised_and_written_as_in_the_config() -> None:
    made = study(groups=[[], ["sex"], {"a": "x == 1", "b": "x == 2"}])

    assert made.groups == (
        Group(),
        Group(by=("sex",)),
        Group(name="a", where="x == 1"),
        Group(name="b", where="x == 2"),
    )
    assert made.model_dump(mode="json")["groups"] == [[], ["sex"], {"a": "x == 1"}, {"b": "x == 2"}]
    assert made == study(groups=made.groups)


@pytest.mark.parametrize(
    ("groups", "place", "message"),
    [
        ("region", (), "expected a list of groups such as [[], [region]], got 'region'"),
        ([], (), "there is no group to estimate for: write [[]] for the total"),
        (["region"], (0,), "expected a list of variables or {name: expression}, got 'region'"),
        (
            [[], {}],
            (1,),
            "expected a list of variables or {name: expression}, got an empty mapping",
        ),
        ([["sex", "sex"]], (0, 1), "'sex' is listed twice"),
        ([["sex", 3]], (0, 1), "expected a variable's name, got 3"),
        (
            [["mean"]],
            (0, 0),
            "'mean' is a column of the estimates table or of draws: choose another name",
        ),
        ([["a", "b"], ["b", "a"]], (1,), "there is already a group of these variables"),
        ([[], []], (1,), "there is already a group of these variables"),
        ([{"a": "x == 1"}, {"a": "x == 2"}], (1, "a", "[key]"), "already a group named 'a'"),
        ([{"share": "x == 1"}], (0, "share", "[key]"), "'share' is a column of the estimates"),
        ([{" ": "x == 1"}], (0, " ", "[key]"), "a group needs a name"),
        ([{"a": 3}], (0, "a"), "expected an expression, got 3"),
        (
            [{"a": "x == 1 or not status == 'x'"}],
            (0, "a"),
            "'status' is a column of the estimates table or of draws: choose another name, by "
            "`rename`",
        ),
        ([{"a": "x == y and x > n"}], (0, "a"), "'n' is a column of the estimates table"),
        ([{"a": "x in [1] and mean is null"}], (0, "a"), "'mean' is a column of the estimates"),
        ([Group(name="a", where="flag == 1")], (0,), "'flag' is a column of the estimates"),
        ([{"a": "x ="}], (0, "a"), "cannot read the expression: unexpected '='"),
    ],
)
def test_a_wrong_group_gets_one_message(
    groups: object, place: tuple[int | str, ...], message: str
) -> None:
    ((loc, msg),) = wrong(groups=groups)

    assert ("groups", *place) == loc
    assert message in msg


def test_groups_may_use_variables_that_only_the_population_has() -> None:
    assert (Group(by=("married",)),) == study(groups=[["married"]]).groups


@pytest.mark.parametrize("name", TAKEN)
def test_no_predictor_bears_the_name_of_an_estimates_column(name: str) -> None:
    found = wrong(predictors={name: {}, "age_band": {}, "region": {}})

    assert [(("predictors", name, "[key]"), True)] == [
        (loc, "is a column of the estimates table" in msg) for loc, msg in found
    ]


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"interactions": [["sex"]]}, ("interactions", 0), "expected a list of two predictors"),
        ({"interactions": [["sex", "sex"]]}, ("interactions", 0), "two different predictors"),
        (
            {"interactions": [["sex", "region"], ["region", "sex"]]},
            ("interactions", 1),
            "region and sex are already paired",
        ),
        ({"interactions": [["sex", "x"]]}, ("interactions", 0, 1), "no predictor 'x'; there are"),
        (
            {"covariates": {"x": {"source": "a.csv", "key": "k", "columns": ["c"]}}},
            ("covariates", "x", "[key]"),
            "no predictor 'x'",
        ),
        (
            {"priors": {"scales": {"sex:region": 1.0}}},
            ("priors", "scales", "sex:region", "[key]"),
            "no predictor or interaction 'sex:region'",
        ),
        (
            {
                "interactions": [["sex", "region"]],
                "priors": {"scales": {"sex:region:sex": 1.0}},
            },
            ("priors", "scales", "sex:region:sex", "[key]"),
            "no predictor or interaction 'sex:region:sex'",
        ),
        ({"priors": {"scale": 0}}, ("priors", "scale"), "greater than 0"),
        ({"priors": {"scale": float("inf")}}, ("priors", "scale"), "finite"),
        (
            {"derive": {"a": {}}},
            ("derive", "a"),
            "expected one of 'cut', 'recode', 'cases' or 'lookup'",
        ),
        (
            {"derive": {"a": 3}},
            ("derive", "a"),
            "expected one of 'cut', 'recode', 'cases' or 'lookup'",
        ),
        (
            {"derive": {"a": {"cut": "x", "at": [1, 2, 3], "labels": ["a"]}}},
            ("derive", "a", "<cut>", "labels"),
            "3 edges need 2 (closed at both ends), 3 (below the first edge is missing) or 4 labels",
        ),
        (
            {"derive": {"a": {"cut": "x", "at": [1, 1], "labels": ["a", "b"]}}},
            ("derive", "a", "<cut>", "at"),
            "the edges must increase",
        ),
        (
            {"derive": {"a": {"cut": "x", "at": [1, 2], "labels": ["a", "a"]}}},
            ("derive", "a", "<cut>", "labels", 1),
            "'a' is listed twice",
        ),
        ({"derive": {"a": {"recode": {}}}}, ("derive", "a", "<recode>", "recode"), "at least 1"),
        ({"model": "../evil"}, ("model",), "match pattern"),
        ({"interval": 1.0}, ("interval",), "less than 1"),
        ({"minimum_base": 0}, ("minimum_base",), "greater than or equal to 1"),
        ({"sampler": {"draws": 99}}, ("sampler", "draws"), "greater than or equal to 100"),
        ({"sampler": {"tune": 49}}, ("sampler", "tune"), "greater than or equal to 50"),
        ({"sampler": {"chains": 17}}, ("sampler", "chains"), "less than or equal to 16"),
        ({"sampler": {"seed": -1}}, ("sampler", "seed"), "greater than or equal to 0"),
        (
            {"survey": {"source": "a.csv", "rename": {"a": "c", "c": "c"}}},
            ("survey", "rename", "a"),
            "two columns cannot both become 'c'",
        ),
    ],
)
def test_a_wrong_study_says_where(
    changes: dict[str, Any], place: tuple[int | str, ...], message: str
) -> None:
    found = wrong(**changes)

    assert any(place == loc and message in msg for loc, msg in found), found


def test_a_scale_may_name_an_interaction_either_way_round() -> None:
    made = study(priors={"scales": {"region:age_band": 0.1, "sex": 2}})

    assert {"age_band:region": 0.1, "sex": 2.0} == made.priors.scales  # as the pair is called


def rule_mistakes(**rule: object) -> list[tuple[tuple[int | str, ...], str]]:
    with pytest.raises(ValidationError) as caught:
        OutcomeRule.model_validate({"success": ["Yes"], **rule})
    return [(line["loc"], line["msg"]) for line in caught.value.errors()]


@pytest.mark.parametrize(
    ("rule", "place", "message"),
    [
        ({}, (), "a rule needs either 'match' (many columns) or 'name' (one outcome)"),
        ({"match": "a*", "column": "b"}, ("column",), "takes its columns from the match"),
        ({"match": "re:a("}, ("match",), "not a regular expression"),
        ({"name": "a", "brand": "re:a.+"}, ("brand",), "the pattern takes nothing"),
        ({"name": "a", "metric": "re:[a"}, ("metric",), "not a regular expression"),
        ({"name": "{column}"}, ("name",), "only be a template in a rule with 'match'"),
        ({"match": "a*", "name": "{name}_x"}, ("name",), "unknown field {name}"),
        ({"match": "a*", "name": "{brand}_x"}, ("name",), "this rule can fill {column}"),
        ({"match": "a*", "label": "{"}, ("label",), "not a template"),
        ({"match": "a*", "label": "{column.x}"}, ("label",), "unknown field {column.x}"),
        ({"match": "a*", "label": "{column!r}"}, ("label",), "unknown field {column!r}"),
        ({"name": "a", "failure": ["No", "Yes"]}, ("success", 0), "'Yes' is also in failure"),
        (
            {"name": "a", "dont_know_values": ["Yes"]},
            ("success", 0),
            "'Yes' is also in dont_know_values",
        ),
        (
            {"name": "a", "failure": ["Refused"], "dont_know_values": ["Refused"]},
            ("failure", 0),
            "also in dont_know_values",
        ),
        ({"name": "a", "base": "x =="}, ("base",), "cannot read the expression"),
        ({"name": "a", "dont_know": "no"}, ("dont_know",), "'in_base' or 'out_of_base'"),
    ],
)
def test_a_wrong_rule_gets_one_message(
    rule: dict[str, Any], place: tuple[int | str, ...], message: str
) -> None:
    ((loc, msg),) = rule_mistakes(**rule)

    assert place == loc
    assert message in msg


def test_the_mistakes_of_a_rule_come_out_together() -> None:
    found = rule_mistakes(match="re:(", brand="re:x", label="{y}", success=[["a"]], column="c")

    assert {"match", "brand", "label", "success", "column"} == {loc[0] for loc, _ in found}


def test_true_and_one_are_two_answers() -> None:
    rule = OutcomeRule(name="a", success=(True,), failure=(1, 0))

    assert (rule.success, rule.failure) == ((True,), (1, 0))


def test_two_outcomes_of_one_name_are_a_mistake() -> None:
    found = wrong(outcomes=[{"name": "a", "success": [1]}, {"name": "a", "success": [2]}])

    assert [(("outcomes", 1, "name"), "there is already an outcome 'a'")] == found


def test_estimates_are_always_kept() -> None:
    assert ("estimates",) == Execution(keep=("estimates",)).keep
    assert ("estimates", "draws") == Execution(keep=("draws", "estimates")).keep
    with pytest.raises(ValidationError, match="'estimates' must be kept"):
        Execution(keep=("draws",))


def nodes(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from nodes(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from nodes(value)


def test_the_json_schema_describes_every_key_and_repeats_no_key_as_title() -> None:
    schema = json_schema()
    described = [
        prop
        for definition in [schema, *schema["$defs"].values()]
        for prop in definition.get("properties", {}).values()
    ]

    assert described
    assert all("description" in prop or "$ref" in prop for prop in described)
    assert all("description" in definition for definition in schema["$defs"].values())
    assert [node["title"] for node in nodes(schema) if isinstance(node.get("title"), str)] == [
        "Sweep config"
    ]
    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]


def test_the_json_schema_knows_the_unions() -> None:
    definitions = json_schema()["$defs"]
    groups = definitions["Study"]["properties"]["groups"]

    assert [arm["type"] for arm in groups["items"]["anyOf"]] == ["array", "object"]
    assert [[]] == groups["default"]
    named = [{"required": [key]} for key in ("match", "name", "set")]
    assert named == definitions["OutcomeRule"]["anyOf"]
    rules = {f"#/$defs/{name}" for name in ("Cut", "Recode", "Cases", "Lookup", "Apart")}
    assert rules == {
        arm["$ref"]
        for arm in definitions["Study"]["properties"]["derive"]["additionalProperties"]["oneOf"]
    }


def test_the_json_schema_accepts_the_example_and_refuses_wrong_shapes() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema())
    jsonschema.Draft202012Validator.check_schema(json_schema())

    assert [] == list(validator.iter_errors(raw()))
    for path, value in (
        ("groups", [3]),
        ("derive", {"a": {"cut": "x"}}),
        ("outcomes", [{"success": [1]}]),
        ("outcomes", [{"name": "a"}]),
        ("interactions", [["sex"]]),
        ("sampler", {"draws": "many"}),
        ("weigth", 1),
    ):
        data = raw()
        data["study"][path] = value
        assert list(validator.iter_errors(data)), path


def test_reading_a_config_imports_nothing_heavy() -> None:
    code = (
        "import sys, sweep.config; sweep.config.read_config(sys.argv[1]);"
        "print(sorted({'numpy', 'pandas', 'scipy', 'pyarrow', 'numba'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(EXAMPLE)], capture_output=True, text=True, check=True
    )

    assert "[]" == done.stdout.strip()
