"""Plan: which models a sweep consists of, under which keys, and what is left to do.

A plan is JSON, immutable once its run exists. `sweep plan` prints it and stops.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from sweep.artifacts import exists, read_done
from sweep.compile_model import call
from sweep.config import Execution, Study, SweepConfig
from sweep.errors import ModelError, StoreError, UsageError
from sweep.faultpoint import faultpoint
from sweep.generation import generation
from sweep.journal import failure_of, remembered
from sweep.keys import digest, seed_of
from sweep.model import STUB, Model, ModelFile, load_model
from sweep.outcomes import Outcome, outcomes_of, select_outcomes
from sweep.poststratify import check_groups
from sweep.prepare import (
    Prepared,
    count_outcomes,
    prepare_design,
    project_models,
)
from sweep.quarantine import Tell, unheard, whole
from sweep.recipes import (
    estimates_recipe,
    fit_recipe,
    general_recipe,
    of_fit,
    of_outcome,
    stub_recipe,
)
from sweep.sources import Sources, sources_in
from sweep.store import Store
from sweep.store.together import together
from sweep.stored import put_blob, put_task
from sweep.survey import read_columns

__all__ = ["Plan", "Selection", "make_plan", "settled", "write_tasks"]

NOBODY = {"kind": "data", "message": "nobody asked"}


@dataclass(frozen=True)
class Selection:
    """Which part of a sweep to run: patterns of outcomes, at most so many, on so many people."""

    patterns: tuple[str, ...] = ()
    limit: int | None = None
    sample: int | None = None


@dataclass(frozen=True)
class Plan:
    """A sweep made concrete.

    ``record`` is what a run's plan.json holds; ``tasks`` the records workers read, by key, for all
    outcomes that can be fitted; ``prepared`` the design, and ``file`` the model file. ``mended``
    says what was damaged. ``again`` plans the same anew; see `settled`.
    """

    record: dict[str, Any]
    tasks: dict[str, dict[str, Any]]
    prepared: Prepared
    file: ModelFile
    mended: tuple[str, ...]
    generation: str
    again: "Callable[[], Plan]"

    def to_do(self) -> list[str]:
        """Return the keys of the tasks that are left, in the outcomes' order."""
        left = ("fit", "estimate")
        return [o["estimates"] for o in self.record["outcomes"] if o["action"] in left]

    def names_to_do(self) -> list[str]:
        """Return the names of the outcomes that are left."""
        keys = set(self.to_do())
        return [o["outcome"] for o in self.record["outcomes"] if o["estimates"] in keys]


def make_plan(
    config: SweepConfig,
    directory: Path,
    store: Store,
    selection: Selection = Selection(),  # frozen
    retry_failed: bool = False,
) -> Plan:
    """Prepare the data and work out every key; what is taken from the store is verified.

    Raises
    ------
    ConfigError, DataError, ModelError, UsageError
        If config, data, model file or selection do not fit together; nothing has run then.
    """
    study = config.study
    before, mended = generation(store), list[str]()
    file = read_model(config, directory)
    sources = sources_in(study, directory)
    outcomes = outcomes_in(study, sources, selection)
    prepared = prepare_design(config, sources, store, selection.sample, mended.append)
    check_groups(prepared.design.frame, study.groups)
    shared = shared_recipe(study, file, prepared)
    tables = estimates_recipe(study, prepared.design)
    blob = put_blob(store, file.source, mended.append)
    faultpoint("plan.after_blob")
    counted = count_outcomes(study, sources, prepared, outcomes, store, mended.append)
    entries: list[dict[str, Any]] = []
    tasks: dict[str, dict[str, Any]] = {}
    for outcome in outcomes:
        counts = counted[outcome.name]
        fit = of_outcome(shared, counts["counts"], seed_of(study.sampler.seed, outcome.name))
        estimates = of_fit(tables, digest(fit), prepared.design, counts["sums"])
        task = {
            "outcome": outcome.name,
            "study_seed": study.sampler.seed,
            "design": prepared.key,
            "counts": counts["key"],
            "fit": fit,
            "estimates": estimates,
            "model": file.name,
            "model_blob": blob if file.route == "general" else None,
        }
        entry = describe(outcome, counts, digest(fit), digest(estimates))
        entries.append(entry)
        if entry["failure"] is None:
            tasks[entry["estimates"]] = task
    actions = together(
        lambda e: action_of(store, e, retry_failed, config.execution, mended.append), entries
    )
    entries = [{**e, "action": action} for e, action in zip(entries, actions, strict=True)]
    chosen = by_status(store, outcomes, entries, selection)
    pins = {"design": prepared.key, "model_blob": blob, "outcomes": chosen}
    record = {**described(config, directory, selection), **pins}
    again = partial(make_plan, config, directory, store, selection, retry_failed)
    chosen_tasks = {k: tasks[k] for e in chosen if (k := e["estimates"]) in tasks}
    return Plan(record, chosen_tasks, prepared, file, tuple(mended), before, again)


def described(config: SweepConfig, directory: Path, selection: Selection) -> dict[str, Any]:
    """Return what a plan says of the sweep as a whole."""
    given = {"config": config.model_dump(mode="json"), "directory": str(directory)}
    return {"name": config.name, **given, "sample": selection.sample}


