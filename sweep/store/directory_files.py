"""Directory files: what a directory store does to the file system, one file or folder at a time."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from sweep.faultpoint import faultpoint
from sweep.store.directory_errors import in_words

__all__ = ["ABANDONED", "names_below", "remove_litter", "write_file"]

ABANDONED = 86_400.0
"""Seconds after which a file in ``tmp/`` is a dead writer's litter; a write takes far less."""


def write_file(path: str, flag: int, data: bytes, *, flush: bool = False) -> None:
    """Open a file, by no link and for nobody else, write to it, and have it on the disk if asked.

    ``flag`` says what may be there: ``os.O_EXCL`` nothing, with ``os.O_APPEND`` what is added to.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | flag, 0o600)
    try:
        rest = memoryview(data)
        while rest:  # one call writes at most 2 GiB
            rest = rest[os.write(descriptor, rest) :]
        if flush:
            faultpoint("put.after_write")
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_litter(tmp: Path, now: Callable[[], float]) -> None:
    """Remove what killed writers left behind; the clock only decides about litter.

    ``now`` is the file system's: by this machine's, a file that is being written may look old.
    """
    for path in sorted(tmp.glob("put-" + "[0-9a-f]" * 32)):
        with suppress(FileNotFoundError):  # another process tidies up too
            if now() - path.stat().st_mtime > ABANDONED:
                path.unlink()


def names_below(directory: Path, prefix: str) -> Iterator[str]:
    """Yield the names below ``directory``, in the order of the whole names ("a-b" < "a/b")."""
    with in_words("list", directory):
        try:
            with os.scandir(directory) as found:
                entries = {e.name + "/" * e.is_dir(follow_symlinks=False): e for e in found}
        except (FileNotFoundError, NotADirectoryError):
            return
    for name, entry in sorted(entries.items()):
        if name.startswith(".") or (not prefix and name == "tmp/"):
            continue
        if name.endswith("/"):
            yield from names_below(Path(entry.path), prefix + name)
        elif entry.is_file(follow_symlinks=False):
            yield prefix + name
