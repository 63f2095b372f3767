"""Exit codes: what a command leaves behind, by what became of its outcomes."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweep.client.handle import Run


__all__ = ["BROKEN", "FAILED", "INTERRUPTED", "STRICT", "exit_code"]

FAILED, BROKEN, STRICT, INTERRUPTED = 1, 2, 3, 130
"""An outcome failed, nothing could be done, a fit is flagged and that counts, Ctrl-C."""


def exit_code(run: "Run", strict: bool, interrupted: bool) -> int:
    """Return how the command leaves: what the user did first, then what went wrong worst."""
    counts = run.counts()
    if interrupted and counts["cancelled"]:
        return INTERRUPTED
    if counts["failed"] or counts["cancelled"]:
        return FAILED
    return STRICT if strict and counts["flagged"] else 0
