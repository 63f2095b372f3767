"""Probe: before the first write, prove that the server honours conditional writes.

Many servers that speak S3 ignore the headers, and silently let the last writer win. One object is
written twice "if there is none", then "if it still is" a version that never was: both must be
refused. What was proven is remembered for a day, by endpoint and bucket.
"""

import hashlib
import time
import uuid
from contextlib import suppress
from pathlib import Path

from sweep.faultpoint import faultpoint
from sweep.store.cache import cache_root, write_in_place
from sweep.store.s3.client import Bucket, unsupported_error

__all__ = ["forget_probes", "probe", "probe_once"]

DAY = 86_400.0
NEVER = '"00000000000000000000000000000000"'  # the ETag of no object

_proven: set[tuple[str, str]] = set()  # endpoint and bucket, in this process


def probe_once(bucket: Bucket, prefix: str) -> None:
    """Probe the bucket, unless this process, or another one within a day, has done so.

    Raises
    ------
    StoreError
        If the server ignores a condition, or cannot be reached.
    """
    subject = (bucket.endpoint, bucket.name)
    if subject in _proven:
        return
    mark = _mark(*subject)
    if not _is_fresh(mark):
        probe(bucket, prefix)
        faultpoint("s3.after_probe")
        with suppress(OSError):  # it is only proven again next time
            write_in_place(mark, "\n".join(subject).encode())
    _proven.add(subject)


def probe(bucket: Bucket, prefix: str) -> None:
    """Write below ``tmp/`` and see two conditions refused; nothing stays."""
    key = f"{prefix}tmp/probe-{uuid.uuid4().hex}"
    bucket.put(key, b"1", None)
    try:
        if bucket.put(key, b"2", None) is not None:
            raise unsupported_error(bucket, "ignores If-None-Match")
        if bucket.put(key, b"3", NEVER) is not None:
            raise unsupported_error(bucket, "ignores If-Match")
    finally:
        bucket.delete(key)


def forget_probes() -> None:
    """Forget what this process has proven: for tests."""
    _proven.clear()


def _mark(endpoint: str, bucket: str) -> Path:
    name = hashlib.sha256(f"{endpoint}\n{bucket}".encode()).hexdigest()[:24]
    return cache_root() / "probes" / name


def _is_fresh(mark: Path) -> bool:
    try:
        return 0 <= time.time() - mark.stat().st_mtime < DAY
    except OSError:
        return False
