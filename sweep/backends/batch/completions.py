"""Completions: how tasks of an array ended, as the jobs tell it through the store.

A child writes ``arrays/NAME/ends/KEY-ATTEMPT.json`` when a task of it has ended, with what its
worker printed. That a task succeeded is said by its estimates alone.
"""

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

from sweep.artifacts.artifact import exists, read_done
from sweep.artifacts.records import read_record, write_record
from sweep.backends.events import Done, Failure
from sweep.keys import Json
from sweep.store import NotStored, Store

__all__ = ["ended_keys", "put_end", "read_ends", "success"]

READERS = 8  # at a time: a store far away answers in its own time
BLOCK = 200  # ends in memory at a time


def folder(name: str) -> str:
    """Return where an array's ends lie."""
    return f"arrays/{name}/ends/"


def put_end(store: Store, name: str, event: Done, attempt: int) -> None:
    """Write how a task ended; whoever writes a second time changes nothing."""
    failure = event.failure
    told = {
        "key": event.key,
        "log": event.log,
        "failure": None if failure is None else asdict(failure),
    }
    write_record(store, f"{folder(name)}{event.key}-{attempt}.json", told)


def ended_keys(store: Store, name: str, among: Collection[str]) -> dict[str, str]:
    """Return where the first end of each task lies, for the tasks ``among``."""
    found: dict[str, str] = {}
    for place in store.list(folder(name)):
        key = place.rpartition("/")[2].partition("-")[0]
        if key in among:
            found.setdefault(key, place)
    return found


def read_ends(store: Store, places: dict[str, str], attempt: int) -> Iterator[Done]:
    """Yield the ends of some tasks, a block at a time: their logs may be long."""
    keys = list(places)
    if not keys:
        return
    with ThreadPoolExecutor(READERS) as readers:
        for start in range(0, len(keys), BLOCK):
            block = keys[start : start + BLOCK]
            yield from readers.map(lambda key: read_end(store, key, places[key], attempt), block)


def read_end(store: Store, key: str, place: str, attempt: int) -> Done:
    """Return the end of a task: its estimates, if there are any, are a success."""
    told: Json = read_record(store, place)
    done = success(store, key, attempt, told["log"])
    if done is not None or told["failure"] is None:
        return done or Done(key, attempt, None, Failure("storage", f"{key} lost its estimates"))
    return Done(key, attempt, None, Failure(**told["failure"]), told["log"])


def success(store: Store, key: str, attempt: int, log: str = "") -> Done | None:
    """Return the end of a task whose estimates are in the store, None if they are not."""
    if not exists(store, "estimates", key):
        return None
    try:
        return Done(key, attempt, read_done(store, "estimates", key).meta, None, log)
    except NotStored:  # taken away between the two looks
        return None
