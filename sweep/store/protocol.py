"""Protocol: what any place for files must promise to be a store."""

from collections.abc import Iterator
from typing import Protocol

from sweep.errors import StoreError

__all__ = ["NotStored", "Store"]


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
        call returns, whoever won, the file survives a power cut, unless it is a claim (see
        `sweep.store.names.is_lasting`). No reader ever sees a part of it.
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
