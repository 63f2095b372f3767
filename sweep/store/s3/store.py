"""Store: artifacts as objects below one prefix of a bucket, of AWS or of a server like it.

The first writer wins by ``If-None-Match: *``, a change names the version it replaces
(``If-Match``), and before the first write the server proves that it honours both. Each object
carries the SHA-256 of its bytes, and a read that does not match it is repeated. Endpoint and
credentials are those of the AWS settings of the process that opens the store, never of its URL.
"""

from collections.abc import Iterator

from sweep.errors import UsageError
from sweep.faultpoint import faultpoint
from sweep.keys import sha256
from sweep.store import NotStored
from sweep.store.cache import is_shared, read_cached
from sweep.store.names import check_appendable, check_name, check_replaceable, is_log
from sweep.store.s3.client import Bucket
from sweep.store.s3.connection import LIMITS, Timeouts
from sweep.store.s3.logs import MARK, Logs
from sweep.store.s3.probe import probe_once

__all__ = ["S3", "open_s3", "split_url"]

LONGEST_KEY = 1024  # bytes, by S3's rules


def open_s3(url: str) -> "S3":
    """Open the store below ``s3://bucket/prefix``; no request is made before the first verb.

    Raises
    ------
    UsageError
        If the URL is malformed or holds credentials, or boto3 is missing.
    """
    bucket, prefix = split_url(url)
    if prefix.strip("/"):
        try:
            check_name(f"x/{prefix.strip('/')}")
        except UsageError as error:
            msg = f"store {url!r}: the prefix {prefix!r} cannot be used: use plain folder names"
            raise UsageError(msg) from error
    return S3(bucket, prefix.strip("/"))


def split_url(url: str) -> tuple[str, str]:
    """Return bucket and key of an ``s3://`` URL.

    Raises
    ------
    UsageError
        If it has no bucket, or holds credentials, which are then not repeated.
    """
    bucket, _, key = url.removeprefix("s3://").partition("/")
    if "@" in bucket or ":" in bucket:
        msg = (
            "an s3:// URL names a bucket only, as in s3://bucket/prefix. Credentials come from the "
            "AWS settings (AWS_PROFILE, AWS_ACCESS_KEY_ID), the server from AWS_ENDPOINT_URL_S3"
        )
        raise UsageError(msg)
    if not 3 <= len(bucket) <= 63 or not all(c.isalnum() or c in ".-_" for c in bucket):
        msg = f"{url!r} names no bucket: write s3://bucket/prefix, a bucket of 3 to 63 characters"
        raise UsageError(msg)
    return bucket, key


class S3:
    """A ``sweep.store.Store`` in a bucket."""

    def __init__(
        self, bucket: str, prefix: str, limits: Timeouts = LIMITS, copies: bool = True
    ) -> None:
        self.bucket = Bucket(bucket, limits)
        self.prefix = f"{prefix}/" if prefix else ""
        self._copies = copies
        self._logs = Logs(self.bucket)

    @property
    def url(self) -> str:
        """Return the URL; the endpoint comes from the AWS settings of whoever opens it."""
        return f"s3://{self.bucket.name}/{self.prefix}".rstrip("/")

    def fresh(self) -> "S3":
        """Return this store without the copies that this machine may keep of its files."""
        return S3(self.bucket.name, self.prefix.rstrip("/"), self.bucket.limits, copies=False)

    def get(self, name: str) -> bytes:
        """Return the bytes of a file, verified; a design's are kept on this machine."""
        key = self._key(name)
        if is_log(name):
            return self._found(name, self._logs.get(key))
        if self._copies and is_shared(name):
            return read_cached(name, lambda: self._read(name))
        return self._read(name)

    def size(self, name: str) -> int | None:
        """Return a file's size in bytes, None if there is no such file."""
        key = self._key(name)
        if is_log(name):
            parts = self._logs.parts(key)
            return sum(parts.values()) if parts else None
        found = self.bucket.head(key)
        return None if found is None else int(found["ContentLength"])

    def age(self, name: str) -> float | None:
        """Return the seconds since a file was last written, None if there is no such file."""
        key = self._key(name)
        parts = list(self._logs.parts(key)) if is_log(name) else [key]
        ages = [age for part in parts if (age := self.bucket.age(part)) is not None]
        return min(ages, default=None)

    def list(self, prefix: str = "") -> Iterator[str]:
        """Yield the names that start with ``prefix``, sorted by code point."""
        if prefix:
            check_name(prefix.removesuffix("/"))
        return self._names(prefix)

    def put_new(self, name: str, data: bytes) -> bool:
        """Create a file, whole or not at all; return whether this call created it."""
        key = self._writable(name)
        if is_log(name) and self._logs.parts(key):
            return False
        faultpoint("s3.before_put", name)
        created = self.bucket.put(key, data, None) is not None
        faultpoint("s3.after_put", name)
        return created

    def replace(self, name: str, data: bytes, expected: str | None) -> bool:
        """Change a file if its content still is what the caller saw; return whether it was.

        If the reply to our own change was lost, and somebody replaced it before we looked, the
        answer is False: read again before trying again.
        """
        if expected is None:
            return self.put_new(name, data)
        check_replaceable(name)
        found = self.bucket.get(self._key(name))
        if found is None or sha256(found.data) != expected:
            return False
        return self.bucket.put(self._writable(name), data, found.etag) is not None

    def delete(self, name: str, expected: str | None = None) -> bool:
        """Remove a file; return whether there was one (with ``expected``, one of that content)."""
        key = self._key(name)
        if is_log(name):
            seen = None if expected is None else self._logs.get(key)
            changed = expected is not None and (seen is None or sha256(seen) != expected)
            return not changed and self._logs.delete(key)
        if expected is None:
            return self.bucket.head(key) is not None and self.bucket.delete(key)
        found = self.bucket.get(key)
        if found is None or sha256(found.data) != expected:
            return False
        return self.bucket.delete(key, found.etag)

    def append(self, name: str, data: bytes) -> None:
        """Add bytes to the end of a file, creating it if need be: for logs and events only."""
        check_appendable(name)
        self._logs.append(self._writable(name), data)

    def _key(self, name: str) -> str:
        key = self.prefix + check_name(name)
        if len(key.encode()) > LONGEST_KEY - 40:  # a segment's own name comes on top
            msg = f"{key!r} cannot be the name of a stored file: with the prefix it is too long"
            raise UsageError(msg)
        return key

    def _writable(self, name: str) -> str:
        key = self._key(name)
        probe_once(self.bucket, self.prefix)
        return key

    def _read(self, name: str) -> bytes:
        found = self.bucket.get(self._key(name))
        return self._found(name, None if found is None else found.data)

    def _found(self, name: str, data: bytes | None) -> bytes:
        if data is None:
            msg = f"the store {self.url} has no file {name!r}"
            raise NotStored(msg)
        return data

    def _names(self, prefix: str) -> Iterator[str]:
        """Yield names: whole first, then sorted, as segments and some servers break the order."""
        found = {
            key.removeprefix(self.prefix).partition(MARK)[0]
            for key, _ in self.bucket.objects(self.prefix + prefix)
        }
        yield from sorted(n for n in found if n.startswith(prefix) and _is_name(n))


def _is_name(name: str) -> bool:
    """Return whether this may be a stored file's name: others may have put objects here too."""
    try:
        check_name(name)
    except UsageError:
        return False
    return True
