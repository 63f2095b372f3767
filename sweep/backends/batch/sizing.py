"""Sizing: how many outcomes one job takes, by how long earlier fits took."""

import math
import statistics
from itertools import islice

from sweep.artifacts.artifact import read_done
from sweep.errors import CorruptArtifact
from sweep.store import NotStored, Store

__all__ = ["pack_of", "seconds_per_fit"]

TARGET = 60.0  # seconds of fitting in a job: starting one takes a tenth of that
UNKNOWN = 1.0  # seconds of a fit, before any is known: fast models need less
LOOKED_AT = 50


def seconds_per_fit(store: Store) -> float | None:
    """Return the median time of fits in the store, None if there are none."""
    done = (name for name in store.list("estimates/") if name.endswith("/done.json"))
    found: list[float] = []
    for name in islice(done, LOOKED_AT):
        try:
            found.append(float(read_done(store, "estimates", name.split("/")[1]).meta["seconds"]))
        except (NotStored, CorruptArtifact, KeyError):
            continue
    return statistics.median(found) if found else None


def pack_of(tasks: int, seconds: float | None, vcpus: int, at_once: int) -> int:
    """Return how many tasks a job takes: a minute's worth, but enough jobs to use the queue.

    ``at_once`` is how many jobs the queue can run.
    """
    each = max(seconds if seconds is not None else UNKNOWN, 1e-3)
    minute = max(1, round(TARGET * vcpus / each))
    return max(1, min(minute, math.ceil(tasks / max(at_once, 1))))
