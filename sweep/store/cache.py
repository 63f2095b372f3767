"""Cache: files that a machine downloads once, for all its workers.

Only what is named by its own content is kept, so a file here is either right or thrown away: its
name ends in 12 digits of its SHA-256, and they are compared whenever it is read. Files are written
whole, any number of processes may share the directory, and the least recently used leave first.
"""

import hashlib
import os
import re
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sweep.faultpoint import faultpoint

__all__ = [
    "cache_root",
    "file_kept",
    "is_shared",
    "keep",
    "read_cached",
    "read_kept",
    "write_in_place",
]

LIMIT = 5_000_000_000
"""Bytes that may lie here."""

SHARED = re.compile(r"designs/[0-9a-f]{40}/[^/]*-[0-9a-f]{12}(\.[A-Za-z0-9]+)?")
DIGITS = re.compile(r"-([0-9a-f]{12})(\.[A-Za-z0-9]+)?$")


def cache_root() -> Path:
    """Return the directory of everything that can be made again.

    ``SWEEP_CACHE`` names it; else it is ``modelsweep`` in ``XDG_CACHE_HOME`` or ``~/.cache``.
    """
    if chosen := os.environ.get("SWEEP_CACHE"):
        return Path(chosen).expanduser()
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "modelsweep"


def is_shared(name: str) -> bool:
    """Return whether a stored file is one that many tasks read: a payload file of a design."""
    return SHARED.fullmatch(name) is not None


def read_cached(name: str, fetch: Callable[[], bytes]) -> bytes:
    """Return the bytes of a file named by its content: from here, else fetched and kept.

    Bytes that their name does not fit are returned, not kept: their reader will refuse them.
    """
    file = name.rpartition("/")[2]
    found = read_kept(file)
    if found is not None:
        return found
    data = fetch()
    if _fits(file, data):
        with suppress(OSError):  # a full disk costs time here, never a result
            keep(file, data)
    return data


def read_kept(file: str) -> bytes | None:
    """Return a file's bytes, None if it is not here; a damaged one is thrown away."""
    path = _directory() / file
    try:
        data = path.read_bytes()
        if not _fits(file, data):
            path.unlink(missing_ok=True)
            return None
        os.utime(path)  # used now: the last to leave
    except OSError:
        return None
    return data


def file_kept(start: str) -> Path | None:
    """Return the path of the file whose name starts so, None if it is not here undamaged."""
    for path in sorted(_directory().glob(f"{start}*")):
        if read_kept(path.name) is not None:
            return path
    return None


def keep(file: str, data: bytes) -> Path:
    """Keep a file, then let the least recently used ones go; return its path.

    Raises
    ------
    OSError
        If the cache cannot be written.
    """
    path = _directory() / file
    write_in_place(path, data)
    _trim(path)
    return path


def write_in_place(path: Path, data: bytes) -> None:
    """Write a file so that no reader sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{uuid.uuid4().hex}")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        faultpoint("cache.after_write")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _directory() -> Path:
    return cache_root() / "blobs"


def _fits(file: str, data: bytes) -> bool:
    digits = DIGITS.search(file)
    return digits is not None and hashlib.sha256(data).hexdigest().startswith(digits[1])


def _trim(newest: Path) -> None:
    """Remove files, the longest unused first, until the rest is within the limit."""
    files = []
    for path in sorted(newest.parent.iterdir()):
        with suppress(FileNotFoundError):  # another process trims too
            status = path.stat()
            files.append((status.st_mtime_ns, status.st_size, path))
    excess = sum(size for _, size, _ in files) - LIMIT
    for _, size, path in sorted(files):
        if excess <= 0:
            return
        if path != newest:
            path.unlink(missing_ok=True)
            excess -= size
