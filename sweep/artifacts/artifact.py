"""Artifact: a result, published once, and read only if it is whole.

An artifact is a directory ``fits/KEY/``: payload files, then ``done.json``, the only commit point.
KEY is the digest of the recipe. A reader checks the digests of ``done.json`` and of each payload
file, and that the recipe hashes to KEY, before it parses anything. Payload files are named by
their content: two writers of different bytes never meet, and a crash before the commit point
leaves files that nothing points to. The first writer wins; what it published never changes.

The digests tell damage, swaps and mix-ups. They are no signature: who can write to the store can
publish.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sweep.artifacts.commit import TRIES, put_all, unstable_error
from sweep.artifacts.manifest import Manifest, describe, key_of, pack_done, place, unpack_done
from sweep.artifacts.records import damage_error
from sweep.errors import CorruptArtifact, Nondeterminism, StoreError, UsageError
from sweep.faultpoint import faultpoint
from sweep.keys import Recipe, sha256
from sweep.store import NotStored, Store
from sweep.words.numbers import count_of

__all__ = [
    "Artifact",
    "Published",
    "exists",
    "publish",
    "publish_same",
    "read",
    "read_done",
    "read_payload",
]


@dataclass(frozen=True)
class Published:
    """How a publication ended.

    ``created``: this call published; otherwise an earlier result stands. ``differs``: the result
    that stands has other payload bytes, so the recipe misses something that decides the result.
    """

    key: str
    created: bool
    differs: bool


@dataclass(frozen=True)
class Artifact:
    """A verified artifact: as ``Manifest``, with the payload's bytes by logical name."""

    key: str
    kind: str
    recipe: Recipe
    meta: Mapping[str, Any]
    payload: Mapping[str, bytes]


def publish(
    store: Store,
    kind: str,
    recipe: Recipe,
    payload: Mapping[str, bytes],
    meta: Mapping[str, Any] | None = None,
) -> Published:
    """Publish a result under the digest of its recipe, unless one is there already.

    Parameters
    ----------
    recipe
        Everything that decides the result, in JSON's terms, with ``"kind": kind``.
    payload
        Bytes by logical name, such as ``{"draws.npz": ...}``.
    meta
        What a reader wants without opening the payload, in JSON's terms. It is stored, digested
        and returned, but never compared with an earlier result's: run times may stand here.

    Returns
    -------
    Published
        An unequal second result is reported (``differs``), never stored; the caller raises alarm.

    Raises
    ------
    UsageError
        If the kind is unknown, the recipe names another, or something is not JSON.
    CorruptArtifact
        If what stands there is damaged.
    StoreError
        If what stands there comes and goes, try after try.
    """
    key = key_of(kind, recipe)
    files = {logical: describe(logical, data) for logical, data in payload.items()}
    done = Manifest(key, kind, recipe, meta or {}, files)
    return publish_or_compare(store, done, pack_done(done), payload)  # packing may refuse


def publish_or_compare(
    store: Store, done: Manifest, packed: bytes, payload: Mapping[str, bytes]
) -> Published:
    """Put an artifact in place, or say whether the one that stands there is equal.

    Raises
    ------
    CorruptArtifact, StoreError
        As `publish`.
    """
    kind, key, files = done.kind, done.key, done.payload
    content = {place(kind, key, file.file): payload[name] for name, file in files.items()}
    for _ in range(TRIES):
        if not exists(store, kind, key) and put_all(store, place(kind, key), packed, content):
            faultpoint("publish.after_done", f"{kind} {key}")
            return Published(key, created=True, differs=False)
        with suppress(NotStored):  # moved aside, or collected, between the two looks
            stands = read_done(store, kind, key)
            return Published(key, created=False, differs=stands.payload != files)
    raise unstable_error(store, place(kind, key))


def publish_same(
    store: Store,
    kind: str,
    recipe: Recipe,
    payload: Mapping[str, bytes],
    meta: Mapping[str, Any] | None = None,
) -> str:
    """Publish as `publish` does, and return the key; what stands there must be equal.

    Raises
    ------
    Nondeterminism
        If it is not; `publish` raises the rest.
    """
    published = publish(store, kind, recipe, payload, meta)
    if published.differs:
        msg = (
            f"{kind} {published.key} came out with other bytes than the one that is stored in "
            f"{store.url}: nondeterminism. The recipe misses something that decides the result; "
            f"the stored one stands"
        )
        raise Nondeterminism(msg)
    return published.key


def exists(store: Store, kind: str, key: str) -> bool:
    """Return whether an artifact was published; whether it is whole, only reading tells."""
    return store.size(place(kind, key)) is not None


def read_done(store: Store, kind: str, key: str) -> Manifest:
    """Return what ``done.json`` says, verified; the payload is not looked at.

    Raises
    ------
    NotStored
        If nothing was published under this key.
    CorruptArtifact
        If the file is damaged, or belongs to another key or kind.
    StoreError
        If it has a schema that this version does not know.
    """
    name = place(kind, key)
    data = store.get(name)
    try:
        return unpack_done(data, kind, key)
    except CorruptArtifact as error:
        raise damage_error(store, name, error) from error
    except StoreError as error:
        msg = f"{store.url}/{name}: {error}"
        raise StoreError(msg) from error


def read(store: Store, kind: str, key: str, want: Collection[str] | None = None) -> Artifact:
    """Return an artifact with the payload files in ``want`` (all if None), each verified.

    Raises
    ------
    NotStored
        If nothing was published under this key.
    UsageError
        If ``want`` names a file that the artifact does not have.
    CorruptArtifact
        If anything read is missing, damaged or in the wrong place.
    """
    done = read_done(store, kind, key)
    wanted = done.payload if want is None else want
    if unknown := sorted(set(wanted) - set(done.payload)):
        msg = f"{kind} {key} has no payload {unknown}; it has {sorted(done.payload)}"
        raise UsageError(msg)
    payload = {logical: read_payload(store, done, logical) for logical in wanted}
    return Artifact(key, kind, done.recipe, done.meta, payload)


def read_payload(store: Store, done: Manifest, logical: str) -> bytes:
    """Return one payload file of an artifact, verified.

    Raises
    ------
    CorruptArtifact
        If it is missing, damaged or another file.
    """
    file = done.payload[logical]
    name = place(done.kind, done.key, file.file)
    expected = f"expected {count_of(file.size, 'byte')} of SHA-256 {file.sha256}, found"
    size = store.size(name)  # before reading: damage may be of any size
    if size != file.size:
        found = "no file" if size is None else count_of(size, "byte")
        raise damage_error(store, name, f"{expected} {found}")
    data = store.get(name)
    if (content := sha256(data)) != file.sha256:
        raise damage_error(store, name, f"{expected} {count_of(size, 'byte')} of SHA-256 {content}")
    return data
