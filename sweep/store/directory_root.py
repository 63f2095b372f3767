"""Directory root: the folder of a directory store, which is private and which git does not see.

A folder that was there before is its owner's: its mode stays, and only the store's own entries are
hidden from git. Who should know is told (`exposure`).
"""

import errno
import os
import shlex
import stat
import uuid
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sweep.errors import StoreError
from sweep.store.directory_errors import ADVICE

__all__ = [
    "OWN",
    "Exposure",
    "StoreExposed",
    "exposure",
    "flush_entries",
    "hide_from_git",
    "make_root",
    "open_own",
    "refuse_link",
    "warn_if_exposed",
]

OWN = (
    *("arrays", "blobs", "claims", "counts", "designs", "doctor", "estimates", "failures", "fits"),
    *("quarantine", "reports", "runs", "tasks", "gc.json"),
)
"""What a store has in its folder, beside ``tmp``."""

TEMPORARY = ("clock", "lock", "put-*")  # what it has there


class StoreExposed(UserWarning):
    """Others on this machine can write into a store."""


def make_root(root: Path, tmp: Path) -> None:
    """Create the folder of a store, private, and ``tmp`` in it; what is there stays as it is."""
    missing = [p for p in (root, *root.parents) if not p.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700 if path == root else 0o777, exist_ok=True)
        with suppress(PermissionError):  # one may use a directory without reading its parent
            flush_entries(path.parent)
    tmp.mkdir(mode=0o700, exist_ok=True)


def refuse_link(path: Path) -> None:
    """Refuse a link in the place of what is the store's own: it may lead out of the store.

    Raises
    ------
    StoreError
        With the path.
    """
    if os.path.islink(path):
        msg = f"{path}: {ADVICE[errno.ELOOP]}; links may lead out of the store"
        raise StoreError(msg)


def open_own(tmp: Path, name: str) -> int:
    """Open a file of the store's own in its ``tmp``, by no link; return the descriptor."""
    refuse_link(tmp)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    return os.open(tmp / name, flags, 0o600)


def flush_entries(directory: Path | str) -> None:
    """Have the entries of a directory on the disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def hide_from_git(root: Path, tmp: Path) -> None:
    """Give a store's folder a ``.gitignore``, unless it has one; a user's is never changed.

    Everything is ignored in a folder of the store's own, and what is the store's alone in one with
    other files. An empty one beside nothing of a user's is what a kill once left.
    """
    ignore = root / ".gitignore"
    if ignore.is_symlink() or (ignore.exists() and ignore.stat().st_size):
        return
    others = not {path.name for path in root.iterdir()} <= {*OWN, "tmp", ".gitignore"}
    if others and ignore.exists():
        return
    lines = [f"/{name}" for name in OWN] + [f"/tmp/{name}" for name in TEMPORARY]
    aside = tmp / f"put-{uuid.uuid4().hex}"  # cleared away like any file that a kill leaves there
    try:
        aside.write_text("\n".join([*lines, ""]) if others else "*\n", encoding="utf-8")
        if ignore.exists():
            aside.replace(ignore)
        else:
            ignore.hardlink_to(aside)
    except (FileExistsError, PermissionError):  # another process was faster; or not our folder
        pass
    finally:
        aside.unlink(missing_ok=True)


@dataclass(frozen=True)
class Exposure:
    """Who else can come at a store, in words with what to do; ``everybody`` may write there."""

    everybody: bool
    words: str


def exposure(url: str) -> Exposure | None:
    """Return how far a store in a directory is open to others; None if it is private.

    What it holds is private in any case: its files and the folders with them are.
    """
    try:
        mode = stat.S_IMODE(Path(url).stat().st_mode)
    except OSError:  # there is none yet, or it is in a bucket
        return None
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return None
    everybody = bool(mode & stat.S_IWOTH)
    who = "everybody on this machine" if everybody else "others on this machine"
    can = "put files there, in place of results too" if mode & 0o022 else "list or enter it"
    remedy = f"`chmod 700 {shlex.quote(url)}` keeps them out"
    return Exposure(everybody, f"store {url} (mode {mode:04o}): {who} can {can}; {remedy}")


def warn_if_exposed(url: str) -> None:
    """Warn of a store that everybody can write into: a folder that was there keeps its mode."""
    found = exposure(url)
    if found is not None and found.everybody:
        warnings.warn(found.words, StoreExposed, stacklevel=3)
