"""Logs: what an outcome's attempts printed."""

from urllib.parse import quote

from sweep.faultpoint import faultpoint
from sweep.journal.entries import EntryId
from sweep.keys import digest
from sweep.store import NotStored, Store

__all__ = ["append_log", "read_log"]

LONGEST = 200  # bytes of a log's name


def log_name(run: str, entry: EntryId) -> str:
    """Return where an entry's log lies; any outcome name makes a file name.

    A wave stands behind a dot, which no quoted name holds.
    """
    parts = [quote(part, safe="").replace(".", "%2E") for part in entry if part is not None]
    name = ".".join(parts)
    if len(name) > LONGEST:  # a whole question in Cyrillic; a file's name has 255 bytes
        whole = entry.outcome if entry.wave is None else list(entry)
        name = f"{name[: LONGEST - 20]}-{digest(whole)[:12]}"
    return f"runs/{run}/logs/{name}.log"


def append_log(store: Store, run: str, entry: EntryId, text: str) -> None:
    """Append to an entry's log."""
    if text:
        store.append(log_name(run, entry), text.encode())
        faultpoint("log.after_append")


def read_log(store: Store, run: str, entry: EntryId) -> str:
    """Return an entry's log, empty if it has none."""
    try:
        return store.get(log_name(run, entry)).decode(errors="replace")
    except NotStored:
        return ""
