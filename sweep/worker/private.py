"""Private: whether a folder that code is run from can be written by nobody else."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sweep.errors import UsageError

__all__ = ["make_private", "possible_writers", "refuse_shared"]

UNMAPPED = 65534
"""Whom a container sees as the owner of folders above it: the kernel's, for users it has not."""


def make_private(folder: Path) -> None:
    """Make a folder, and the one it lies in, for this user alone; what is there stays as it is."""
    for one in (folder.parent, folder):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)


def refuse_shared(folder: Path) -> None:
    """Refuse to run code from a folder that somebody else could have put it into.

    Raises
    ------
    UsageError
        With the place, who can write there, and what to do.
    """
    if (why := possible_writers(folder)) is not None:
        msg = (
            f"{folder}: {why}, and the machine code in this cache would run as yours. Remove the "
            "folder, take the permission away (chmod go-w), or name a folder of your own in "
            "SWEEP_CACHE"
        )
        raise UsageError(msg)


def possible_writers(folder: Path) -> str | None:
    """Return who else could have written into a folder, in words; None if nobody.

    It counts as one's own if everything in it, and the way to it, is the user's or root's and
    writable by nobody else, no group of several either; on the way a sticky folder, such as
    ``/tmp``, is as good.
    """
    whole = folder.resolve()
    found = (problem_on_the_way(place) for place in reversed(whole.parents))
    found_inside = (problem(place) for place in (whole, *paths_in(whole)))
    return next(filter(None, (*found, *found_inside)), None)


def problem_on_the_way(place: Path) -> str | None:
    """Return who else could put another folder in the place of one that this leads to."""
    status = place.stat()
    if status.st_uid not in {os.geteuid(), 0, UNMAPPED}:
        return f"{place} belongs to another user (uid {status.st_uid})"
    sticky = status.st_mode & stat.S_ISVTX  # there everybody may rename only what is his
    return None if sticky else open_to_others(place, status)


def problem(place: Path) -> str | None:
    """Return who else could write to a file or folder of the cache."""
    try:
        status = place.lstat()
    except FileNotFoundError:  # another process has just compiled, and put its file in place
        return None
    if status.st_uid not in {os.geteuid(), 0}:
        return f"{place} belongs to another user (uid {status.st_uid})"
    return None if stat.S_ISLNK(status.st_mode) else open_to_others(place, status)


def open_to_others(place: Path, status: os.stat_result) -> str | None:
    """Return in words that a mode lets others write, by a group of several or everybody."""
    group = status.st_mode & stat.S_IWGRP and not is_own_group(status.st_gid)
    if group or status.st_mode & stat.S_IWOTH:
        return f"others may write to {place} (mode {stat.S_IMODE(status.st_mode):o})"
    return None


def paths_in(folder: Path) -> Iterator[Path]:
    """Yield all files and folders in a folder."""
    for parent, folders, files in os.walk(folder):
        yield from (Path(parent, name) for name in (*folders, *files))


def is_own_group(gid: int) -> bool:
    """Return whether a group is this user's own, as many systems make one for each user."""
    import grp
    import pwd

    try:
        user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(gid)
    except KeyError:
        return False
    return gid == user.pw_gid and set(group.gr_mem) <= {user.pw_name}
