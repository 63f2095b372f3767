"""Encoding: arrays and JSON as bytes and back; with tables of estimates all that artifacts hold.

The same content gives the same bytes at any time of day, so that a second result can be compared
with the first. Bytes are data only: nothing here can name code, and nothing is unpickled.
"""

import io
import json
import math
import re
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from sweep.artifacts.archive import LIMIT, stored_zip
from sweep.errors import CorruptArtifact, UsageError
from sweep.keys import DIGITS, Json, bytes_digest, canonical
from sweep.words.values import clip

__all__ = [
    "pack_arrays",
    "pack_json",
    "seal",
    "unpack_arrays",
    "unpack_json",
    "unseal",
]

SEAL = re.compile(rb',"digest":"([0-9a-f]{%d})"\}\n' % DIGITS)
SEAL_LENGTH = len(',"digest":""}\n') + DIGITS


def pack_json(value: Any) -> bytes:
    """Return canonical JSON.

    Raises
    ------
    UsageError
        If ``value`` holds what JSON has no word for; NaN and infinities too: write None instead.
    """
    try:
        return canonical(value)
    except (TypeError, ValueError, RecursionError) as error:
        msg = (
            f"this cannot be stored as JSON: {error}; use str, int, finite float, None, list, dict"
        )
        raise UsageError(msg) from error


def unpack_json(data: bytes) -> Any:
    """Return the value that ``pack_json`` packed.

    Raises
    ------
    CorruptArtifact
        If the bytes are not JSON.
    """
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        msg = f"expected JSON, found {data[:40]!r}: {clip(error)}"
        raise CorruptArtifact(msg) from error


def seal(fields: Mapping[str, Any]) -> bytes:
    """Return a JSON object that ends with the digest of the rest of itself.

    Raises
    ------
    UsageError
        If there are no fields, one is called "digest", or they are not JSON.
    """
    if not fields or "digest" in fields:
        msg = f"a record has fields, none of them called 'digest'; got {sorted(fields)}"
        raise UsageError(msg)
    body = pack_json(dict(fields))
    return body[:-1] + b',"digest":"%s"}\n' % bytes_digest(body).encode()


def unseal(data: bytes) -> Json:
    """Return the fields that ``seal`` sealed; nothing is parsed before the digest is checked.

    Raises
    ------
    CorruptArtifact
        If a single bit differs.
    """
    body, end = data[:-SEAL_LENGTH] + b"}", SEAL.fullmatch(data[-SEAL_LENGTH:])
    if end is None:
        msg = f"expected JSON that ends with its digest, found {data[-40:]!r}"
        raise CorruptArtifact(msg)
    if (found := bytes_digest(body)) != (expected := end[1].decode()):
        msg = f"expected content of digest {expected}, found {found}"
        raise CorruptArtifact(msg)
    fields: Json = unpack_json(body)  # an object: only one can end like this
    return fields


def pack_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return named arrays as ``.npz`` (NumPy reads it): little-endian, C order, uncompressed.

    Raises
    ------
    UsageError
        If an array holds Python objects, or a name cannot be a file's.
    """
    files: dict[str, bytes] = {}
    for name in sorted(arrays):
        if "\0" in name or "/" in name:
            msg = f"array name {name!r}: use letters, digits and '_'"
            raise UsageError(msg)
        files[f"{name}.npy"] = _pack_array(name, np.asarray(arrays[name]))
    if sum(map(len, files.values())) <= LIMIT // 2:
        return stored_zip(files)
    return _large_zip(files)


def unpack_arrays(data: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays that ``pack_arrays`` packed, writable, by name.

    Raises
    ------
    CorruptArtifact
        If the bytes are anything else: arrays of objects, which NumPy would have to unpickle,
        compressed members, or a member whose size is not what its shape says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {
                entry.filename.removesuffix(".npy"): _unpack_array(archive, entry)
                for entry in archive.infolist()
            }
    # zipfile raises a RuntimeError for encrypted members, and for unknown compressions.
    except (zipfile.BadZipFile, ValueError, EOFError, RuntimeError) as error:
        msg = f"expected arrays as written by pack_arrays: {error}"
        raise CorruptArtifact(msg) from error


def _large_zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)  # dated 1980, never by the clock
            entry.create_system = 3  # the same on every platform
            archive.writestr(entry, data)
    return buffer.getvalue()


def _pack_array(name: str, array: NDArray[Any]) -> bytes:
    if array.dtype.hasobject:
        msg = f"array {name!r} has dtype {array.dtype}: objects cannot be stored; give it a type"
        raise UsageError(msg)
    plain = np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
    return _header(plain.dtype, plain.shape) + plain.tobytes()


@lru_cache(maxsize=4096)
def _header(dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    """Return what NumPy writes before an array in C order; many have the same."""
    buffer = io.BytesIO()
    descr = npy.dtype_to_descr(dtype)
    fields = {"descr": descr, "fortran_order": False, "shape": shape}
    npy.write_array_header_1_0(buffer, fields)
    return buffer.getvalue()


def _unpack_array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[Any]:
    if entry.compress_type != zipfile.ZIP_STORED or not entry.filename.endswith(".npy"):
        msg = f"{entry.filename!r} is compressed, or not an array"
        raise ValueError(msg)
    member = io.BytesIO(archive.read(entry))  # checks the CRC
    if (version := npy.read_magic(member)) != (1, 0):
        msg = f"{entry.filename!r} has format {version}, not (1, 0)"
        raise ValueError(msg)
    shape, fortran_order, dtype = npy.read_array_header_1_0(member)
    content = bytearray(member.read())
    if dtype.hasobject or fortran_order or len(content) != math.prod(shape) * dtype.itemsize:
        msg = (
            f"{entry.filename!r}: {len(content)} bytes are not {dtype} of shape {shape} in C order"
        )
        raise ValueError(msg)
    return np.ndarray(shape, dtype, buffer=content)
