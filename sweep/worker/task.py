"""Tasks: the two steps of one outcome, each published under its own key: fit, then estimates."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sweep.artifacts.artifact import publish_same
from sweep.artifacts.blobs import get_blob
from sweep.artifacts.contents import get_design, put_fit
from sweep.artifacts.encoding import unpack_arrays
from sweep.artifacts.manifest import place
from sweep.artifacts.quarantine import read_if_sound
from sweep.artifacts.recipes import TaskMeta
from sweep.artifacts.records import damage_error
from sweep.artifacts.tasks import Task
from sweep.config import Group
from sweep.data.cells import Counts
from sweep.data.counts import counts_of
from sweep.data.design import Design
from sweep.diagnostics.verdict import as_json
from sweep.errors import CorruptArtifact
from sweep.estimates.poststratify import Probabilities, of_qualifiers, poststratify
from sweep.faultpoint import faultpoint
from sweep.inference.checkpoints import Draws, Fit, Target
from sweep.inference.fast import fit_terms, probabilities
from sweep.inference.grid import Grid, grid_of
from sweep.inference.posterior import thin
from sweep.inference.sample import Settings
from sweep.inference.sampler_stats import statistics_json
from sweep.inference.stub import fit_stub, stub_probabilities
from sweep.keys import Json
from sweep.model.effects import blocks_of
from sweep.model.files import STUB, ModelFile, Route, load_model
from sweep.model.terms import from_json
from sweep.store import Store
from sweep.worker.checks import Subject, doubts_of, with_doubts
from sweep.worker.incidence import Incidence
from sweep.worker.inputs import sums_of, weighting_for
from sweep.worker.rows import table_of
from sweep.worker.versions import check_toolchain, check_writer

if TYPE_CHECKING:
    from sweep.inference.general import Compiled
    from sweep.worker.memory import Memory

__all__ = [
    "Fitted",
    "compile_ahead",
    "design_of",
    "estimate_task",
    "fit_task",
    "grid_from",
    "incidence_of",
    "probabilities_of",
    "route_of",
]


@dataclass(frozen=True)
class Fitted:
    """A fit's draws and what its ``done.json`` says of it."""

    draws: Draws
    meta: TaskMeta


def design_of(store: Store, task: Task, memory: "Memory") -> Design:
    """Return the task's design; the last one read is remembered."""
    if memory.design is None or memory.design_key != task.design:
        memory.design = get_design(store, task.design)
        memory.design_key = task.design
        memory.weightings.clear()
    return memory.design


def grid_from(task: Task, design: Design) -> Grid:
    """Return the grid of a fast fit, from its recipe's terms."""
    model = from_json(terms_json(task))
    return grid_of(blocks_of(model, design.levels, design.covariates), design.levels)


def fit_task(store: Store, task: Task, keep_draws: bool, memory: "Memory") -> Fitted:
    """Return the task's fit: from the store, else sampled now; without draws it is not stored."""
    stored = read_if_sound(store, "fit", task.fit_key, ["draws.npz"], memory.tell)
    if stored is not None:
        draws = unpack_arrays(stored.payload["draws.npz"])
        told = {name: value for name, value in stored.meta.items() if name != "statistics"}
        return Fitted(draws, cast("TaskMeta", told))
    started = time.perf_counter()
    fit = sample_task(store, task, memory)
    faultpoint("fit.after_sample", task.outcome)
    meta: TaskMeta = {
        "status": fit.status,
        "reasons": list(fit.diagnostics.reasons),
        "diagnostics": as_json(fit.diagnostics),
        "remedies": list(fit.remedies),
        "outcome": task.outcome,
        "seconds": round(time.perf_counter() - started, 3),
    }
    if keep_draws:
        statistics = statistics_json(fit.statistics)
        put_fit(store, task.fit, fit, {**meta, "statistics": statistics})
    faultpoint("fit.after_publish", task.outcome)
    return Fitted(fit.draws, meta)


def route_of(task: Task) -> Route:
    """Return which route a task's model takes."""
    model = task.fit["model"]
    if model == STUB:
        return "stub"
    return "general" if "file" in model else "fast"


def terms_json(task: Task) -> Json:
    """Return what a fit's recipe says of its model: terms, or the digest of a file."""
    model = task.fit["model"]
    assert isinstance(model, dict)
    return model


def sample_task(store: Store, task: Task, memory: "Memory") -> Fit:
    """Sample the task's posterior by its route."""
    design, counts = inputs_of(store, task, memory)
    memory.sampled = True
    asked = task.fit["sampler"]
    settings = Settings(asked["draws"], asked["tune"], asked["chains"], asked["target_accept"])
    target = Target(settings, asked["target_ess"], task.study_seed, task.outcome)

    def sampled(draws: int) -> None:
        memory.watch("sample", draws)

    route = route_of(task)
    if route == "stub":
        return fit_stub(counts, target, sampled)
    if route == "fast":
        return fit_terms(grid_from(task, design), counts, target, sampled)
    from sweep.inference.general import fit_general

    file, priors = model_file(store, task, memory), task.fit["priors"]
    return fit_general(file, design.levels, counts, priors, target, compiled_in(memory))


