"""Contents: designs, counts and fits as artifacts, written once and read by the workers."""

from typing import TYPE_CHECKING

import numpy as np

from sweep.artifacts.artifact import Artifact, publish_same, read, read_done
from sweep.artifacts.encoding import pack_arrays, pack_json, unpack_arrays, unpack_json
from sweep.artifacts.quarantine import read_if_sound
from sweep.artifacts.recipes import CountsMeta, FitRecipe, TaskMeta
from sweep.data.answers.meaning import Coding
from sweep.data.cells import Counts
from sweep.data.counts import Sums
from sweep.data.design import Design
from sweep.data.frame import Frame
from sweep.data.respondents import Respondents
from sweep.errors import UsageError
from sweep.faultpoint import faultpoint
from sweep.keys import Json, Recipe
from sweep.store import Store
from sweep.words.telling import Tell, tell_nobody

if TYPE_CHECKING:
    from sweep.inference.checkpoints import (  # with it Numba, which coordinators never need
        Draws,
        Fit,
    )

__all__ = [
    "get_coding",
    "get_design",
    "get_draws",
    "get_sums",
    "put_counts",
    "put_design",
    "put_fit",
    "stored_design",
]

NOBODY = Respondents(
    np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 0), np.int32), np.zeros(0)
)


def put_design(store: Store, recipe: Recipe, design: Design) -> str:
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


def stored_design(store: Store, key: str, tell: Tell = tell_nobody) -> Design | None:
    """Return a design with its respondents, None if it is to be made; see `read_if_sound`."""
    found = read_if_sound(store, "design", key, tell=tell)
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
    # Stored mappings come back by letter; lists keep the config's order.
    summary = {**facts["summary"], "predictors": {name: list(v) for name, v in levels.items()}}
    return Design(levels, further, asked, covariates, people, frame, summary)


def put_counts(
    store: Store, recipe: Recipe, sums: Sums, counts: Counts, coding: Coding, read: Json
) -> CountsMeta:
    """Publish one outcome's counts; return their meta, with the digests that recipes name."""
    meta: CountsMeta = {
        "counts": counts.digests(),
        "sums": sums.digest(),
        "n": float(counts.n.sum()),
        "y": float(counts.y.sum()),
        "coding": coding.as_json(),
        "read": read,
    }
    publish_same(store, "counts", recipe, {"sums.npz": pack_arrays(sums.arrays())}, meta)
    faultpoint("counts.after_publish")
    return meta


def get_coding(store: Store, key: str) -> Coding:
    """Return what each answer to one outcome counted as.

    Raises
    ------
    UsageError
        If an earlier version counted it, and did not say.
    """
    meta = read_done(store, "counts", key).meta
    if "coding" not in meta:
        msg = f"counts {key} were made by an earlier version, which kept no coding: run again"
        raise UsageError(msg)
    return Coding.from_json(meta["coding"])


def get_sums(store: Store, key: str) -> Sums:
    """Return one outcome's answers."""
    return Sums(**unpack_arrays(read(store, "counts", key).payload["sums.npz"]))


def put_fit(store: Store, recipe: FitRecipe, fit: "Fit", meta: TaskMeta) -> None:
    """Publish a fit; raises as `publish_same` does."""
    publish_same(store, "fit", recipe, {"draws.npz": pack_arrays(fit.draws)}, meta)


def get_draws(store: Store, key: str) -> "Draws":
    """Return a fit's stored draws by variable, each of shape (chain, draw, ...).

    Raises
    ------
    NotStored, CorruptArtifact
        If they are not there, or damaged.
    """
    return unpack_arrays(read(store, "fit", key, ["draws.npz"]).payload["draws.npz"])
