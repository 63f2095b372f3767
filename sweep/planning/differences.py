"""Differences: what sets two recipes apart, field by field, in the config's words where it has any.

A recipe is first laid flat, ``study.sampler.draws: 500``. The fields on which two recipes disagree
are why one result does not serve for the other; their number says how near the two are.
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sweep.keys import Recipe, digest
from sweep.model.files import tree_digest
from sweep.model.terms import from_json, term_name
from sweep.words.values import few

__all__ = [
    "Difference",
    "changed_definitions",
    "counts_fields",
    "design_fields",
    "differences",
    "estimates_fields",
    "fit_fields",
    "model_settings",
    "with_words",
]

type Fields = dict[str, Any]

UNREADABLE = {
    "counts.y": "the answers changed",
    "counts.n": "other numbers of respondents were asked",
    "counts.cells": "the answers come from other cells",
    "frame": "the population's cells or their sizes changed",
    "sums": "answers or weights by group variable changed",
    "fit": "the fit it is computed from is another one",
    "universe": "the fit of who qualifies is another one",
    "model file": "its code changed",
}
"""What a field means whose values are digests; fields that end in one of `BYTES` follow."""
BYTES = ("source", "numbers")


@dataclass(frozen=True)
class Difference:
    """One field on which two recipes disagree; what only one of them has is None in the other."""

    field: str
    old: Any
    new: Any
    words: str


def differences(old: Fields, new: Fields) -> tuple[Difference, ...]:
    """Return the fields that differ, in the new recipe's order, those that are gone last."""
    names = [*new, *(name for name in old if name not in new)]
    return tuple(
        with_words(name, old.get(name), new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    )


def with_words(field: str, old: Any, new: Any) -> Difference:
    """Return a difference with its words."""
    if field in UNREADABLE:
        return Difference(field, old, new, f"{field}: {UNREADABLE[field]}")
    if field.endswith(BYTES) and None not in (old, new):
        return Difference(field, old, new, f"{field}: other content")
    if isinstance(old, list) and isinstance(new, list):
        return Difference(field, old, new, f"{field}: {list_words(old, new)}")
    if old is None or new is None:
        change = (
            f"is new: {value_words(new)}" if old is None else f"is gone, was {value_words(old)}"
        )
        return Difference(field, old, new, f"{field} {change}")
    return Difference(field, old, new, f"{field} {value_words(old)} -> {value_words(new)}")


def list_words(old: Sequence[Any], new: Sequence[Any]) -> str:
    """Return what came into a list and what left it."""
    parts = [f"+ {value_words(item)}" for item in new if item not in old]
    parts += [f"- {value_words(item)}" for item in old if item not in new]
    return few(parts, str) if parts else "another order"


def value_words(value: Any) -> str:
    """Return a value as a reader of the config knows it."""
    if isinstance(value, dict) and "by" in value:
        return "[" + ", ".join(value["by"]) + "]"
    if isinstance(value, dict) and "where" in value:
        return f"{value['name']}: {value['where']}"
    if isinstance(value, list):
        return f"[{few(value, value_words)}]" if value else "[]"
    return str(value)


def flatten(value: Any, path: str) -> Fields:
    """Return the leaves of nested mappings by their path; a list is a leaf."""
    if not isinstance(value, Mapping):
        return {path: value}
    return {
        k: v for name, inner in value.items() for k, v in flatten(inner, f"{path}.{name}").items()
    }


def fit_fields(recipe: Recipe) -> Fields:
    """Return a fit's recipe laid flat."""
    levels = recipe.get("levels", [])
    covariates = {
        f"covariates.{name}.{column} numbers": value
        for name, columns in recipe.get("covariates", {}).items()
        for column, value in columns.items()
    }
    return {
        **model_fields(recipe["model"]),
        **flatten(recipe.get("priors", {}), "study.priors"),
        **({"predictors": [name for name, _ in levels]} if levels else {}),
        **{f"levels.{name}": labels for name, labels in levels},
        **covariates,
        **flatten(recipe["counts"], "counts"),
        **flatten(recipe["sampler"], "study.sampler"),
        "seed": recipe["seed"],
        **flatten(recipe["toolchain"], "toolchain"),
    }


def model_fields(model: Any) -> Fields:
    """Return a model laid flat: each term by its name, so that a new one moves no other."""
    if isinstance(model, str):
        return {"study.model": model}
    if "file" in model:
        return {"model file": model["file"]}
    fields: Fields = {"model.likelihood": model["likelihood"]}
    for term, values in zip(from_json(model).terms, model["terms"], strict=True):
        name = f"model.{term_name(term)}"
        number = "scale" if "scale" in values else "sd"
        fields[name] = values["term"]
        fields[f"{name} {number}"] = values[number]
    return fields


def model_settings(study: Mapping[str, Any]) -> Fields:
    """Return what a config's study says to its model file, laid flat."""
    return {
        "study.model": study["model"],
        **flatten(study["priors"], "study.priors"),
        "study.interactions": study["interactions"],
        **flatten(study["covariates"], "study.covariates"),
    }


def estimates_fields(recipe: Recipe) -> Fields:
    """Return the recipe of an outcome's estimates laid flat."""
    return {
        "fit": recipe["fit"],
        "frame": recipe["frame"],
        "sums": recipe["sums"],
        "study.groups": recipe["groups"],
        "study.interval": recipe["interval"],
        "study.minimum_base": recipe["minimum_base"],
        **({"universe": recipe["universe"]} if "universe" in recipe else {}),
        "ESTIMATE": recipe["version"],
        "pyarrow": recipe.get("pyarrow"),
    }


def counts_fields(recipe: Recipe) -> Fields:
    """Return the recipe of an outcome's counts laid flat, but for its design."""
    return {**flatten(recipe["coding"], "study.outcomes"), "TRANSFORM": recipe["version"]}


def design_fields(recipe: Recipe) -> Fields:
    """Return the recipe of the transform laid flat."""
    predictors = recipe["predictors"]
    return {
        **{f"study.{name}.source": value for name, value in recipe["sources"].items()},
        **flatten(recipe["survey"], "study.survey"),
        **flatten(recipe["population"], "study.population"),
        **flatten(recipe.get("nuisance", {}), "study.nuisance"),
        **flatten(recipe["derive"], "study.derive"),
        "study.predictors": [name for name, _ in predictors],
        **flatten(dict(predictors), "study.predictors"),
        **flatten(recipe["covariates"], "study.covariates"),
        "variables of study.groups": list(recipe["further"]),
        "--sample": recipe["sample"],
        "study.sampler.seed of the sample": recipe["seed"],
        "TRANSFORM": recipe["version"],
    }


def changed_definitions(old: bytes, new: bytes) -> list[str]:
    """Return the names of a model file's top-level definitions that differ, in the new order."""
    before, after = definitions(old), definitions(new)
    names = [*after, *(name for name in before if name not in after)]
    return [name for name in names if before.get(name) != after.get(name)]


def definitions(source: bytes) -> dict[str, str]:
    """Return the digest of what a file says at its top level, by what it defines."""
    tree = ast.parse(source)
    documented = ast.get_docstring(tree, clean=False) is not None
    found: dict[str, str] = {}
    for node in tree.body[int(documented) :]:
        name = defined_name(node)
        found[name] = digest([found.get(name), tree_digest(ast.Module([node], []))])
    return found


def defined_name(node: ast.stmt) -> str:
    """Return what a top-level statement defines, as a reader would call it."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return f"{name}()"
        case ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
            return ast.unparse(target)
        case ast.Import() | ast.ImportFrom():
            return "imports"
    return "other statements"
