"""Logs: what an outcome's attempts printed."""

from urllib.parse import quote

from sweep.faultpoint import faultpoint
from sweep.keys import digest
from sweep.store import NotStored, Store

__all__ = ["append_log", "read_log"]

LONGEST = 200  # bytes of a log's name


def log_name(run: str, outcome: str) -> str:
    """Return where an outcome's log lies; any outcome name makes a file name."""
    name = quote(outcome, safe="").replace(".", "%2E")
    if len(name) > LONGEST:  # a whole question in Cyrillic; a file's name has 255 bytes
        name = f"{name[: LONGEST - 20]}-{digest(outcome)[:12]}"
    return f"runs/{run}/logs/{name}.log"


def append_log(store: Store, run: str, outcome: str, text: str) -> None:
    """Append to an outcome's log."""
    if text:
        store.append(log_name(run, outcome), text.encode())
        faultpoint("log.after_append")


def read_log(store: Store, run: str, outcome: str) -> str:
    """Return an outcome's log, empty if it has none."""
    try:
        return store.get(log_name(run, outcome)).decode(errors="replace")
    except NotStored:
        return ""
