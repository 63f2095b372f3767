"""Command line: verbs that print data on standard output and progress on standard error."""

import gc
import io
import sys

__all__ = ["main"]

SELDOM = 50_000
"""New objects after which cycles are looked for: plans make many objects, and hardly any cycles."""


def main() -> None:
    """Run the command line; leave with its exit code.

    What it prints is UTF-8 in every locale, as the files are that it writes. Names that the system
    gave as other bytes come out as these bytes.
    """
    from sweep.worker.safe_path import leave_folder

    leave_folder()
    gc.set_threshold(SELDOM)
    from sweep.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    app()
