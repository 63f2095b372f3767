"""Files: what is written for people, put in place whole, or refused before any work is done.

No link is followed: in a folder that others may write to, a link of the right name would lead a
report, and what it replaces, wherever they like.
"""

import os
import secrets
import stat
from pathlib import Path

from sweep.errors import UsageError

__all__ = ["check_report_path", "check_writable", "write_whole"]

FORMATS = {".html": "report.html", ".parquet": "estimates.parquet", ".csv": "estimates.csv"}
PRIVATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def check_report_path(path: Path) -> str:
    """Return which of the report's files a path asks for; refuse what cannot be written."""
    if path.suffix.lower() not in FORMATS:
        msg = f"cannot write {path.name!r}: a report's name ends in {', '.join(FORMATS)}"
        raise UsageError(msg)
    check_writable(path)
    return FORMATS[path.suffix.lower()]


def check_writable(path: Path) -> None:
    """Refuse a path that lies in no folder, or is there and no plain file: a link, a device.

    Raises
    ------
    UsageError
        With what it is, and what to do.
    """
    if not path.parent.is_dir():
        msg = f"cannot write {path}: there is no folder {path.parent}"
        raise UsageError(msg)
    if path.is_symlink():
        msg = (
            f"cannot write {path}: it is a link to {path.readlink()}, and links are not followed: "
            "name that file itself, or remove the link"
        )
        raise UsageError(msg)
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "no plain file; leave the option away to print"
        msg = f"cannot write {path}: it is {what}"
        raise UsageError(msg)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file aside, under a name that nobody can know, and put it in place whole.

    It gets the permissions of the file it replaces, or else those that new files have here.

    Raises
    ------
    UsageError
        If it cannot be written, as on a full disk; nothing is left of it then.
    """
    check_writable(path)
    aside = path.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        descriptor = os.open(aside, PRIVATE, 0o600)
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
                os.fchmod(file.fileno(), permissions(path))
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}; choose another place"
        raise UsageError(msg) from error


def permissions(path: Path) -> int:
    """Return the permissions of a file that is there, else those that the umask leaves."""
    try:
        return stat.S_IMODE(path.lstat().st_mode) & 0o777
    except FileNotFoundError:
        os.umask(umask := os.umask(0o077))
        return 0o666 & ~umask
