"""Records: small JSON objects that end with their digest, and what mends a damaged file."""

from collections.abc import Mapping
from typing import Any

from sweep.artifacts.encoding import seal, unseal
from sweep.errors import CorruptArtifact
from sweep.keys import Json
from sweep.store import Store

__all__ = ["MENDED_BY", "damage_error", "read_record", "write_record"]

MENDED_BY = {
    "designs": "`sweep run CONFIG` makes it anew from the survey",
    "counts": "`sweep run CONFIG` makes it anew from the survey",
    "fits": "`sweep retry RUN --select OUTCOME` samples it anew, with the same draws",
    "estimates": "`sweep run CONFIG` or `sweep resume RUN` makes it anew",
    "reports": "`sweep report RUN` makes it anew",
    "tasks": "`sweep run CONFIG` writes it anew",
    "blobs": "`sweep run CONFIG` stores the model file anew",
    "failures": "`sweep run CONFIG` or `sweep resume RUN` forgets it and tries the outcome again",
    "runs": "nothing makes a run's plan anew: `sweep verify --quarantine` takes the run off the "
    "list, and `sweep run CONFIG` begins another with all results that are stored",
}
"""What makes a damaged file anew, by where it lies."""


def damage_error(store: Store, name: str, damage: object) -> CorruptArtifact:
    """Return the error about a damaged file: what is wrong, and what mends it."""
    advice = MENDED_BY.get(name.partition("/")[0], "`sweep verify --quarantine` moves it aside")
    return CorruptArtifact(f"{store.url}/{name}: {damage}", advice)


def write_record(store: Store, name: str, value: Mapping[str, Any]) -> bool:
    """Write a small JSON object, ending with its digest, unless ``name`` is taken.

    Returns whether this call wrote it. Raises UsageError if ``value`` is not JSON.
    """
    return store.put_new(name, seal(value))


def read_record(store: Store, name: str) -> Json:
    """Return a record that ``write_record`` wrote, its digest verified.

    Raises NotStored if there is none, CorruptArtifact if it is damaged.
    """
    data = store.get(name)
    try:
        return unseal(data)
    except CorruptArtifact as error:
        raise damage_error(store, name, error) from error
