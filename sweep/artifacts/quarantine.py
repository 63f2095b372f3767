"""Quarantine: what is damaged is moved aside, so that it is made anew; never what is sound.

For those who can make it anew: planner, worker and join. Who only reads uses
``sweep.artifacts.artifact.read``, which says what is damaged and what mends it.
"""

from collections.abc import Callable, Collection
from pathlib import PurePosixPath

from sweep.artifacts.artifact import Artifact, read
from sweep.artifacts.manifest import is_named_by, place
from sweep.errors import CorruptArtifact
from sweep.faultpoint import faultpoint
from sweep.keys import sha256
from sweep.store import NotStored, Store
from sweep.words.telling import Tell, tell_nobody

__all__ = ["move_aside", "quarantine", "read_file_if_sound", "read_if_sound"]


def read_if_sound(
    store: Store,
    kind: str,
    key: str,
    want: Collection[str] | None = None,
    tell: Tell = tell_nobody,
) -> Artifact | None:
    """Return an artifact, verified, None if there is none; a damaged one is moved aside and told.

    ``want`` is as for ``sweep.artifacts.artifact.read``.
    """
    try:
        return read(store, kind, key, want)
    except NotStored:
        return None
    except CorruptArtifact as error:
        if quarantine(store, kind, key):
            tell(f"damaged, moved to quarantine/, and made anew: {error.damage}")
        return None


def read_file_if_sound[T](
    store: Store, name: str, read: Callable[[], T], tell: Tell = tell_nobody
) -> T | None:
    """Return what ``read`` reads of one file, None if it is absent; damaged, it is moved aside."""
    try:
        return read()
    except NotStored:
        return None
    except CorruptArtifact as error:
        move_aside(store, name)
        tell(f"damaged, and moved to quarantine/: {error.damage}")
        return None


def quarantine(store: Store, kind: str, key: str) -> bool:
    """Move the damaged files of an artifact to ``quarantine/``, so that it is computed anew.

    Sound payload files stay for the next publication to use; a sound artifact is left alone.
    Returns whether the artifact was damaged.
    """
    try:
        read(store, kind, key)
    except NotStored:
        return False
    except CorruptArtifact:
        done = place(kind, key)
        move_aside(store, done)  # first: without it nothing points to the rest
        faultpoint("quarantine.after_done")
        for name in list(store.list(done.removesuffix("done.json"))):
            move_aside(store, name)
        return True
    return False


def move_aside(store: Store, name: str) -> None:
    """Copy a file to ``quarantine/`` and delete it, unless it is named by its content."""
    try:
        data = store.get(name)
    except NotStored:
        return
    except CorruptArtifact:  # the store itself says so: there is nothing to copy
        store.delete(name)
        return
    content, path = sha256(data), PurePosixPath(name)
    if not is_named_by(name, content):
        store.put_new(f"quarantine/{path.parent}/{content[:12]}-{path.name}", data)
        faultpoint("quarantine.after_copy", name)
        store.delete(name, expected=content)  # not what another process has mended meanwhile
