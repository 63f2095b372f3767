"""Store: where artifacts, tasks, runs and logs live; the one thing that workers share.

Names are relative POSIX paths such as ``fits/KEY/done.json``. Three writes, three promises:
``put_new`` creates a file whole or not at all and the first writer wins; ``replace`` changes one
only if it still is what the caller last saw; ``append`` adds lines to a log and promises little.
Nothing here knows what the bytes mean: that is ``sweep.artifacts``.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast
from urllib.parse import unquote, urlsplit

from sweep.errors import StoreError, UsageError

__all__ = [
    "OPENERS",
    "NotStored",
    "Store",
    "check_appendable",
    "check_name",
    "check_replaceable",
    "is_log",
    "open_store",
]

OPENERS = {"file": "sweep.store.directory:open_directory", "s3": "sweep.store.s3:open_s3"}
"""Scheme of a store URL to the function that opens it: ``module:function``, imported on use."""

LONGEST_SEGMENT, LONGEST_NAME = 255, 1024  # bytes: of common file systems, and of S3

LOGS = (".jsonl", ".log")
"""Endings of the names that can be appended to, and only created, appended to and deleted."""


class NotStored(StoreError, KeyError):
    """The store has no file of this name."""


class Store(Protocol):
    """A place for files that are written once, safe for any number of threads and processes."""

    @property
    def url(self) -> str:
        """Return what ``open_store`` needs to open this store again, from any directory."""

    def fresh(self) -> "Store":
        """Return this store without the copies that this machine may keep of its files."""

    def get(self, name: str) -> bytes:
        """Return the bytes of a file.

        Raises
        ------
        NotStored
            If there is no such file.
        StoreError
            If it cannot be read.
        """

    def put_new(self, name: str, data: bytes) -> bool:
        """Create a file, whole or not at all; return whether this call created it.

        The first writer wins: False means that a file was there, and it is left alone. Once the
        call returns, whoever won, the file survives a power cut. No reader ever sees a part of it.
        """

    def replace(self, name: str, data: bytes, expected: str | None) -> bool:
        """Change a file if its content still is what the caller saw; return whether it was.

        ``expected`` is the ``sweep.keys.sha256`` of the present content, None for "no file".
        Atomic against every other writer. A file that can be appended to cannot be changed.
        """

    def append(self, name: str, data: bytes) -> None:
        """Add bytes to the end of a file, creating it if need be: for logs and events only.

        One call is one write: whole lines from several writers normally do not mix, but nothing
        is promised after a crash or on a full disk. Readers skip a last line without its end.

        Raises
        ------
        UsageError
            If the name ends neither in ``.jsonl`` nor in ``.log``.
        """

    def list(self, prefix: str = "") -> Iterator[str]:
        """Yield the names that start with ``prefix``, sorted by code point."""

    def delete(self, name: str, expected: str | None = None) -> bool:
        """Remove a file; return whether there was one.

        With ``expected``, the SHA-256 of its content, only if the content still is that.
        """

    def size(self, name: str) -> int | None:
        """Return a file's size in bytes, None if there is no such file: the check for existence."""

    def age(self, name: str) -> float | None:
        """Return the seconds since a file was last written, None if there is no such file.

        By the clock of the store itself where it has one. It only decides about litter.
        """


def open_store(url: str | Path, base: Path | None = None) -> Store:
    """Open the store at a path or URL; nothing is created before the first write.

    Parameters
    ----------
    url
        A directory (``.sweep``, ``~/sweeps``), a ``file://`` URL, or ``s3://bucket/prefix``.
    base
        The directory that a relative path starts from; the working directory if None.

    Raises
    ------
    UsageError
        If the URL is empty or malformed, or its scheme is unknown.
    StoreError
        If something other than a directory is there.
    """
    text = str(url)
    scheme, separator, _ = text.partition("://")
    if not separator:
        scheme, location = "file", _absolute(text, base)
    elif scheme == "file":
        location = _path_of(text)
    else:
        location = text
    if scheme not in OPENERS:
        known = ", ".join(sorted(OPENERS))
        msg = f"store {text!r}: unknown scheme {scheme!r}; known are a plain path and: {known}"
        raise UsageError(msg)
    module, _, function = OPENERS[scheme].partition(":")
    opener = cast("Callable[[str], Store]", getattr(import_module(module), function))
    return opener(location)


def check_name(name: str) -> str:
    """Return ``name`` if every store can hold it under that name and nowhere else.

    Raises
    ------
    UsageError
        If it is absolute, leaves the store (``..``), hides (a leading dot), lies in the store's own
        ``tmp``, is too long, or holds a backslash, a control character or an empty segment.
    """
    if wrong := _fault(name):
        msg = (
            f"{name!r} cannot be the name of a stored file: {wrong}; "
            "a name is a relative path such as 'fits/KEY/done.json'"
        )
        raise UsageError(msg)
    return name


def is_log(name: str) -> bool:
    """Return whether a file of this name can be appended to."""
    return name.endswith(LOGS)


def check_appendable(name: str) -> str:
    """Return ``name`` if it is a log's, so that a store need not look for pieces of other files.

    Raises
    ------
    UsageError
        If it is not.
    """
    if not is_log(check_name(name)):
        msg = f"{name!r} cannot be appended to: only names that end in {' or '.join(LOGS)} can"
        raise UsageError(msg)
    return name


def check_replaceable(name: str) -> str:
    """Return ``name`` unless it is a log's.

    Raises
    ------
    UsageError
        If it is.
    """
    if is_log(check_name(name)):
        msg = f"{name!r} cannot be replaced: a log is created, appended to, and deleted"
        raise UsageError(msg)
    return name


def _fault(name: str) -> str | None:
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return "it is not valid Unicode"
    segments = encoded.split(b"/")
    faults = {
        "it has an empty segment, or starts or ends with '/'": b"" in segments,
        "a segment starts with '.'": any(part.startswith(b".") for part in segments),
        "it has a backslash": b"\\" in encoded,
        "it has a control character": any(byte < 32 or byte == 127 for byte in encoded),
        "'tmp' belongs to the store itself": segments[0] == b"tmp",
        f"a segment is longer than {LONGEST_SEGMENT} bytes": max(map(len, segments))
        > LONGEST_SEGMENT,
        f"it is longer than {LONGEST_NAME} bytes": len(encoded) > LONGEST_NAME,
    }
    return next((words for words, found in faults.items() if found), None)


def _absolute(text: str, base: Path | None) -> str:
    if not text or "\0" in text:
        msg = f"store {text!r}: a path must not be empty and must not hold a NUL character"
        raise UsageError(msg)
    path = Path(text).expanduser() if text.startswith("~/") else Path(text)
    return str(((base or Path.cwd()) / path).resolve())


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    path = unquote(parts.path)
    if parts.netloc not in {"", "localhost"} or not path.startswith("/") or parts.query:
        msg = f"store {url!r}: a file URL holds an absolute path, as in file:///srv/sweeps"
        raise UsageError(msg)
    return _absolute(path, None)
