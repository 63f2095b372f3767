"""Explain: why each outcome of a plan is taken from the store, made anew, or not tried.

What is to be made is compared with the nearest stored result, field by field. What the transform
made is known by its digest alone; why that changed stands in the recipes of counts and design.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sweep.artifacts.artifact import read_done
from sweep.artifacts.blobs import get_blob
from sweep.artifacts.tasks import Task
from sweep.journal.entries import Entry
from sweep.journal.failures import failure_of
from sweep.journal.run_plan import RunPlan
from sweep.journal.runs import plan_of
from sweep.keys import Recipe
from sweep.planning.differences import (
    Difference,
    changed_definitions,
    counts_fields,
    design_fields,
    differences,
    estimates_fields,
    fit_fields,
    model_settings,
    with_words,
)
from sweep.planning.nearest import Earlier, candidates, nearest
from sweep.planning.plan import Plan
from sweep.store import NotStored, Store
from sweep.store.concurrency import concurrently

__all__ = ["Explanation", "explain"]

TRANSFORMED = ("counts.", "covariates.", "frame", "levels.", "predictors", "sums")
"""Beginnings of the fields that the transform made."""


@dataclass(frozen=True)
class Explanation:
    """Why an outcome of a plan is what it is.

    ``action`` is the plan's: ``taken``, ``estimate``, ``fit`` or ``failed``. ``reason`` is a
    sentence, ``differences`` are the fields that set it apart from ``nearest``.
    """

    outcome: str
    action: str
    reason: str
    differences: tuple[Difference, ...] = ()
    nearest: Earlier | None = None


@dataclass(frozen=True)
class StoredRecipes:
    """The plan that is explained, its store, and the recipes read so far by kind and key."""

    store: Store
    plan: Plan
    recipes: dict[tuple[str, str], Recipe] = field(default_factory=dict)
    plans: dict[str, RunPlan] = field(default_factory=dict)

    def recipe(self, kind: str, key: str) -> Recipe | None:
        """Return a stored recipe, None if it was taken away."""
        if (kind, key) not in self.recipes:
            try:
                self.recipes[kind, key] = read_done(self.store, kind, key).recipe
            except NotStored:
                return None
        return self.recipes[kind, key]

    def plan_of(self, run: str) -> RunPlan:
        """Return the plan of an earlier run."""
        if run not in self.plans:
            self.plans[run] = plan_of(self.store, run)
        return self.plans[run]


def explain(store: Store, plan: Plan) -> list[Explanation]:
    """Explain every outcome of a plan, in its order; nothing is fitted."""
    earlier = candidates(store, plan.left())
    sources = StoredRecipes(store, plan)

    def explain_entry(entry: Entry) -> Explanation:
        name, action = entry.name, entry.action
        if action == "taken":
            return Explanation(name, action, "its estimates are there")
        if action == "failed":
            return Explanation(name, action, failure_words(store, entry))
        return compare_with_nearest(sources, entry, earlier[entry.id])

    return concurrently(explain_entry, plan.entries)


def failure_words(store: Store, entry: Entry) -> str:
    """Return why an outcome is not tried, and what would have it tried."""
    if entry.failure is not None:
        return entry.failure.message
    failure = failure_of(store, entry.fit_key)
    if failure is None:
        return "it had failed, and was forgotten while this was asked: ask again"
    longer = f"; so does a longer execution.{failure.limit}" if failure.limit else ""
    return (
        f"it failed and would fail again ({failure.kind}): {failure.message}; "
        f"`sweep run --retry-failed` tries it again{longer}"
    )


def compare_with_nearest(
    sources: StoredRecipes, entry: Entry, earlier: Sequence[Earlier]
) -> Explanation:
    """Explain an outcome that is to be made."""
    name, action = entry.name, entry.action
    task = sources.plan.tasks[entry.key]
    found = nearest(sources.store, task, action, earlier)
    if found is not None:
        return Explanation(name, action, *why(sources, action, *found, task), found[0])
    begun = [e.run for e in earlier if e.estimates == entry.key]
    if begun:
        return Explanation(name, action, f"run {begun[0]} was to make it and did not")
    if action == "estimate":
        return Explanation(name, action, "its fit is in the store, estimates never were")
    return Explanation(
        name, action, "never fitted: no run in this store has had it, or its answers"
    )


def why(
    sources: StoredRecipes, action: str, found: Earlier, old: Task, new: Task
) -> tuple[str, tuple[Difference, ...]]:
    """Return in a sentence why a stored result does not serve, and the fields that differ."""
    whose = "its own" if found.outcome == new.outcome else f"that of {found.outcome!r}"
    fit = differences(fit_fields(old.fit), fit_fields(new.fit))
    if action == "fit" and fit:
        told = in_words(sources, found.run, old, new, fit)
        return f"the nearest stored fit, {whose}, differs", told
    estimates = differences(estimates_fields(old.estimates), estimates_fields(new.estimates))
    told = in_words(sources, found.run, old, new, estimates)
    if action == "fit":
        return f"the draws of this fit, {whose}, were not kept (execution.keep)", told
    return f"its fit is there; the nearest stored estimates, {whose}, differ", told


def in_words(
    sources: StoredRecipes, run: str, old: Task, new: Task, found: Sequence[Difference]
) -> tuple[Difference, ...]:
    """Return differences in the config's words, then what lies behind those of digests."""
    told: list[Difference] = []
    for difference in found:
        told += seed_words(old, new) if difference.field == "seed" else [difference]
    if any(d.field.startswith("model") for d in found):
        told += model_causes(sources, sources.plan_of(run))
    if any(d.field.startswith(TRANSFORMED) for d in found):
        told += causes(sources, old, new)
    return tuple({d.field: d for d in told}.values())


def seed_words(old: Task, new: Task) -> list[Difference]:
    """Return what an outcome's seed derives from and changed: the study's seed, the name."""
    values = {
        "study.sampler.seed": (old.study_seed, new.study_seed),
        "study.outcomes.name": (old.outcome, new.outcome),
    }
    return [with_words(field, *pair) for field, pair in values.items() if pair[0] != pair[1]]


def model_causes(sources: StoredRecipes, old: RunPlan) -> list[Difference]:
    """Return how the config's part in the model, and the model file, differ from an earlier run's.

    Of a file with the same name it says which of its definitions changed.
    """
    plan, file = sources.plan, sources.plan.file
    studies = [record.study for record in (old, plan.record)]
    found = differences(*(model_settings(study) for study in studies))
    if studies[0]["model"] != studies[1]["model"]:
        return list(found)
    try:
        before = get_blob(sources.store, old.model_blob)
    except NotStored:
        return list(found)
    if names := changed_definitions(before, file.source):
        where = f"models/{file.name}.py"
        words = f"{where}: {', '.join(names)} changed"
        blobs = (old.model_blob, plan.record.model_blob)
        return [*found, Difference(where, *blobs, words)]
    return list(found)


def causes(sources: StoredRecipes, old: Task, new: Task) -> list[Difference]:
    """Return how the coding of the answers, and the transform before it, differ."""
    found: list[Difference] = []
    keys = {"counts": (old.counts, new.counts), "design": (old.design, new.design)}
    for kind, fields in (("counts", counts_fields), ("design", design_fields)):
        recipes = [sources.recipe(kind, key) for key in keys[kind]]
        if recipes[0] is not None and recipes[1] is not None:
            found += differences(fields(recipes[0]), fields(recipes[1]))
    return found
