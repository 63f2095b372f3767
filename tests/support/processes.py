"""The worker processes that this process has started, as the kernel knows them."""

import os
import time
from pathlib import Path

__all__ = ["gone", "workers"]


def workers() -> list[int]:
    """Return the process ids of live workers, oldest first."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            command = stat.with_name("cmdline").read_bytes()
        except OSError:  # it ended while we looked
            continue
        if int(parent) == os.getpid() and state != "Z" and b"sweep.worker" in command:
            found.append(int(stat.parent.name))
    return sorted(found)


def gone(timeout: float = 10.0) -> bool:
    """Return whether every worker has ended, waiting for the kernel if need be."""
    end = time.monotonic() + timeout
    while workers() and time.monotonic() < end:
        time.sleep(0.02)
    return not workers()
