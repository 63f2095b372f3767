"""Tasks: what a worker needs to know of an outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sweep.artifacts.blobs import put_blob
from sweep.artifacts.tasks import Task
from sweep.config import Study
from sweep.data.design import Design
from sweep.data.outcomes import Outcome
from sweep.inference.compilation import call
from sweep.keys import Json, digest, seed_of
from sweep.model.checks import check_terms
from sweep.model.files import ModelFile
from sweep.model.terms import Model
from sweep.planning.counting import StoredCounts
from sweep.planning.prepare import StoredDesign
from sweep.planning.recipes import (
    estimates_recipe,
    fit_recipe,
    general_recipe,
    of_fit,
    of_outcome,
    stub_recipe,
)
from sweep.store import Store
from sweep.words.telling import Tell

__all__ = []


@dataclass(frozen=True)
class Shared:
    """What the tasks of a sweep have in common: ``fit`` and ``estimates`` are parts of recipes."""

    study: Study
    file: ModelFile
    prepared: StoredDesign
    fit: Json
    estimates: Json
    blob: str


def shared_parts(
    study: Study, file: ModelFile, prepared: StoredDesign, store: Store, tell: Tell
) -> Shared:
    """Return what a sweep's tasks have in common; its model file is in the store then."""
    fit = shared_recipe(study, file, prepared)
    tables = estimates_recipe(study, prepared.design)
    return Shared(study, file, prepared, fit, tables, put_blob(store, file.source, tell))


def tasks_of(
    shared: Shared, outcomes: Sequence[Outcome], counted: Mapping[str, StoredCounts]
) -> dict[str, Task]:
    """Return the tasks of some outcomes by name; those of qualifiers know who qualifies."""
    who = next((o for o in outcomes if o.condition is not None), None)
    universe = None if who is None else task_of(shared, who, counted[who.name], None)
    return {
        o.name: universe
        if universe is not None and o is who
        else task_of(shared, o, counted[o.name], universe)
        for o in outcomes
    }


def task_of(shared: Shared, outcome: Outcome, counted: StoredCounts, universe: Task | None) -> Task:
    """Return an outcome's task: all that a worker needs to know."""
    seed, design = shared.study.sampler.seed, shared.prepared.design
    fit = of_outcome(shared.fit, counted.digests, seed_of(seed, outcome.name))
    estimates = of_fit(shared.estimates, digest(fit), design, counted.sums)
    if universe is not None:
        estimates["universe"] = universe.fit_key
    return Task(
        outcome=outcome.name,
        study_seed=seed,
        design=shared.prepared.key,
        counts=counted.key,
        fit=fit,
        estimates=estimates,
        model=shared.file.name,
        model_blob=shared.blob if shared.file.route == "general" else None,
        universe=None if universe is None else universe.as_json(),
    )


def shared_recipe(study: Study, file: ModelFile, prepared: StoredDesign) -> Json:
    """Return what the recipes of all fits share, by the model file's route."""
    if file.route == "stub":
        return stub_recipe(study)
    if file.route == "general":
        return general_recipe(study, file, prepared.design)
    design = prepared.design
    return fit_recipe(study, terms_of(file, study, design), design)


def terms_of(file: ModelFile, study: Study, design: Design) -> Model:
    """Return the model that a file's ``terms`` makes of a study, in the config's order.

    Raises
    ------
    ModelError
        If it raises, or makes no model that can be fitted.
    """
    made = call(file, "terms", study, design.levels)
    return check_terms(file, made, study, design.levels, design.covariates)
