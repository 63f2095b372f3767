"""Logs: appending, which S3 does not have, as segments that each have one writer.

What one store object appends to ``runs/R/events.jsonl`` lies in objects of its own,
``runs/R/events.jsonl/.START-NONCE-NUMBER``: rewritten whole with every append until they hold
64 KiB, then a new one is begun. No stored name has a part that starts with a dot, so a segment
never is another file, and it is never listed. A reader joins the segments, sorted: one writer's
lines in their order, writers in the order in which they began. START is the writer's clock or, if
another writer's is later, the next millisecond after that: a slow clock changes no order.
"""

import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sweep.errors import StoreError
from sweep.faultpoint import faultpoint
from sweep.store.s3.client import Bucket

__all__ = ["MARK", "Logs"]

MARK = "/."
"""What stands between the name of a log and that of a segment."""

FULL = 65_536  # bytes of a segment after which another one is begun


@dataclass(frozen=True)
class Segment:
    """The object that this writer's next lines go to; ``etag`` is None before its first write."""

    stem: str
    number: int = 0
    data: bytes = b""
    etag: str | None = None

    @property
    def key(self) -> str:
        return f"{self.stem}-{self.number:06d}"

    def next(self) -> "Segment":
        return Segment(self.stem, self.number + 1)


class Logs:
    """The logs of one store object: the segments it writes to, and how logs are read."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._open: dict[str, Segment] = {}
        self._lock = threading.Lock()  # one append at a time: their order is the lines' order

    def append(self, key: str, data: bytes) -> None:
        """Add bytes to the end of this writer's part of a log."""
        with self._lock:
            segment = self._open.get(key) or Segment(_stem(key, self.parts(key)))
            if segment.data and len(segment.data) + len(data) > FULL:
                segment = segment.next()
            # A conditional write: one that a slow network delivers late must not undo the next.
            written = self._write(segment, data) or self._write(segment.next(), data)
            if written is None:
                msg = f"cannot append to s3://{self._bucket.name}/{key}: its segments keep changing"
                raise StoreError(msg)
            self._open[key] = written
            faultpoint("s3.after_append")

    def _write(self, segment: Segment, data: bytes) -> Segment | None:
        """Return the longer segment, None if somebody has deleted it."""
        whole = segment.data + data
        etag = self._bucket.put(segment.key, whole, segment.etag)
        return None if etag is None else replace(segment, data=whole, etag=etag)

    def parts(self, key: str) -> dict[str, int]:
        """Return the keys of the objects that make up a log, in their order, with their sizes."""
        found = self._bucket.objects(key)
        own = {k: size for k, size in found if k == key or k.startswith(f"{key}{MARK}")}
        return dict(sorted(own.items()))

    def get(self, key: str) -> bytes | None:
        """Return a log's bytes, None if there is none."""
        found = [self._bucket.get(part) for part in self.parts(key)]
        there = [stored.data for stored in found if stored is not None]
        return b"".join(there) if there else None

    def delete(self, key: str) -> bool:
        """Remove a log; return whether there was one."""
        parts = self.parts(key)
        for part in parts:
            self._bucket.delete(part)
        with self._lock:
            self._open.pop(key, None)
        return bool(parts)


def _stem(key: str, parts: Iterable[str]) -> str:
    """Return the beginning of this writer's segments: after all there are, whatever the clock."""
    starts = [part.removeprefix(f"{key}{MARK}").partition("-")[0] for part in parts]
    after = [int(start) + 1 for start in starts if start.isascii() and start.isdigit()]
    start = max([time.time_ns() // 1_000_000, *after])
    return f"{key}{MARK}{start:015d}-{uuid.uuid4().hex[:12]}"
