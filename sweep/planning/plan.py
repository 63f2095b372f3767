"""Plan: which models a sweep consists of, under which keys, and what is left to do.

A plan is JSON, immutable once its run exists. `sweep plan` prints it and stops.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sweep.artifacts.artifact import exists
from sweep.artifacts.quarantine import Tell, unheard, whole
from sweep.artifacts.tasks import put_task
from sweep.config import Execution, SweepConfig
from sweep.data.outcomes import Outcome
from sweep.errors import StoreError
from sweep.estimates.poststratify import check_groups
from sweep.faultpoint import faultpoint
from sweep.journal.failures import remembered, stands
from sweep.journal.partial import selection_of
from sweep.keys import digest
from sweep.maintenance.generation import generation
from sweep.model.files import ModelFile
from sweep.planning.model_files import read_model
from sweep.planning.prepare import Prepared, count_outcomes, prepare_design
from sweep.planning.selection import Selection, by_name, by_status, outcomes_in
from sweep.planning.tasks import shared_by, task_of
from sweep.planning.unused import check_used
from sweep.sources.files import sources_in
from sweep.store import Store
from sweep.store.concurrency import together

__all__ = ["Plan", "make_plan", "settled", "write_tasks"]

NOBODY = {"kind": "data", "message": "nobody asked"}


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
    selection: Selection = Selection(),  # noqa: B008 # frozen
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
    every = outcomes_in(study, sources)
    outcomes = by_name(every, selection)
    prepared = prepare_design(config, sources, store, selection.sample, mended.append)
    check_groups(prepared.design.frame, study.groups)
    shared = shared_by(study, file, prepared, store, mended.append)
    check_used(config, file, prepared.design.levels)
    faultpoint("plan.after_blob")
    counted = count_outcomes(study, sources, prepared, outcomes, store, mended.append)
    tasks = [task_of(shared, o, counted[o.name]) for o in outcomes]
    entries = [describe(o, counted[o.name], t) for o, t in zip(outcomes, tasks, strict=True)]
    actions = together(
        lambda e: action_of(store, e, retry_failed, config.execution, mended.append), entries
    )
    entries = [{**e, "action": action} for e, action in zip(entries, actions, strict=True)]
    chosen = by_status(store, outcomes, entries, selection)
    by_key = {digest(t["estimates"]): t for t in tasks}
    wanted = {k: by_key[k] for e in chosen if e["failure"] is None for k in [e["estimates"]]}
    order = list(study.predictors)  # the config is stored by its keys' alphabet
    pins = {"design": prepared.key, "model_blob": shared.blob, "outcomes": chosen}
    facts = described(config, directory, selection, len(every), prepared)
    record = {**facts, "predictors": order, **pins}
    again = partial(make_plan, config, directory, store, selection, retry_failed)
    return Plan(record, wanted, prepared, file, tuple(mended), before, again)


def described(
    config: SweepConfig, directory: Path, selection: Selection, outcomes: int, prepared: Prepared
) -> dict[str, Any]:
    """Return what a plan says of the sweep as a whole, which has so many outcomes in all."""
    given = {"config": config.model_dump(mode="json"), "directory": str(directory)}
    survey = prepared.design.summary["survey"]
    covered = selection_of(selection.patterns, selection.limit, outcomes, survey)
    return {"name": config.name, **given, "sample": selection.sample, "selection": covered}


def settled(store: Store, plan: Plan) -> Plan:
    """Return the plan of a stored run; plan again, and write its tasks, if `sweep gc` ran since.

    Until the run existed nothing protected what it refers to. Now it does: once is enough.

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


def describe(outcome: Outcome, counts: dict[str, Any], task: dict[str, Any]) -> dict[str, Any]:
    """Return an outcome's entry in the plan."""
    return {
        "outcome": outcome.name,
        "label": outcome.label,
        "brand": outcome.brand,
        "metric": outcome.metric,
        "tags": list(outcome.tags),
        "counts": counts["key"],
        "fit": digest(task["fit"]),
        "estimates": digest(task["estimates"]),
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


def write_tasks(store: Store, plan: Plan, keys: Sequence[str], tell: Tell = unheard) -> None:
    """Write the records of some tasks, for the workers to read."""

    def write(key: str) -> None:
        put_task(store, key, plan.tasks[key], tell)
        faultpoint("tasks.after_record")

    together(write, keys)
    faultpoint("tasks.after_all")
