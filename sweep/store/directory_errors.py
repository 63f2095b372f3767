"""Directory errors: what the operating system's mean for a store, and what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sweep.errors import StoreError

__all__ = ["ADVICE", "in_words"]

ADVICE = {
    errno.ENOSPC: "the disk is full: free some space or move the store, then run again",
    errno.EDQUOT: "your disk quota is used up: free some space or move the store, then run again",
    errno.EFBIG: "the file is larger than allowed here: see `ulimit -f`",
    errno.EROFS: "the file system is read-only: mount it writable or choose another store",
    errno.EACCES: "permission denied: give this user the right to use it, or choose another store",
    errno.EPERM: "not permitted here, or this file system has no hard links: choose another store",
    errno.EOPNOTSUPP: "this file system lacks hard links or locks: choose another store",
    errno.EIO: "the disk reported an error: check it before you trust it with more",
    errno.EXDEV: "the store spans two file systems: move it to one, without mounts inside",
    errno.ENOTDIR: "a file stands where the store needs a directory: move it away",
    errno.EISDIR: "a directory stands where the store needs a file: move it away",
    errno.ELOOP: "a symbolic link stands inside the store: replace it by what it points to",
    errno.EMFILE: "too many files are open: raise `ulimit -n`",
}


@contextmanager
def in_words(verb: str, path: Path | str) -> Iterator[None]:
    """Turn an operating system's error into a StoreError that says where, what and what to do."""
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        advice = ADVICE.get(error.errno or 0, "see the system's message, then run again")
        msg = f"cannot {verb} {path}: {error.strerror or error}; {advice}"
        raise StoreError(msg) from error
