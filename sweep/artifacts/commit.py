"""Commit: payload files first, then the one file that makes them an artifact; or nothing of it."""

from collections.abc import Mapping
from contextlib import suppress

from sweep.errors import CorruptArtifact, StoreError
from sweep.faultpoint import faultpoint
from sweep.keys import sha256
from sweep.store import NotStored, Store

__all__ = ["TRIES", "put_all", "unstable_error"]

TRIES = 5  # to write what others take away or mend meanwhile


def put_all(store: Store, done: str, data: bytes, content: Mapping[str, bytes]) -> bool:
    """Store payload files, then ``done.json``; return whether this call created that.

    If it fails, as on a full disk, what it wrote is taken back.
    """
    mine: dict[str, bytes] = {}
    kind = done.partition("/")[0]
    try:
        faultpoint("publish.before_payload", kind)
        for name, payload in content.items():
            if _put_payload(store, name, payload):
                mine[name] = payload
            faultpoint("publish.after_payload", kind)
        faultpoint("publish.before_done", kind)
        created = store.put_new(done, data)
    except BaseException:
        _take_back(store, done, mine)
        raise
    for name in [n for n in content if n not in mine] if created else ():
        if store.size(name) is None:  # another writer's file, which it has taken back
            _put_payload(store, name, content[name])
    return created


def _take_back(store: Store, done: str, mine: Mapping[str, bytes]) -> None:
    """Remove payload files that nothing points to; give them back if something does by now."""
    with suppress(StoreError):  # litter then, for `sweep gc`; what went wrong first is raised
        if store.size(done) is not None:
            return
        for name in mine:
            store.delete(name)
        for name in mine if store.size(done) is not None else ():
            _put_payload(store, name, mine[name])


def _put_payload(store: Store, name: str, data: bytes) -> bool:
    """Store ``data`` under the name of its digest, whatever a crash or a bad disk left there.

    Returns whether this call created the file.
    """
    content = sha256(data)
    for _ in range(TRIES):  # others may move the same remains aside, or mend them, between steps
        if store.put_new(name, data):
            return True
        try:
            present = sha256(store.get(name))
        except NotStored:
            continue
        except CorruptArtifact:  # the store itself says so: its bytes cannot be had
            store.delete(name)
            continue
        if present != content:
            faultpoint("payload.before_mend")
        if present == content or store.replace(name, data, present):
            return False
    raise unstable_error(store, name)


def unstable_error(store: Store, name: str) -> StoreError:
    """Return the error about a file that others change all the time."""
    return StoreError(
        f"{store.url}/{name} keeps changing: stop what else writes to this store and run again"
    )
