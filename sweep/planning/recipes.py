"""Recipes: what enters each key, and what does not.

Comments, key order and ``execution`` are in no key. Labels, brands, metrics, tags and the sweep's
name are in no key of a fit or an estimate. Fits name the bytes they consume, not where these came
from: an outcome's fit survives new outcomes, new groups, a new frame, and other columns' changes.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import cast

from sweep.artifacts.recipes import EstimatesRecipe, FitRecipe
from sweep.config import Study
from sweep.config.tables import WAYS
from sweep.data.design import Design, group_variables
from sweep.data.outcomes import Outcome
from sweep.data.rules import rules_of
from sweep.expression import normalise, parse
from sweep.keys import Json, array_digest, digest
from sweep.model.files import STUB, ModelFile
from sweep.model.terms import Covariate, Model, as_json
from sweep.planning.groups import condition_of
from sweep.toolchain import ESTIMATE, TRANSFORM, table_writer, toolchain

__all__ = [
    "counts_recipe",
    "design_recipe",
    "estimates_recipe",
    "fit_recipe",
    "general_recipe",
    "groups_json",
    "many_groups",
    "of_fit",
    "of_outcome",
    "stub_recipe",
]


@lru_cache(maxsize=1024)
def plain_condition(condition: str | None) -> str | None:
    """Return an expression in its one spelling."""
    return None if condition is None else normalise(parse(condition))


def design_recipe(study: Study, sources: Mapping[str, str], sample: int | None) -> Json:
    """Return the recipe of the transform: the sources' bytes and everything done to them."""
    spec = study.model_dump(mode="json")
    survey, population = dict(spec["survey"]), dict(spec["population"])
    tables = [survey, population, *population["margins"]]
    tables += [population["seed"]] if isinstance(population["seed"], dict) else []
    for table in tables:
        for place in WAYS:
            table.pop(place)
        table["filter"] = plain_condition(table["filter"])
    survey["universe"] = plain_condition(survey["universe"])
    for name, own in respondents_json(study).items():
        del survey[name]
        survey |= {name: own} if own else {}
    zeros = population["structural_zeros"]
    population["structural_zeros"] = [plain_condition(condition) for condition in zeros]
    covariates = {
        name: {k: v for k, v in fields.items() if k not in WAYS}
        for name, fields in spec["covariates"].items()
    }
    return {
        "kind": "design",
        "version": TRANSFORM,
        "sources": dict(sources),
        "survey": survey,
        "population": population,
        "nuisance": spec["nuisance"],
        "derive": {name: derived_json(fields) for name, fields in spec["derive"].items()},
        "predictors": [[name, fields] for name, fields in spec["predictors"].items()],
        "covariates": covariates,
        "further": group_variables(study),
        "sample": sample,
        "seed": None if sample is None else study.sampler.seed,
    }


def respondents_json(study: Study) -> Json:
    """Return who is told apart and left out; what is not said is in no key, as it never was."""
    left_out = {n: plain_condition(c) for n, c in study.survey.exclude_respondents.items()}
    return {"id": study.survey.id, "exclude_respondents": left_out}


def derived_json(fields: Json) -> Json:
    """Return how a variable is made: conditions in one spelling, no file's place."""
    made = dict(fields)
    for part in ("survey", "population"):
        if made.get(part) is not None:
            made[part] = derived_json(made[part])
    if "cases" in made:
        made["cases"] = [{**c, "when": plain_condition(c["when"])} for c in made["cases"]]
    if "lookup" in made:
        made["lookup"] = {k: v for k, v in made["lookup"].items() if k not in WAYS}
    return made


def many_groups(design: Json) -> Json:
    """Return the recipe of a design whose combinations are numbered by the rows that occur."""
    return {**design, "combinations": "occurring"}


