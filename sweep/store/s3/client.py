"""Client: single requests to one bucket, each tried until it has a definite answer.

The retries of the AWS library are turned off. They give up too early when a server asks to slow
down, and they hide that a request was sent twice: then the answer "precondition failed" may be
about our own first request. Here every operation has a budget of time, pauses are random and grow,
and a conditional write that was sent more than once looks at who wrote what is there.
"""

import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from sweep.errors import CorruptArtifact, StoreError
from sweep.faultpoint import faultpoint
from sweep.keys import Json, sha256
from sweep.store.s3.connection import LIMITS, Timeouts, connect
from sweep.store.s3.errors import code_of, explain_error, is_passing, status_of

__all__ = ["Bucket", "Stored", "unsupported_error"]

READS = 5  # of an object whose bytes do not match: 1 % of flipped replies fail 1 read in 10**9

_reached: set[str] = set()  # endpoints that have answered this process


@dataclass(frozen=True)
class Stored:
    """An object's bytes, verified, and the ETag that stands for this version of it."""

    data: bytes
    etag: str


class Gone(Exception):  # an answer, not an error
    """There is no such object."""


class Changed(Exception):  # an answer, not an error
    """The condition of a write does not hold."""


class Bucket:
    """One bucket, as conditional single requests."""

    def __init__(self, name: str, limits: Timeouts = LIMITS) -> None:
        self.name = name
        self.limits = limits
        self.client = connect(limits)

    @property
    def endpoint(self) -> str:
        """Return the server's address."""
        return str(self.client.meta.endpoint_url)

    def get(self, key: str, etag: str | None = None) -> Stored | None:
        """Return an object, None if there is none; with ``etag``, that version of it.

        Raises
        ------
        CorruptArtifact
            If its bytes, read five times, never matched the digest written with them.
        """
        version = {} if etag is None else {"IfMatch": etag}
        found: Stored | str | None = None
        for _ in range(READS):
            try:
                found = self._tell("read", key, lambda: self._read(key, version))
            except (Gone, Changed):
                return None
            if isinstance(found, Stored):
                return found
        msg = f"{self._where(key)}: read {READS} times, the bytes never matched: {found}"
        raise CorruptArtifact(msg)

    def _read(self, key: str, version: dict[str, str]) -> Stored | str:
        """Return an object, or how its bytes are damaged; cut short, it is a passing error."""
        from botocore.exceptions import FlexibleChecksumError, IncompleteReadError

        reply = self.client.get_object(Bucket=self.name, Key=key, **version)
        try:
            with closing(reply["Body"]) as body:
                data = body.read()
        except FlexibleChecksumError as error:
            return str(error)
        if len(data) != reply["ContentLength"]:
            raise IncompleteReadError(actual_bytes=len(data), expected_bytes=reply["ContentLength"])
        promised = reply["Metadata"].get("sha256")  # absent if something else put the object there
        if promised in (None, found := sha256(data)):
            return Stored(data, reply["ETag"])
        return f"{len(data)} bytes of SHA-256 {found}, written as {promised}"

    def head(self, key: str) -> Json | None:
        """Return an object's size, ETag and metadata, None if there is none."""
        try:
            found: Json = self._tell(
                "look at", key, lambda: self.client.head_object(Bucket=self.name, Key=key)
            )
        except Gone:
            return None
        return found

    def age(self, key: str) -> float | None:
        """Return the seconds since an object was written, by the server's clock; None if absent."""
        from email.utils import parsedate_to_datetime

        found = self.head(key)
        if found is None:
            return None
        now = parsedate_to_datetime(found["ResponseMetadata"]["HTTPHeaders"]["date"])
        return float((now - found["LastModified"]).total_seconds())

    def put(self, key: str, data: bytes, etag: str | None) -> str | None:
        """Write an object if there is none, or if it still is the version ``etag``.

        Returns the new ETag, None if the condition does not hold. Our own write, whose reply was
        lost, is told from another's by a nonce. If a third writer has replaced it meanwhile, the
        answer is None as well: it is no longer there.
        """
        writer, tries = uuid.uuid4().hex, 0
        condition = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
        metadata = {"sha256": sha256(data), "writer": writer}
        request = {"Bucket": self.name, "Key": key, "Body": data, "Metadata": metadata}

        def write() -> str:
            nonlocal tries
            tries += 1
            return str(self.client.put_object(**request, **condition)["ETag"])

        try:
            return self._tell("write", key, write)
        except (Gone, Changed):
            return self._written(key, metadata) if tries > 1 else None

    def _written(self, key: str, metadata: dict[str, str]) -> str | None:
        """Return the ETag of what is there if we wrote it."""
        found = self.head(key)
        if found is None:
            return None
        there = found["Metadata"]
        if "writer" in there:
            return str(found["ETag"]) if there["writer"] == metadata["writer"] else None
        stored = self.get(key)  # this server drops metadata: equal bytes must do
        return stored.etag if stored and sha256(stored.data) == metadata["sha256"] else None

    def delete(self, key: str, etag: str | None = None) -> bool:
        """Remove an object, with ``etag`` only that version; return False if it has changed.

        A server that does not know the condition removes what is there.
        """
        condition = {} if etag is None else {"IfMatch": etag}

        def remove() -> bool:
            self.client.delete_object(Bucket=self.name, Key=key, **condition)
            return True

        try:
            return self._tell("delete", key, remove)
        except Gone:
            return True
        except Changed:
            return False

    def objects(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield key and size of every object whose key starts with ``prefix``."""
        more: dict[str, str] = {}
        while True:
            request = {"Bucket": self.name, "Prefix": prefix, **more}
            page = self._tell("list", prefix, lambda: self.client.list_objects_v2(**request))  # noqa: B023 # called at once
            for entry in page.get("Contents", ()):
                yield entry["Key"], entry["Size"]
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def _where(self, key: str) -> str:
        return f"s3://{self.name}/{key} (at {self.endpoint})"

    def _tell[T](self, what: str, key: str, request: Callable[[], T]) -> T:
        """Send a request until it is answered or its time is up; raise errors in words."""
        failures = kinds_of_failure()
        started, tries = time.monotonic(), 0
        while True:
            tries += 1
            try:
                faultpoint("s3.before_request", what)
                answer = request()
                faultpoint("s3.after_request", what)
            except failures as error:
                if status_of(error):
                    _reached.add(self.endpoint)
                raise_answers(error)
                pause = random.uniform(0, self._longest_pause(tries))
                late = time.monotonic() - started + pause > self._budget()
                if late or not is_passing(error):
                    raise explain_error(error, what, self._where(key), tries) from error
                time.sleep(pause)
            else:
                _reached.add(self.endpoint)
                return answer

    def _longest_pause(self, tries: int) -> float:
        return min(self.limits.longest_pause, self.limits.first_pause * 2.0 ** min(tries, 20))

    def _budget(self) -> float:
        limits = self.limits
        known = self.endpoint in _reached
        return limits.total if known else min(limits.total, limits.first_reach)


def kinds_of_failure() -> tuple[type[Exception], ...]:
    """Return what a request raises; the last three leak from beneath the AWS library."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError
    from urllib3.exceptions import HTTPError

    return (
        BotoCoreError,
        ClientError,
        ResponseParserError,
        HTTPError,
        ConnectionError,
        TimeoutError,
    )


def raise_answers(error: Exception) -> None:
    """Raise the two errors that are answers: no such object, and the condition does not hold."""
    if status_of(error) == 412:
        raise Changed from error
    if status_of(error) == 404 and code_of(error) != "NoSuchBucket":
        raise Gone from error


def unsupported_error(bucket: Bucket, what: str) -> StoreError:
    """Return the error for a server that does not keep the one promise the store rests on."""
    return StoreError(
        f"s3://{bucket.name} at {bucket.endpoint} {what}: two workers could overwrite each other's "
        "results there, so nothing is written. Use AWS S3, SeaweedFS 4.48 or later or another "
        "server with conditional writes (If-None-Match and If-Match on PutObject), or a directory "
        "as the store"
    )
