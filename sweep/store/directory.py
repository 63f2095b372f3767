"""Directory: artifacts as plain files below one folder of a local or shared file system.

A new file is written aside in ``tmp/``, flushed to the disk, linked to its final name (``link``
fails if the name is taken, so the first writer wins and nobody sees half a file), and its
directory is flushed as well. No promise rests on a clock. ``replace`` and ``delete`` hold a file
lock, which the operating system lets go of when its holder dies. A failed flush is a failed
write and is never tried again: the kernel may have dropped the data, and a second flush would lie.
"""

import errno
import fcntl
import hashlib
import os
import stat
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sweep.errors import StoreError
from sweep.faultpoint import faultpoint
from sweep.store import NotStored
from sweep.store.directory_errors import ADVICE, in_words
from sweep.store.directory_files import names_below, remove_litter, write_file
from sweep.store.directory_root import (
    flush_entries,
    hide_from_git,
    make_root,
    open_own,
    refuse_link,
)
from sweep.store.names import check_appendable, check_name, check_replaceable, is_lasting

__all__ = ["Directory", "open_directory"]


def open_directory(location: str) -> "Directory":
    """Open the store in a directory; it is created by the first write.

    Raises
    ------
    StoreError
        If something other than a directory is there.
    """
    root = Path(location)
    if root.exists() and not root.is_dir():
        msg = f"store {location}: this is not a directory; name a directory, or a new path"
        raise StoreError(msg)
    return Directory(root)