def settled(store: Store, plan: Plan) -> Plan:
    """Return a plan that is stored, made and its tasks written anew if `sweep gc` came between.

    What no run refers to yet may have gone. From now on the run does: once is enough.

    Raises
    ------
    StoreError
        If survey, population or model file have changed as well.
    """
    if generation(store) == plan.generation:
        return plan
    anew = plan.again()
    if keys_of(anew) != keys_of(plan):
        msg = "the sources changed while the sweep was planned: run again"
        raise StoreError(msg)
    write_tasks(store, anew, list(anew.tasks))
    return anew


def keys_of(plan: Plan) -> list[str]:
    """Return the keys of a plan: what is planned, whatever is there of it."""
    return [plan.record["design"], *(o["estimates"] for o in plan.record["outcomes"])]


def read_model(config: SweepConfig, directory: Path) -> ModelFile:
    """Read and load the config's model file."""
    name = config.study.model
    if name == STUB:
        return load_model(name, b"")
    folder = project_models(directory, config.execution.models_dir)
    path = folder / f"{name}.py"
    if not path.is_file():
        there = sorted(p.stem for p in folder.glob("*.py"))
        near = get_close_matches(name, there, n=1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        msg = f"study.model: there is no {path}.{guess} Models there: {', '.join(there) or 'none'}"
        raise UsageError(msg)
    return load_model(name, path.read_bytes())


def outcomes_in(study: Study, sources: Sources, selection: Selection) -> list[Outcome]:
    """Return the outcomes of a study whose survey has them; those by status are chosen later."""
    renames = study.survey.rename
    columns = [renames.get(name, name) for name in read_columns(sources.survey)]
    return named(outcomes_of(study, columns), selection)


def named(outcomes: Sequence[Outcome], selection: Selection) -> list[Outcome]:
    """Return the outcomes selected by name or tag; those by status are chosen later."""
    patterns = [p for p in selection.patterns if not p.startswith("status:")]
    if any(p.startswith("status:") for p in selection.patterns):
        return list(outcomes)
    chosen = select_outcomes(outcomes, patterns)
    return chosen[: selection.limit]


def by_status(
    store: Store, outcomes: list[Outcome], entries: list[dict[str, Any]], selection: Selection
) -> list[dict[str, Any]]:
    """Return the entries of the selected outcomes, now that their states are known."""
    if not any(p.startswith("status:") for p in selection.patterns):
        return entries
    statuses = {e["outcome"]: status_of(store, e) for e in entries}
    chosen = {o.name for o in select_outcomes(outcomes, selection.patterns, statuses)}
    return [e for e in entries if e["outcome"] in chosen][: selection.limit]


def status_of(store: Store, entry: dict[str, Any]) -> str:
    """Return an outcome's state before the run."""
    if entry["action"] == "taken":
        return str(read_done(store, "estimates", entry["estimates"]).meta["status"])
    failure = entry["failure"] or failure_of(store, entry["fit"])
    return "failed" if failure else "pending"


def shared_recipe(study: Study, file: ModelFile, prepared: Prepared) -> dict[str, Any]:
    """Return what the recipes of all fits share, by the model file's route."""
    if file.route == "stub":
        return stub_recipe(study)
    if file.route == "general":
        return general_recipe(study, file, prepared.design)
    model = call(file, "terms", study, prepared.design.levels)
    if not isinstance(model, Model):
        msg = f"models/{file.name}.py: terms() returned {type(model).__name__}, not a Model"
        raise ModelError(msg)
    return fit_recipe(study, model, prepared.design)


def describe(
    outcome: Outcome, counts: dict[str, Any], fit_key: str, estimates_key: str
) -> dict[str, Any]:
    """Return an outcome's entry in the plan."""
    return {
        "outcome": outcome.name,
        "label": outcome.label,
        "brand": outcome.brand,
        "metric": outcome.metric,
        "tags": list(outcome.tags),
        "counts": counts["key"],
        "fit": fit_key,
        "estimates": estimates_key,
        "n": counts["n"],
        "failure": NOBODY if counts["n"] == 0 else None,
    }


def action_of(
    store: Store, entry: dict[str, Any], retry_failed: bool, execution: Execution, tell: Tell
) -> str:
    """Return what is to be done: ``taken``, ``estimate``, ``fit``, or nothing (``failed``)."""
    if entry["failure"] is not None:
        return "failed"
    if whole(store, "estimates", entry["estimates"], tell=tell) is not None:
        return "taken"
    if not retry_failed and stands(remembered(store, entry["fit"], tell), execution):
        return "failed"
    return "estimate" if exists(store, "fit", entry["fit"]) else "fit"


def stands(failure: dict[str, Any] | None, execution: Execution) -> bool:
    """Return whether a remembered failure would happen again; more time may mend a timeout."""
    if failure is None or failure["kind"] != "timeout":
        return failure is not None
    now = getattr(execution, failure["limit"])
    return now is not None and now <= failure["deadline"]


def write_tasks(store: Store, plan: Plan, keys: Sequence[str], tell: Tell = unheard) -> None:
    """Write the records of some tasks, for the workers to read."""

    def write(key: str) -> None:
        put_task(store, key, plan.tasks[key], tell)
        faultpoint("tasks.after_record")

    together(write, keys)
    faultpoint("tasks.after_all")
