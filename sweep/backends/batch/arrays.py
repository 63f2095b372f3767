"""Arrays: what one submission to AWS Batch consists of, written to the store before it is made.

``arrays/NAME.json`` says what each child has to do; NAME derives from it, and so does the job's
name, so that whoever knows the tasks can find the job. ``arrays/NAME/job.json`` holds the job's id
once there is one. ``arrays/live/NAME.json`` stands from before the submission until a coordinator
has accounted for every key: a new coordinator lists these, and nothing else.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

from sweep.artifacts.records import read_record, write_record
from sweep.keys import digest
from sweep.store import NotStored, Store

__all__ = [
    "LIVE",
    "Array",
    "Need",
    "job_of",
    "live_arrays",
    "new_array",
    "read_array",
    "retire",
    "write_array",
    "write_job",
]

LIVE = "arrays/live/"


@dataclass(frozen=True)
class Need:
    """What some tasks need next: where, how much memory (MiB), how many in a job.

    ``failures`` counts what their jobs have done to them; ``losses`` how often hosts were lost,
    which is nobody's fault.
    """

    queue: str
    memory: int
    pack: int
    failures: int = 0
    losses: int = 0


@dataclass(frozen=True)
class Array:
    """Tasks for one array job; child ``i`` takes the ``i``-th part of ``need.pack`` keys.

    ``number`` tells apart arrays that ask for the same a second time. A child runs ``vcpus`` fits
    at a time, each up to ``timeout`` seconds.
    """

    store: str
    keys: tuple[str, ...]
    need: Need
    vcpus: int
    keep_draws: bool
    timeout: float | None
    stall: float | None = None
    number: int = 1

    @property
    def name(self) -> str:
        """Return the array's name: the digest of what it is."""
        return digest(["array", asdict(self)])

    @property
    def job_name(self) -> str:
        """Return the name of the job."""
        return f"sweep-{self.name}"

    @property
    def children(self) -> int:
        """Return how many children do it."""
        return math.ceil(len(self.keys) / self.need.pack)

    def part(self, index: int) -> tuple[str, ...]:
        """Return the keys of one child."""
        pack = self.need.pack
        return self.keys[index * pack : (index + 1) * pack]


def new_array(store: Store, keys: Sequence[str], need: Need, **how: Any) -> Array:
    """Return an array that was never submitted, or that another coordinator watches just now."""
    arrays = (Array(store.url, tuple(keys), need, number=n, **how) for n in count(1))
    return next(
        array
        for array in arrays
        if store.size(job_place(array.name)) is None
        or store.size(f"{LIVE}{array.name}.json") is not None
    )


def write_array(store: Store, array: Array) -> bool:
    """Write an array's manifest and its live mark; return whether it is new to the store."""
    fresh = write_record(store, f"arrays/{array.name}.json", asdict(array))
    write_record(store, f"{LIVE}{array.name}.json", {"name": array.name})
    return fresh


def read_array(store: Store, name: str) -> Array:
    """Return an array by its name."""
    record = read_record(store, f"arrays/{name}.json")
    need = Need(**record["need"])
    return Array(**{**record, "keys": tuple(record["keys"]), "need": need})


def live_arrays(store: Store) -> list[Array]:
    """Return the arrays that nobody has accounted for, what was tried last first.

    A task that was lost stands in its first array and in the one that tries it again.
    """
    arrays = []
    for place in list(store.list(LIVE)):
        name = place.removeprefix(LIVE).removesuffix(".json")
        try:
            arrays.append(read_array(store, name))
        except NotStored:  # somebody took the manifest away: its jobs can do nothing either
            retire(store, name)
    return sorted(arrays, key=lambda one: (-one.need.failures - one.need.losses, one.need.pack))


def retire(store: Store, name: str) -> None:
    """Take down an array's live mark: every key of it is accounted for."""
    store.delete(f"{LIVE}{name}.json")


def job_place(name: str) -> str:
    """Return where an array's job id stands."""
    return f"arrays/{name}/job.json"


def write_job(store: Store, name: str, job: str) -> None:
    """Write down the id of an array's job."""
    write_record(store, job_place(name), {"job": job})


def job_of(store: Store, name: str) -> str | None:
    """Return the id of an array's job, None if none was written down."""
    try:
        return str(read_record(store, job_place(name))["job"])
    except NotStored:
        return None
