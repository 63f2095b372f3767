"""What sets two recipes apart is said field by field, in the config's words."""

from typing import Any

import pytest

from sweep.model.terms import Contrast, Intercept, Model, Varying, as_json
from sweep.planning.differences import (
    changed_definitions,
    design_fields,
    differences,
    estimates_fields,
    fit_fields,
    with_words,
)

TERMS = (Intercept(3.0), Contrast("sex", 1.0), Varying(("region",), 0.5))
FIT: dict[str, Any] = {
    "kind": "fit",
    "model": as_json(Model(TERMS)),
    "levels": [["sex", ["F", "M"]], ["region", ["N", "S"]]],
    "covariates": {"region": {"income": "aa"}},
    "counts": {"cells": "c", "n": "n", "y": "y"},
    "sampler": {"draws": 500, "chains": 4},
    "seed": 1,
    "toolchain": {"numpy": "1", "cpu": "v3"},
}
ESTIMATES: dict[str, Any] = {
    "kind": "estimates",
    "version": 1,
    "fit": "f",
    "frame": "a",
    "sums": "s",
    "groups": [{"by": []}, {"name": "east", "where": "region == 'E'"}],
    "interval": 0.9,
    "minimum_base": 10,
}


def words(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [d.words for d in differences(fit_fields(old), fit_fields(new))]


def with_terms(*terms: Any) -> dict[str, Any]:
    return {**FIT, "model": as_json(Model(terms))}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sampler": {"draws": 200, "chains": 4}}, "study.sampler.draws 500 -> 200"),
        ({"seed": 2}, "seed 1 -> 2"),
        ({"toolchain": {"numpy": "2", "cpu": "v3"}}, "toolchain.numpy 1 -> 2"),
        ({"toolchain": {"numpy": "1", "cpu": "v3", "x": "3"}}, "toolchain.x is new: 3"),
        ({"toolchain": {"cpu": "v3"}}, "toolchain.numpy is gone, was 1"),
        ({"counts": {"cells": "c", "n": "n", "y": "z"}}, "counts.y: the answers changed"),
        ({"covariates": {"region": {"income": "b"}}}, "covariates.region.income numbers: other"),
        ({"levels": [["sex", ["F", "M"]], ["region", ["N", "S", "W"]]]}, "levels.region: + W"),
        ({"levels": [["sex", ["F", "M"]], ["region", ["S", "N"]]]}, "region: another order"),
        ({"levels": [["region", ["N", "S"]], ["sex", ["F", "M"]]]}, "predictors: another order"),
    ],
)
def test_one_change_is_one_difference(change: dict[str, Any], expected: str) -> None:
    (said_,) = words(FIT, {**FIT, **change})
    assert expected in said_
    assert [] == words(FIT, FIT)


def test_a_term_is_known_by_its_name_not_by_its_place() -> None:
    """A new first term moves the others: one difference, not five."""
    age = Varying(("age",), 0.5)
    assert ["model.age is new: varying", "model.age scale is new: 0.5"] == words(
        FIT, with_terms(age, *TERMS)
    )
    assert ["model.intercept sd 3.0 -> 2.5"] == words(FIT, with_terms(Intercept(2.5), *TERMS[1:]))
    assert ["model.sex contrast -> varying", "model.sex scale is new: 1.0"] == words(
        FIT, with_terms(TERMS[0], Varying(("sex",), 1.0), TERMS[2])
    )[:2]


def test_groups_say_what_came_and_what_went() -> None:
    new = {**ESTIMATES, "groups": [{"by": []}, {"by": ["sex", "region"]}], "interval": 0.8}
    found = differences(estimates_fields(ESTIMATES), estimates_fields(new))
    assert [
        "study.groups: + [sex, region], - east: region == 'E'",
        "study.interval 0.9 -> 0.8",
    ] == [d.words for d in found]
    assert (0.9, 0.8) == (found[1].old, found[1].new)


def test_the_transforms_fields_are_the_configs() -> None:
    old: dict[str, Any] = {
        "sources": {"survey": "a", "covariates.region": "b"},
        "survey": {"filter": None, "missing": "error"},
        "population": {"size": "n"},
        "derive": {"age_band": {"cut": "age"}},
        "predictors": [["sex", {"levels": None}], ["region", {"levels": None}]],
        "covariates": {},
        "further": {"married": {}},
        "sample": None,
        "seed": None,
        "version": 1,
    }
    new = {
        **old,
        "sources": {"survey": "z", "covariates.region": "b"},
        "survey": {"filter": "age > 17", "missing": "error"},
        "sample": 500,
    }
    assert [
        "study.survey.source: other content",
        "study.survey.filter is new: age > 17",
        "--sample is new: 500",
    ] == [d.words for d in differences(design_fields(old), design_fields(new))]


FILE = '''"""Doc."""
import numpy as np

SD = 3.0


def build(levels):
    return helper(levels)


def helper(levels):
    return levels
'''


def test_changed_definitions_are_named_and_comments_are_none() -> None:
    def changed(new: str) -> list[str]:
        return changed_definitions(FILE.encode(), new.encode())

    assert [] == changed(FILE.replace('"""Doc."""', "# c") + "# d\n")
    assert ["helper()"] == changed(FILE.replace("return levels", "return 1"))
    assert ["SD"] == changed(FILE.replace("SD = 3.0", "SD = 2.0"))
    assert ["imports", "Extra"] == changed(FILE + "import os\n\n\nclass Extra: ...\n")
    assert ["build()"] == changed(FILE.replace("def build(levels)", "def build(levels, *_)"))


def test_what_only_one_recipe_has_is_new_or_gone() -> None:
    assert "x is gone, was [1, 2]" == with_words("x", [1, 2], None).words
    assert "x is new: a" == with_words("x", None, "a").words
