"""Stored: designs, counts, fits and tasks, written once and read by the workers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sweep.artifacts import (
    pack_arrays,
    pack_json,
    publish,
    read,
    read_record,
    unpack_arrays,
    unpack_json,
)
from sweep.cells import Counts
from sweep.counts import Sums
from sweep.design import Design, Respondents
from sweep.errors import CorruptArtifact
from sweep.faultpoint import faultpoint
from sweep.frame import Frame
from sweep.keys import bytes_digest, digest
from sweep.store import Store

if TYPE_CHECKING:
    from sweep.fit import Draws, Fit  # and with it Numba, which the coordinator never needs

__all__ = [
    "get_blob",
    "get_design",
    "get_draws",
    "get_sums",
    "get_task",
    "put_blob",
    "put_counts",
    "put_design",
    "put_fit",
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
    key = publish(store, "design", recipe, payload).key
    faultpoint("design.after_publish")
    return key


def get_design(store: Store, key: str, respondents: bool = False) -> Design:
    """Return a design; without the respondents, who are nobody's business after counting."""
    want = ["design.json", "frame.npz"] + (["respondents.npz"] if respondents else [])
    payload = read(store, "design", key, want).payload
    facts = unpack_json(payload["design.json"])
    levels = {name: tuple(labels) for name, labels in facts["levels"]}
    further = {name: tuple(labels) for name, labels in facts["further"]}
    covariates = {
        name: {column: np.array(values) for column, values in columns.items()}
        for name, columns in facts["covariates"].items()
    }
    people = Respondents(**unpack_arrays(payload["respondents.npz"])) if respondents else NOBODY
    frame = Frame(levels, further, **unpack_arrays(payload["frame.npz"]))
    asked = tuple(facts["asked"])
    return Design(levels, further, asked, covariates, people, frame, facts["summary"])


def put_counts(store: Store, recipe: Mapping[str, Any], sums: Sums, counts: Counts) -> None:
    """Publish one outcome's counts, with the digests that recipes name."""
    meta = {
        "counts": counts.digests(),
        "sums": sums.digest(),
        "n": float(counts.n.sum()),
        "y": float(counts.y.sum()),
    }
    publish(store, "counts", recipe, {"sums.npz": pack_arrays(sums.arrays())}, meta)
    faultpoint("counts.after_publish")


def get_sums(store: Store, key: str) -> Sums:
    """Return one outcome's answers."""
    return Sums(**unpack_arrays(read(store, "counts", key).payload["sums.npz"]))


def put_fit(store: Store, recipe: Mapping[str, Any], fit: "Fit", meta: Mapping[str, Any]) -> bool:
    """Publish a fit; return whether an earlier fit with other draws stands in its place."""
    payload = {"draws.npz": pack_arrays(fit.draws)}
    return publish(store, "fit", recipe, payload, meta).differs


def get_draws(store: Store, key: str) -> "Draws":
    """Return a fit's stored draws."""
    return unpack_arrays(read(store, "fit", key, ["draws.npz"]).payload["draws.npz"])


def get_task(store: Store, key: str) -> dict[str, Any]:
    """Return a task's record, if its recipes are those that its key promises.

    Raises
    ------
    CorruptArtifact
        If they are not: what came of it would stand under another model's or toolchain's key.
    """
    task = read_record(store, f"tasks/{key}.json")
    fit, estimates = digest(task["fit"]), digest(task["estimates"])
    if (estimates, task["estimates"]["fit"]) != (key, fit):
        msg = (
            f"{store.url}/tasks/{key}.json holds the recipes of estimates {estimates} and fit "
            f"{fit}: delete it and run again"
        )
        raise CorruptArtifact(msg)
    return task


def put_blob(store: Store, data: bytes) -> str:
    """Store some bytes under their digest; return it."""
    name = bytes_digest(data)
    store.put_new(f"blobs/{name[:2]}/{name[2:]}", data)
    return name


def get_blob(store: Store, name: str) -> bytes:
    """Return bytes by their digest."""
    return store.get(f"blobs/{name[:2]}/{name[2:]}")
