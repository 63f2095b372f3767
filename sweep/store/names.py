"""Names: what a stored file may be called."""

import re

from sweep.errors import UsageError

__all__ = ["check_appendable", "check_name", "check_replaceable", "is_lasting", "is_log"]

LONGEST_SEGMENT, LONGEST_NAME = 255, 1024  # bytes: of common file systems, and of S3

PLAIN = re.compile(r"(?!tmp/)[A-Za-z0-9][\w.-]{0,99}(/[A-Za-z0-9][\w.-]{0,99}){1,4}", re.ASCII)
"""Names without any fault: nearly all that there are."""

BRIEF = "claims/"

LOGS = (".jsonl", ".log")
"""Endings of the names that can be appended to, and only created, appended to and deleted."""


def check_name(name: str) -> str:
    """Return ``name`` if every store can hold it under that name and nowhere else.

    Raises
    ------
    UsageError
        If it is absolute, leaves the store (``..``), hides (a leading dot), lies in the store's own
        ``tmp``, is too long, or holds a backslash, a control character or an empty segment.
    """
    if not PLAIN.fullmatch(name) and (wrong := _fault(name)):
        msg = (
            f"{name!r} cannot be the name of a stored file: {wrong}; "
            "a name is a relative path such as 'fits/KEY/done.json'"
        )
        raise UsageError(msg)
    return name


def is_log(name: str) -> bool:
    """Return whether a file of this name can be appended to."""
    return name.endswith(LOGS)


def is_lasting(name: str) -> bool:
    """Return whether a file of this name must survive a power cut.

    A claim says that a process is at work now, which no process survives: whoever finds one that
    is torn, or has come back, sees through it (`sweep.worker.claims`).
    """
    return not name.startswith(BRIEF)


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
