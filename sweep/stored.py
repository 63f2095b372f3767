"""Stored: designs, counts, fits, task records and blobs, written once and read by the workers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sweep.artifacts import (
    Artifact,
    damaged,
    pack_arrays,
    pack_json,
    publish_same,
    read,
    read_record,
    unpack_arrays,
    unpack_json,
    write_record,
)
from sweep.cells import Counts
from sweep.counts import Sums
from sweep.design import Design, Respondents
from sweep.faultpoint import faultpoint
from sweep.frame import Frame
from sweep.keys import bytes_digest, digest
from sweep.quarantine import Tell, sound, unheard, whole
from sweep.store import Store

if TYPE_CHECKING:
    from sweep.fit import Draws, Fit  # and with it Numba, which the coordinator never needs

__all__ = [
    "blob_place",
    "get_blob",
    "get_design",
    "get_draws",
    "get_sums",
    "put_blob",
    "put_counts",
    "put_design",
    "put_fit",
    "put_task",
    "read_task",
    "stored_design",
    "task_place",
]

NOBODY = Respondents(
    np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 0), np.int32), np.zeros(0)
)


def put_design(store: Store, recipe: Mapping[str, Any], design: Design) -> str:
    """Publish a design; return its key."""
    facts = {
        "levels": [[name, list(labels)] for name, labels in design.levels.items()],
        "further": [[name, list(labels)] for name, labels in design.further.items()],
        "asked": list(design.asked),
        "covariates": {
            name: {column: values.tolist() for column, values in columns.items()}
            for name, columns in design.covariates.items()
        },
        "summary": design.summary,
    }
    payload = {
        "design.json": pack_json(facts),
        "frame.npz": pack_arrays(design.frame.arrays()),
        "respondents.npz": pack_arrays(vars(design.respondents)),
    }
    key = publish_same(store, "design", recipe, payload)
    faultpoint("design.after_publish")
    return key


def get_design(store: Store, key: str) -> Design:
    """Return a design without the respondents, who are nobody's business after counting."""
    return design_from(read(store, "design", key, ["design.json", "frame.npz"]))


def stored_design(store: Store, key: str, tell: Tell = unheard) -> Design | None:
    """Return a design with its respondents, None if it is to be made; see `quarantine.whole`."""
    found = whole(store, "design", key, tell=tell)
    return None if found is None else design_from(found)


def design_from(artifact: Artifact) -> Design:
    """Return a design from the payload that was read of it."""
    payload = artifact.payload
    facts = unpack_json(payload["design.json"])
    levels = {name: tuple(labels) for name, labels in facts["levels"]}
    further = {name: tuple(labels) for name, labels in facts["further"]}
    covariates = {
        name: {column: np.array(values) for column, values in columns.items()}
        for name, columns in facts["covariates"].items()
    }
    people = NOBODY
    if "respondents.npz" in payload:
        people = Respondents(**unpack_arrays(payload["respondents.npz"]))
    frame = Frame(levels, further, **unpack_arrays(payload["frame.npz"]))
    asked = tuple(facts["asked"])
    return Design(levels, further, asked, covariates, people, frame, facts["summary"])


def put_counts(
    store: Store, recipe: Mapping[str, Any], sums: Sums, counts: Counts
) -> dict[str, Any]:
    """Publish one outcome's counts; return their meta, with the digests that recipes name."""
    meta = {
        "counts": counts.digests(),
        "sums": sums.digest(),
        "n": float(counts.n.sum()),
        "y": float(counts.y.sum()),
    }
    publish_same(store, "counts", recipe, {"sums.npz": pack_arrays(sums.arrays())}, meta)
    faultpoint("counts.after_publish")
    return meta


def get_sums(store: Store, key: str) -> Sums:
    """Return one outcome's answers."""
    return Sums(**unpack_arrays(read(store, "counts", key).payload["sums.npz"]))


def put_fit(store: Store, recipe: Mapping[str, Any], fit: "Fit", meta: Mapping[str, Any]) -> None:
    """Publish a fit; raises as `publish_same` does."""
    publish_same(store, "fit", recipe, {"draws.npz": pack_arrays(fit.draws)}, meta)


def get_draws(store: Store, key: str) -> "Draws":
    """Return a fit's stored draws."""
    return unpack_arrays(read(store, "fit", key, ["draws.npz"]).payload["draws.npz"])


def blob_place(name: str) -> str:
    """Return where a blob lies."""
    return f"blobs/{name[:2]}/{name[2:]}"


def put_blob(store: Store, data: bytes, tell: Tell = unheard) -> str:
    """Store some bytes under their digest, in a damaged file's place too; return the digest."""
    name = bytes_digest(data)
    place = blob_place(name)
    if store.put_new(place, data):
        return name
    if sound(store, place, lambda: get_blob(store, name), tell) is None:
        store.put_new(place, data)
    return name


def get_blob(store: Store, name: str) -> bytes:
    """Return bytes by their digest.

    Raises
    ------
    NotStored
        If there are none.
    CorruptArtifact
        If they are others.
    """
    data = store.get(blob_place(name))
    if (found := bytes_digest(data)) != name:
        raise damaged(store, blob_place(name), f"expected bytes of digest {name}, found {found}")
    return data


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
