"""Task records: what a worker needs to know, written before it starts."""

from collections.abc import Mapping
from typing import Any

from sweep.artifacts.quarantine import Tell, sound, unheard
from sweep.artifacts.records import damaged, read_record, write_record
from sweep.keys import digest
from sweep.store import Store

__all__ = ["put_task", "read_task", "task_place"]


def task_place(key: str) -> str:
    """Return where a task's record lies."""
    return f"tasks/{key}.json"


def put_task(store: Store, key: str, task: Mapping[str, Any], tell: Tell = unheard) -> None:
    """Write a task's record, in a damaged one's place too."""
    place = task_place(key)
    if write_record(store, place, task):
        return
    if sound(store, place, lambda: read_task(store, key), tell) is None:
        write_record(store, place, task)


def read_task(store: Store, key: str) -> dict[str, Any]:
    """Return a task's record, if its recipes are those that its key promises.

    Raises
    ------
    NotStored
        If there is none.
    CorruptArtifact
        If it is damaged, or another task's: what came of it would stand under a key that names
        another model or toolchain.
    """
    task = read_record(store, task_place(key))
    estimates, fit = task.get("estimates", {}), digest(task.get("fit"))
    if (found := digest(estimates)) != key:
        raise damaged(store, task_place(key), f"expected task {key}, found task {found}")
    if (named := estimates.get("fit")) != fit:
        raise damaged(store, task_place(key), f"expected the recipe of fit {named}, found {fit}")
    return task
