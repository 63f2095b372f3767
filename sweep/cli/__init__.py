"""Own the command line: verbs that print data on standard output and progress on standard error."""

__all__ = ["main"]


def main() -> None:
    """Run the command line; leave with its exit code."""
    from sweep.safe_path import leave_folder

    leave_folder()
    from sweep.cli.app import app

    app()