class Directory:
    """A ``sweep.store.Store`` in a directory."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._root_name = str(self._root)
        self._tmp = self._root / "tmp"
        self._flushed: set[str] = set()  # directories whose own entry is known to be on the disk

    @property
    def url(self) -> str:
        """Return the absolute path."""
        return str(self._root)

    def fresh(self) -> "Directory":
        """Return this store: no copies of it are kept."""
        return self

    def get(self, name: str) -> bytes:
        """Return the bytes of a file."""
        way = self._way(name)
        with in_words("read", way):
            faultpoint("get.before_read")
            try:
                with open(way, "rb") as file:
                    return file.read()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                msg = f"the store {self.url} has no file {name!r}"
                raise NotStored(msg) from None

    def size(self, name: str) -> int | None:
        """Return a file's size in bytes, None if there is no such file."""
        way = self._way(name)
        with in_words("look at", way):
            try:
                status = os.stat(way)
            except (FileNotFoundError, NotADirectoryError):
                return None
            return status.st_size if stat.S_ISREG(status.st_mode) else None

    def age(self, name: str) -> float | None:
        """Return the seconds since a file was last written, None if there is no such file."""
        path = self._path(name)
        if self.size(name) is None:
            return None
        with in_words("look at", path):
            try:
                written = path.stat().st_mtime
            except FileNotFoundError:  # removed between the two looks
                return None
            return self._now() - written

    def list(self, prefix: str = "") -> Iterator[str]:
        """Yield the names that start with ``prefix``, sorted by code point."""
        if prefix:
            check_name(prefix.removesuffix("/"))
        parent = prefix.rpartition("/")[0]
        directory = self._path(parent) if parent else self._root
        names = names_below(directory, f"{parent}/" if parent else "")
        return (name for name in names if name.startswith(prefix))

    def put_new(self, name: str, data: bytes) -> bool:
        """Create a file, whole or not at all; return whether this call created it."""
        way = self._way(name)
        parent = way.rpartition("/")[0]
        with in_words("write", way):
            faultpoint("put.before_write", name)
            self._prepare(parent)
            lasting = is_lasting(name)
            created = not os.path.isfile(way) and self._link(way, data, lasting)
            if lasting:  # also for the loser: the winner may not have come this far yet
                flush_entries(parent)
            faultpoint("put.after_directory", name)
        return created

    def replace(self, name: str, data: bytes, expected: str | None) -> bool:
        """Change a file if its content still is what the caller saw; return whether it was."""
        if expected is None:
            return self.put_new(name, data)
        path = self._path(check_replaceable(name))
        if self.size(name) is None:
            return False
        with in_words("replace", path), self._locked():
            if not self._is(name, expected):
                return False
            with self._aside(data) as temporary:
                os.replace(temporary, path)
            faultpoint("replace.after_rename", name)
            flush_entries(path.parent)
        return True

    def delete(self, name: str, expected: str | None = None) -> bool:
        """Remove a file; return whether there was one (with ``expected``, one of that content)."""
        path = self._path(name)
        if self.size(name) is None:
            return False
        with in_words("delete", path), self._locked():
            if expected is not None and not self._is(name, expected):
                return False
            try:
                path.unlink()
            except FileNotFoundError:
                return False
            faultpoint("delete.after_unlink", name)
            if is_lasting(name):
                flush_entries(path.parent)
        return True

    def append(self, name: str, data: bytes) -> None:
        """Add bytes to the end of a file, creating it if need be: for logs and events only."""
        path = self._path(check_appendable(name))
        with in_words("append to", path):
            self._prepare(str(path.parent))
            write_file(str(path), os.O_APPEND, data)
            faultpoint("append.after_write", name)

    def _path(self, name: str) -> Path:
        return Path(self._way(name))

    def _way(self, name: str) -> str:
        """Return a file's path as text: a plan asks for ten thousands, and `Path` takes its time.

        A link inside the store could lead anywhere, so there must be none on the way.
        """
        way = self._root_name
        for part in (*check_name(name).split("/"), ""):
            try:
                mode = os.lstat(way).st_mode
            except OSError:  # there is nothing, nor below it
                break
            if stat.S_ISLNK(mode):
                msg = f"{self._root / name}: {ADVICE[errno.ELOOP]}; links may lead out of the store"
                raise StoreError(msg)
            way = f"{way}/{part}"
        return f"{self._root_name}/{name}"

    def _now(self) -> float:
        """Return the time by the file system's clock: a server's may be another than ours."""
        refuse_link(self._tmp)
        try:
            descriptor = open_own(self._tmp, "clock")
        except OSError as error:  # nothing can be written here; nothing can be deleted either
            if error.errno == errno.ELOOP:
                raise
            return time.time()
        try:
            os.utime(descriptor)
            return os.fstat(descriptor).st_mtime
        finally:
            os.close(descriptor)

    def _prepare(self, directory: str) -> None:
        """Create ``directory`` and the store itself; flush each new entry to the disk."""
        refuse_link(self._tmp)
        if not os.path.isdir(self._tmp):
            make_root(self._root, self._tmp)
        if self._root_name not in self._flushed:
            hide_from_git(self._root, self._tmp)
            remove_litter(self._tmp, self._now)
            with suppress(PermissionError):  # one may use a directory without reading its parent
                flush_entries(self._root.parent)
            self._flushed.add(self._root_name)
        self._make(directory)

    def _make(self, directory: str) -> None:
        if directory == self._root_name:
            return
        parent = directory.rpartition("/")[0]
        if parent not in self._flushed:
            self._make(parent)
        try:
            os.mkdir(directory, mode=0o700)
        except FileExistsError:
            if directory in self._flushed:
                return
        except FileNotFoundError:  # somebody has deleted the directory above since
            self._flushed.discard(parent)
            self._make(directory)
            return
        faultpoint("directory.after_create")
        # Also when another process made it: that one may die before its own flush.
        flush_entries(parent)
        self._flushed.add(directory)

    def _link(self, way: str, data: bytes, lasting: bool) -> bool:
        with self._aside(data, lasting) as temporary:
            try:
                os.link(temporary, way)
                faultpoint("put.after_link")
            except FileExistsError:
                if os.path.isdir(way):
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)) from None
                # A network file system may repeat a link whose reply was lost, and find its own.
                return os.stat(temporary).st_nlink == 2
        return True

    @contextmanager
    def _aside(self, data: bytes, lasting: bool = True) -> Iterator[str]:
        """Yield a file with ``data`` in ``tmp``, flushed if it is to last; there it never stays."""
        temporary = f"{self._tmp}/put-{uuid.uuid4().hex}"
        try:
            write_file(temporary, os.O_EXCL, data, flush=lasting)
            faultpoint("put.after_flush")
            yield temporary
        finally:
            with suppress(FileNotFoundError):  # renamed, or never created
                os.unlink(temporary)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._prepare(self._root_name)
        descriptor = open_own(self._tmp, "lock")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            faultpoint("lock.after_take")
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # also for copies that a fork may have made
            os.close(descriptor)

    def _is(self, name: str, expected: str) -> bool:
        try:
            return hashlib.sha256(self.get(name)).hexdigest() == expected
        except NotStored:
            return False
