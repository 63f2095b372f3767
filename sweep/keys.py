"""Keys: canonical JSON, digests of bytes and arrays, and the seeds that derive from them.

Two kinds of key. Inputs are addressed by the digest of their content; results by the digest of the
recipe that made them. A digest is SHA-256, 40 hex digits, over canonical JSON or over array content
(dtype, shape, little-endian bytes), never over a container file: containers stamp times.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = [
    "Json",
    "Recipe",
    "array_digest",
    "arrays_digest",
    "bytes_digest",
    "canonical",
    "digest",
    "file_digest",
    "seed_of",
    "sha256",
]

DIGITS = 40

ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)

type Json = dict[str, Any]
"""A JSON object, as it was read or as it will be written."""

type Recipe = Mapping[str, Any]
"""Everything that decides an artifact, in JSON's terms."""


def canonical(value: Any) -> bytes:
    """Return the one JSON encoding of ``value``: sorted keys, no spaces, no NaN, UTF-8.

    Raises
    ------
    ValueError
        If the value holds NaN or an infinity.
    TypeError
        If it holds anything JSON has no word for.
    """
    return ENCODER.encode(value).encode()


def sha256(data: bytes) -> str:
    """Return all 64 hex digits: the integrity of a payload file, not an identity."""
    return hashlib.sha256(data).hexdigest()


def bytes_digest(data: bytes) -> str:
    """Return the identity of some bytes."""
    return sha256(data)[:DIGITS]


def file_digest(path: "Path") -> str:
    """Return the identity of a file's bytes, of which some are in memory at a time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:DIGITS]


def digest(value: Any) -> str:
    """Return the identity of a JSON value, such as a recipe."""
    return bytes_digest(canonical(value))


def array_digest(array: "NDArray[Any]") -> str:
    """Return the identity of an array's content: dtype, shape, little-endian bytes in C order."""
    import numpy as np

    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return bytes_digest(_head(little.dtype.str, array.shape) + b"\0" + little.tobytes())


@lru_cache(maxsize=4096)
def _head(dtype: str, shape: tuple[int, ...]) -> bytes:
    """Return what an array's digest says of its type: many arrays have the same."""
    return canonical([dtype, list(shape)])


def arrays_digest(arrays: "Mapping[str, NDArray[Any]]") -> str:
    """Return the identity of several named arrays."""
    return digest({name: array_digest(array) for name, array in arrays.items()})


def seed_of(study_seed: int, outcome: str, wave: str | None = None, step: int = 0) -> int:
    """Return the sampler's seed: from the study's seed and the outcome's name, never a position.

    ``step`` is the remedy step; 0 is the first try. Values lie in [0, 2**63).
    """
    return int(digest(["seed", study_seed, outcome, wave, step])[:16], 16) >> 1
