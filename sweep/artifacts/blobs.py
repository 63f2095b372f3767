"""Blobs: model files that runs pin, by the digest of their bytes."""

from sweep.artifacts.quarantine import read_file_if_sound
from sweep.artifacts.records import damage_error
from sweep.keys import bytes_digest
from sweep.store import Store
from sweep.words.telling import Tell, tell_nobody

__all__ = ["blob_place", "get_blob", "put_blob"]


def blob_place(name: str) -> str:
    """Return where a blob lies."""
    return f"blobs/{name[:2]}/{name[2:]}"


def put_blob(store: Store, data: bytes, tell: Tell = tell_nobody) -> str:
    """Store some bytes under their digest, in a damaged file's place too; return the digest."""
    name = bytes_digest(data)
    place = blob_place(name)
    if store.put_new(place, data):
        return name
    if read_file_if_sound(store, place, lambda: get_blob(store, name), tell) is None:
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
        raise damage_error(
            store, blob_place(name), f"expected bytes of digest {name}, found {found}"
        )
    return data
