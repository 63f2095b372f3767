"""Lineage: which model and toolchain made each fit of a run, and which fits differ from the rest.

A plan is made of one model and one toolchain, and every key names both, so that the fits of a run
agree by construction. This is the check that they do, from the recipes themselves: numbers of two
versions side by side in one table must not go unsaid.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from sweep.artifacts.artifact import read_done
from sweep.artifacts.recipes import FitRecipe
from sweep.artifacts.tasks import read_task
from sweep.journal.entries import Entry
from sweep.keys import Json, digest
from sweep.planning.differences import differences, fit_fields
from sweep.store import NotStored, Store
from sweep.store.concurrency import concurrently

__all__ = ["Lineage", "lineage_of"]

NAMED = 10  # outcomes in a note
SAME = ("model", "study.model", "study.priors", "study.sampler", "toolchain")
"""Beginnings of the fields that all fits of a run share."""


@dataclass(frozen=True)
class Lineage:
    """The recipe that most fits of a run share, and by outcome how others differ from it.

    ``recipe`` is None while there is no fit. ``unknown`` are outcomes whose recipe is gone.
    """

    recipe: FitRecipe | None
    apart: Mapping[str, str]
    unknown: tuple[str, ...]

    def notes(self) -> list[str]:
        """Return what a reader of the run's numbers must be told, most often nothing."""
        notes = []
        for words in dict.fromkeys(self.apart.values()):
            names = [name for name, how in self.apart.items() if how == words]
            notes.append(
                "The fits in this report come from more than one model or toolchain. "
                f"{names_in_words(names)}: {words}. `sweep run` fits them all alike."
            )
        if self.unknown:
            notes.append(
                "Which model and toolchain made these is not known, as their recipes are gone: "
                f"{names_in_words(self.unknown)}."
            )
        return notes


def lineage_of(store: Store, entries: Sequence[Entry]) -> Lineage:
    """Return the lineage of some entries of a plan: of those that have estimates."""
    found = concurrently(lambda entry: fit_recipe_of(store, entry), entries)
    recipes = {str(entry.id): recipe for entry, recipe in zip(entries, found, strict=True)}
    known = {name: recipe for name, recipe in recipes.items() if recipe is not None}
    shared = {name: digest(shared_fields(recipe)) for name, recipe in known.items()}
    if not known:
        return Lineage(None, {}, tuple(recipes))
    (usual, _), *_ = Counter(shared.values()).most_common(1)  # of equals, the first in the plan
    common = next(known[name] for name in known if shared[name] == usual)
    apart = {name: words(common, known[name]) for name in known if shared[name] != usual}
    return Lineage(common, apart, tuple(name for name in recipes if name not in known))


def fit_recipe_of(store: Store, entry: Entry) -> FitRecipe | None:
    """Return the recipe of an entry's fit, from its task or beside the fit; None if both went."""
    with suppress(NotStored):
        return read_task(store, entry.key).fit
    with suppress(NotStored):
        return cast("FitRecipe", read_done(store, "fit", entry.fit_key).recipe)
    return None


def shared_fields(recipe: FitRecipe) -> Json:
    """Return the fields that all fits of a run have in common."""
    return {k: v for k, v in fit_fields(recipe).items() if k.startswith(SAME)}


def words(common: FitRecipe, other: FitRecipe) -> str:
    """Return how a fit differs from most."""
    found = differences(shared_fields(common), shared_fields(other))
    return "; ".join(
        "another model file" if d.field == "model file" else f"{d.field} {d.new}, not {d.old}"
        for d in found
    )


def names_in_words(names: Iterable[str]) -> str:
    """Return names as a list in words, cut short."""
    every = list(names)
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return ", ".join(every[:NAMED]) + more
