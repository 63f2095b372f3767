"""Tasks: all that a worker needs to know of an outcome, written before it starts."""

from dataclasses import dataclass, fields
from functools import cached_property

from sweep.artifacts.quarantine import read_file_if_sound
from sweep.artifacts.recipes import EstimatesRecipe, FitRecipe
from sweep.artifacts.records import damage_error, read_record, write_record
from sweep.keys import Json, digest
from sweep.store import Store
from sweep.words.telling import Tell, tell_nobody

__all__ = ["Task", "put_task", "read_task", "task_place"]


@dataclass(frozen=True)
class Task:
    """The work on one outcome: what to fit, and what to estimate from it.

    ``design`` and ``counts`` are keys, ``fit`` and ``estimates`` recipes. ``model`` is the name of
    the model file, ``model_blob`` where its bytes are, None on the fast route. ``wave`` is None in
    a sweep of one wave. ``universe`` is the record of the task of who qualifies, None where
    estimates are of everybody.
    """

    outcome: str
    study_seed: int
    design: str
    counts: str
    fit: FitRecipe
    estimates: EstimatesRecipe
    model: str
    model_blob: str | None
    wave: str | None = None
    universe: Json | None = None

    @cached_property
    def fit_key(self) -> str:
        """Return the key of the fit."""
        return digest(self.fit)

    @cached_property
    def key(self) -> str:
        """Return the key of the task, which is that of its estimates."""
        return digest(self.estimates)

    def as_json(self) -> Json:
        """Return the task as its record holds it."""
        record = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: v for name, v in record.items() if name not in ("wave", "universe") or v}

    def of_universe(self) -> "Task | None":
        """Return the task of who qualifies, None where estimates are of everybody."""
        return None if self.universe is None else Task(**self.universe)


def task_place(key: str) -> str:
    """Return where a task's record lies."""
    return f"tasks/{key}.json"


def put_task(store: Store, task: Task, tell: Tell = tell_nobody) -> None:
    """Write a task's record, in a damaged one's place too."""
    place, record = task_place(task.key), task.as_json()
    if write_record(store, place, record):
        return
    if read_file_if_sound(store, place, lambda: read_task(store, task.key), tell) is None:
        write_record(store, place, record)


def read_task(store: Store, key: str) -> Task:
    """Return a task, if its recipes are those that its key promises.

    Raises
    ------
    NotStored
        If there is none.
    CorruptArtifact
        If it is damaged, or another task's: what came of it would stand under a key that names
        another model or toolchain.
    """
    place = task_place(key)
    record = read_record(store, place)
    try:
        task = Task(**record)
    except TypeError as error:
        raise damage_error(store, place, f"expected the fields of a task, found {error}") from error
    if task.key != key:
        raise damage_error(store, place, f"expected task {key}, found task {task.key}")
    if (named := task.estimates["fit"]) != task.fit_key:
        raise damage_error(
            store, place, f"expected the recipe of fit {named}, found {task.fit_key}"
        )
    whose = None if task.universe is None else digest(task.universe.get("fit"))
    if (named_too := task.estimates.get("universe")) != whose:
        raise damage_error(
            store, place, f"expected the recipe of fit {named_too}, found {whose} of who qualifies"
        )
    return task