def compile_ahead(store: Store, task: Task, memory: "Memory") -> bool:
    """Compile the task's model if that serves other outcomes, too; return whether it did."""
    if route_of(task) != "general":
        return False
    from sweep.inference.general import compiled_for

    design, counts = inputs_of(store, task, memory)
    file = model_file(store, task, memory)
    if "data" not in file.functions:
        return False
    memory.watch("build", 0)
    compiled_for(file, design.levels, counts, task.fit["priors"], compiled_in(memory))
    return True


def compiled_in(memory: "Memory") -> "Compiled":
    """Return the models this worker has compiled."""
    from sweep.inference.general import Compiled

    compiled: Compiled = memory.compiled or Compiled()
    memory.compiled, compiled.watch = compiled, memory.watch
    return compiled


def inputs_of(store: Store, task: Task, memory: "Memory") -> tuple[Design, Counts]:
    """Return the task's design and exactly the counts its recipe names."""
    check_toolchain(task, route_of(task), memory)
    design = design_of(store, task, memory)
    counts = counts_of(sums_of(store, task, memory), design.levels)
    if counts.digests() != task.fit["counts"]:
        raise damage_error(
            store, place("counts", task.counts), "its answers are not those the task names"
        )
    return design, counts


def model_file(store: Store, task: Task, memory: "Memory") -> ModelFile:
    """Return the task's model file, executed once per worker.

    Raises
    ------
    CorruptArtifact
        If it is not the one that the fit's recipe names.
    """
    blob = task.model_blob
    assert blob is not None
    if blob not in memory.models:
        memory.watch("load", 0)
        memory.models[blob] = load_model(task.model, get_blob(store, blob))
    file = memory.models[blob]
    if file.digest != terms_json(task)["file"]:
        msg = (
            f"the stored model file {blob} is not the one that fit {task.fit_key} names, "
            "or another Python reads it otherwise: plan the sweep again, with `sweep run`"
        )
        raise CorruptArtifact(msg)
    return file


def probabilities_of(store: Store, task: Task, draws: Draws, memory: "Memory") -> Probabilities:
    """Return the function from a block of cells to their probabilities (cell, draw)."""
    route = route_of(task)
    if route == "stub":
        return stub_probabilities(draws)
    if route == "fast":
        return probabilities(grid_from(task, design_of(store, task, memory)), draws)
    from sweep.inference.general import file_probabilities

    return file_probabilities(model_file(store, task, memory), draws)


def incidence_of(store: Store, task: Task, length: int, memory: "Memory") -> Incidence | None:
    """Return who qualifies, with so many draws of each chain; None if everybody does.

    The fit is read from the store, or sampled and kept: all outcomes of a sweep need it. The two
    posteriors are independent, so that any draws may be paired: evenly, where one is longer.
    """
    asked = task.of_universe()
    if asked is None:
        return None
    fitted = fit_task(store, asked, True, memory)
    draws = thin(fitted.draws, length)
    return Incidence(probabilities_of(store, asked, draws, memory), fitted.meta)


def estimate_task(store: Store, task: Task, fitted: Fitted, memory: "Memory") -> TaskMeta:
    """Poststratify the stored draws, check them and publish the outcome's table; return its meta.

    What the checks object to flags the outcome as what the sampler did would.
    """
    check_toolchain(task, route_of(task), memory)  # the fit may be another worker's
    memory.watch("poststratify", 0)
    recipe = task.estimates
    check_writer(recipe, memory)
    design = design_of(store, task, memory)
    groups = [
        Group(tuple(g.get("by", ())), g.get("name"), g.get("where")) for g in recipe["groups"]
    ]
    chains, length = next(iter(fitted.draws.values())).shape[:2]
    incidence = incidence_of(store, task, length, memory)
    who = None if incidence is None else incidence.probabilities
    sums = sums_of(store, task, memory)
    weighting = weighting_for(task, design, groups, memory)
    whole = weighting_for(task, design, [Group()], memory)

    def model(draws: Draws) -> Probabilities:
        return probabilities_of(store, task, draws, memory)

    values = poststratify(weighting, design.levels, model(fitted.draws), who)
    weighting = of_qualifiers(weighting, design.levels, who)
    subject = Subject(task, design, sums, groups, weighting, values, whole, who)
    doubts = doubts_of(subject, model, fitted.draws)
    judged = fitted.meta if incidence is None else incidence.judge(fitted.meta)
    meta: TaskMeta = {
        **with_doubts(judged, doubts),
        "n": float(sums.n.sum()),
        "draws": chains * length,
    }
    table = table_of(subject, doubts, meta["status"], chains)
    faultpoint("estimates.before_publish", task.outcome)
    publish_same(store, "estimates", recipe, {"estimates.parquet": table}, meta)
    faultpoint("estimates.after_publish", task.outcome)
    return meta
