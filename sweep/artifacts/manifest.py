"""Manifest: the ``done.json`` of an artifact, its only commit point, as data and as bytes.

It holds the recipe, size and SHA-256 of each payload file, and ends with its own digest. The place
of an artifact follows from its recipe, a payload file's name from its content, so a reader knows
what should be where. Pure: no store.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from sweep.artifacts.encoding import pack_json, seal, unseal
from sweep.errors import CorruptArtifact, StoreError, UsageError
from sweep.keys import DIGITS, Recipe, bytes_digest, digest, sha256

__all__ = [
    "LAYOUT",
    "Manifest",
    "PayloadFile",
    "describe",
    "is_named_by",
    "key_of",
    "pack_done",
    "place",
    "unpack_done",
]

LAYOUT = {
    "design": "designs",
    "counts": "counts",
    "fit": "fits",
    "estimates": "estimates",
    "report": "reports",
}
"""Kind of artifact to its directory."""

SCHEMA = 1
"""Of ``done.json``; a reader refuses what it does not know."""

KEY = re.compile(rf"[0-9a-f]{{{DIGITS}}}")
LOGICAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
SHA256 = re.compile(r"[0-9a-f]{64}")
NAME_DIGITS = 12  # of the SHA-256 in a payload file's name


@dataclass(frozen=True)
class PayloadFile:
    """One payload file: its name in the artifact's directory, size in bytes, and SHA-256."""

    file: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What ``done.json`` says; ``payload`` is by logical name ("draws.npz")."""

    key: str
    kind: str
    recipe: Recipe
    meta: Mapping[str, Any]
    payload: Mapping[str, PayloadFile]


def key_of(kind: str, recipe: Recipe) -> str:
    """Return the key of a recipe, which names its own kind.

    Raises
    ------
    UsageError
        If it names another kind, or is not JSON.
    """
    if recipe.get("kind") != kind:
        msg = f"the recipe of a {kind} says kind {recipe.get('kind')!r}; it must say {kind!r}"
        raise UsageError(msg)
    return bytes_digest(pack_json(dict(recipe)))


def place(kind: str, key: str, file: str = "done.json") -> str:
    """Return the name in the store of one file of an artifact.

    Raises
    ------
    UsageError
        If there is no such kind, or ``key`` is no key.
    """
    if kind not in LAYOUT or not KEY.fullmatch(key):
        known = ", ".join(LAYOUT)
        msg = f"{kind!r} {key!r} is no artifact: kinds are {known}; a key has {DIGITS} hex digits"
        raise UsageError(msg)
    return f"{LAYOUT[kind]}/{key}/{file}"


def describe(logical: str, data: bytes) -> PayloadFile:
    """Return name, size and SHA-256 of a payload file.

    Raises
    ------
    UsageError
        If its logical name is not a plain file name.
    """
    if not LOGICAL.fullmatch(logical):
        msg = f"payload name {logical!r}: use letters, digits and '_.-', as in 'draws.npz'"
        raise UsageError(msg)
    content = sha256(data)
    return PayloadFile(_file_name(logical, content), len(data), content)


def is_named_by(name: str, content: str) -> bool:
    """Return whether a payload file's name carries the SHA-256 ``content``."""
    return PurePosixPath(name).stem.endswith(f"-{content[:NAME_DIGITS]}")


def pack_done(done: Manifest) -> bytes:
    """Return the bytes of ``done.json``."""
    payload = {logical: dict(vars(file)) for logical, file in done.payload.items()}
    fields = {"key": done.key, "recipe": dict(done.recipe), "meta": dict(done.meta)}
    return seal({"schema": SCHEMA, **fields, "payload": payload})


def unpack_done(data: bytes, kind: str, key: str) -> Manifest:
    """Return what the ``done.json`` at the place of ``kind`` and ``key`` says, verified.

    Raises
    ------
    CorruptArtifact
        If the bytes are damaged, or belong to another key or kind.
    StoreError
        If they have a schema that this version does not know.
    """
    fields = unseal(data)
    schema = fields.get("schema")
    if isinstance(schema, int) and schema != SCHEMA:  # without one it is another kind of record
        msg = f"schema {schema!r} is not known here, only {SCHEMA}: use a newer version"
        raise StoreError(msg)
    try:
        done = _parsed(fields)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"expected the fields of a done.json, found {error!r}"
        raise CorruptArtifact(msg) from error
    recipe_key = digest(done.recipe)
    if (done.kind, done.key, recipe_key) != (kind, key, key):
        found = f"{done.kind} {done.key}, whose recipe has digest {recipe_key}"
        msg = f"expected {kind} {key}, found {found}"
        raise CorruptArtifact(msg)
    return done


def _file_name(logical: str, content: str) -> str:
    stem, suffix = _parts(logical)
    return f"{stem}-{content[:NAME_DIGITS]}{suffix}"


@lru_cache(maxsize=64)
def _parts(logical: str) -> tuple[str, str]:
    """Return stem and suffix of a logical name: there are few of these."""
    path = PurePosixPath(logical)
    return path.stem, path.suffix


def _parsed(fields: Mapping[str, Any]) -> Manifest:
    """Return the fields as what they mean; the digest proves nothing about their types."""
    if fields["schema"] != SCHEMA:
        msg = f"schema {fields['schema']!r}"
        raise ValueError(msg)
    recipe, meta = dict(fields["recipe"]), dict(fields["meta"])
    payload = {logical: PayloadFile(**file) for logical, file in fields["payload"].items()}
    for logical, file in payload.items():
        plain = LOGICAL.fullmatch(logical) and SHA256.fullmatch(file.sha256)
        if not plain or file.file != _file_name(logical, file.sha256) or type(file.size) is not int:
            msg = f"payload {logical!r} is {file}"
            raise ValueError(msg)
    return Manifest(fields["key"], recipe["kind"], recipe, meta, payload)
