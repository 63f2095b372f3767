"""Command line: verbs that print data on standard output and progress on standard error."""

import io
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; leave with its exit code.

    What it prints is UTF-8 in every locale, as the files are that it writes. Names that the system
    gave as other bytes come out as these bytes.
    """
    from sweep.worker.safe_path import leave_folder

    leave_folder()
    from sweep.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    app()
