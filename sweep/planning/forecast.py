"""Forecast: how long a plan's fits will take, and how many bytes a run of it adds to the store.

Both are measured on stored results where there are any; else they are worked out from the draws,
the parameters and the rows, and the forecast says so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from math import prod
from statistics import mean, median
from typing import Any

from sweep.artifacts.artifact import read_done
from sweep.artifacts.encoding import seal
from sweep.artifacts.manifest import LAYOUT, Manifest, pack_done
from sweep.data.cells import occurring_combinations
from sweep.keys import Recipe
from sweep.planning.plan import Plan
from sweep.store import NotStored, Store
from sweep.store.concurrency import concurrently
from sweep.words.numbers import count_of

__all__ = ["Forecast", "forecast", "parameters_of"]

LOOKED = 50  # stored results looked at; keys are digests, so the first ones are a random sample
SECONDS = 1.0  # of a fit, while the store holds none
FLOAT, FITTED = 4, 1500  # bytes: of a stored number, and of what a fit says of itself
TOLD = 4 / 3 * (4 + 2 / 8)  # bytes of what the sampler says of a draw: a number, two bits, as text
TABLE, ROW = 20_000, 106  # bytes: a stored table of estimates, and each of its rows
REPORT, REPORT_ROW = 250_000, 620  # bytes: a report's three files, and each row in all of them
UNKNOWN = 20  # parameters of a model file that nobody has fitted, beside its levels


@dataclass(frozen=True)
class Forecast:
    """What a run of a plan will cost.

    ``seconds_per_fit`` is the median of ``fits_measured`` stored fits, or a guess if that is 0.
    ``bytes`` are added to the store, by what they are of; those of fits and of estimates come from
    where ``sources`` says.
    """

    seconds_per_fit: float
    fits_measured: int
    bytes: Mapping[str, int]
    sources: Mapping[str, str]

    @property
    def total(self) -> int:
        """Return all bytes."""
        return sum(self.bytes.values())


def forecast(store: Store, plan: Plan) -> Forecast:
    """Return what a run of a plan will cost; at most a hundred stored results are looked at."""
    entries, keeps = plan.left(), plan.record.keeps_draws
    to_fit = sum(e.action == "fit" for e in entries) if keeps else 0
    tables = list(stored_manifests(store, "estimates"))
    seconds = [float(done.meta["seconds"]) for done in tables if "seconds" in done.meta]
    fit, fits_from = bytes_per_fit(store, plan) if to_fit else (0, "")
    table, tables_from = bytes_per_table(tables, plan)
    rows = row_count(plan)
    sizes = {
        "fits": fit * to_fit,
        "estimates": table * len(entries),
        "tasks": sum(len(seal(plan.tasks[e.key].as_json())) for e in entries),
        "report": REPORT + REPORT_ROW * rows * len(plan.entries) if entries else 0,
    }
    sources = {"fits": fits_from, "estimates": tables_from if entries else ""}
    return Forecast(median(seconds) if seconds else SECONDS, len(seconds), sizes, sources)


def stored_manifests(store: Store, kind: str) -> Iterator[Manifest]:
    """Yield what some stored results of a kind say of themselves."""
    names = (n for n in store.list(f"{LAYOUT[kind]}/") if n.endswith("/done.json"))
    keys = [name.split("/")[1] for name in islice(names, LOOKED)]

    def there(key: str) -> Manifest | None:
        try:
            return read_done(store, kind, key)
        except NotStored:  # taken away meanwhile
            return None

    return (done for done in concurrently(there, keys) if done is not None)


def artifact_bytes(done: Manifest) -> int:
    """Return the bytes of an artifact: its payload and its ``done.json``."""
    return sum(file.size for file in done.payload.values()) + len(pack_done(done))


def bytes_per_fit(store: Store, plan: Plan) -> tuple[int, str]:
    """Return the bytes that one fit adds, and where that is known from."""
    recipe = next(iter(plan.tasks.values())).fit
    like = [
        artifact_bytes(d)
        for d in stored_manifests(store, "fit")
        if fit_shape(d.recipe) == fit_shape(recipe)
    ]
    if like:
        return round(mean(like)), f"{count_of(len(like), 'stored fit')} of this shape"
    sampler = recipe["sampler"]
    draws = sampler["chains"] * sampler["draws"]
    numbers, known = parameters_of(recipe)
    guess = "" if known else " (a guess)"
    size = f"{count_of(draws, 'draw')} x {count_of(numbers, 'parameter')}{guess}"
    words = f"{size}, at the first checkpoint"
    return round(draws * (FLOAT * numbers + TOLD)) + len(seal(recipe)) + FITTED, words


def fit_shape(recipe: Recipe) -> Any:
    """Return what decides the size of a fit: draws, levels, and the terms without their priors."""
    model, sampler = recipe["model"], recipe["sampler"]
    if isinstance(model, dict) and "terms" in model:
        model = [[t["term"], t.get("predictors"), t.get("predictor")] for t in model["terms"]]
    levels = [[name, len(labels)] for name, labels in recipe.get("levels", [])]
    return [model, levels, sampler["chains"], sampler["draws"], sampler["target_ess"]]


def parameters_of(recipe: Recipe) -> tuple[int, bool]:
    """Return the numbers that a fit stores per draw, and whether that is known.

    Of a model file only a fit can tell: the guess is one per level and some more.
    """
    model = recipe["model"]
    levels = {name: len(labels) for name, labels in recipe.get("levels", [])}
    if isinstance(model, str):
        return 1, True
    if "file" in model:
        return sum(levels.values()) + UNKNOWN, False
    varying = [t["predictors"] for t in model["terms"] if t["term"] == "varying"]
    fixed = len(model["terms"]) - len(varying)
    return fixed + sum(1 + prod(levels[p] - 1 for p in names) for names in varying), True


def bytes_per_table(tables: list[Manifest], plan: Plan) -> tuple[int, str]:
    """Return the bytes that one outcome's estimates add, and where that is known from."""
    groups = next(iter(plan.tasks.values())).estimates["groups"] if plan.tasks else []
    like = [artifact_bytes(done) for done in tables if done.recipe["groups"] == groups]
    if like:
        return round(mean(like)), f"{count_of(len(like), 'stored table')} of these groups"
    rows = row_count(plan)
    return TABLE + ROW * rows, f"{count_of(rows, 'row')} per outcome"


def row_count(plan: Plan) -> int:
    """Return the rows of one outcome's estimates.

    A named group has one, a product those that people are in: of nested geographies, few of all.
    """
    frame, groups = plan.prepared.design.frame, plan.record.study["groups"]
    products = [[frame.column(v) for v in g] for g in groups if isinstance(g, list)]
    named = sum(len(g) for g in groups if not isinstance(g, list))
    return named + sum(
        len(occurring_combinations(columns, len(frame.cell))[0]) for columns in products
    )