def counts_recipe(
    design_key: str, outcome: Outcome, study: Study, named: Sequence[str] = ()
) -> Json:
    """Return the recipe of one outcome's counts.

    ``named`` are codes that count though the survey's file calls them missing. It names what its
    conditions see that is not the file's own column: earlier programs saw the file's, where it had
    one of that name.
    """
    names = derived_in(outcome.names_seen(), study)
    derived = {"derived": names} if names else {}
    though_missing = {"though_missing": list(named)} if named else {}
    coding = {**outcome.coding(), "base": plain_condition(outcome.base), **derived}
    coding |= though_missing
    return {"kind": "counts", "version": TRANSFORM, "design": design_key, "coding": coding}


def derived_in(names: Sequence[str], study: Study) -> list[str]:
    """Return those names that mean something else than the survey's own column of that name."""
    if not names:
        return []
    rules = rules_of(study, "survey")
    return [n for n in names if n in rules.made or rules.column_of(n) != n]


def sampler_json(study: Study) -> Json:
    """Return the sampler's settings without the seed, which enters as the outcome's own."""
    return {k: v for k, v in study.sampler.model_dump(mode="json").items() if k != "seed"}


def fit_recipe(study: Study, model: Model, design: Design) -> Json:
    """Return what the recipes of all fits of a plan share, on the fast route.

    One model and one toolchain, looked up once: a plan cannot mix them.
    """
    used = {t.predictor for t in model.terms if isinstance(t, Covariate)}
    covariates = {
        name: {column: array_digest(values) for column, values in columns.items()}
        for name, columns in design.covariates.items()
        if name in used
    }
    return {
        "kind": "fit",
        "model": as_json(model),
        "levels": [[name, list(labels)] for name, labels in design.levels.items()],
        "covariates": covariates,
        "sampler": {"method": "split HMC", **sampler_json(study)},
        "toolchain": toolchain("fast"),
    }


def general_recipe(study: Study, file: ModelFile, design: Design) -> Json:
    """Return the same on the general route: the model file by its syntax tree."""
    return {
        "kind": "fit",
        "model": {"file": file.digest},
        "priors": study.priors.model_dump(mode="json"),
        "levels": [[name, list(labels)] for name, labels in design.levels.items()],
        "sampler": sampler_json(study),
        "toolchain": toolchain("general", file.packages),
    }


def stub_recipe(study: Study) -> Json:
    """Return the same for stubs: in every key of theirs, so that none is taken for a fit.

    What a model would use changes their keys as it would a model's.
    """
    spec = study.model_dump(mode="json")
    return {
        "kind": "fit",
        "model": STUB,
        **{name: spec[name] for name in ("priors", "interactions", "covariates")},
        "sampler": sampler_json(study),
        "toolchain": toolchain("stub"),
    }


def of_outcome(shared: Json, counts: Mapping[str, str], seed: int) -> FitRecipe:
    """Return the recipe of one outcome's fit; ``seed`` is the first step's."""
    return cast("FitRecipe", {**shared, "counts": dict(counts), "seed": seed})


def groups_json(study: Study) -> list[Json]:
    """Return the groups as they enter a recipe and a task."""
    return [
        {"by": list(g.by)}
        if g.where is None
        else {"name": g.name, "where": normalise(condition_of(g, study))}
        for g in study.groups
    ]


def estimates_recipe(study: Study, design: Design) -> Json:
    """Return what the recipes of all outcomes' estimates share."""
    return {
        "kind": "estimates",
        "version": ESTIMATE,
        "pyarrow": table_writer(),
        "frame": design.frame.digest(),
        "groups": groups_json(study),
        "interval": study.interval,
        "minimum_base": study.minimum_base,
    }


def of_fit(shared: Json, fit_key: str, design: Design, sums: str) -> EstimatesRecipe:
    """Return the recipe of one outcome's estimates, by its fit and its answers."""
    own = {"fit": fit_key, "sums": digest([list(design.asked), sums])}
    return cast("EstimatesRecipe", {**shared, **own})
