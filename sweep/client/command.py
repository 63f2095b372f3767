"""Command: how `sweep` is typed here, where the environment it is in may not be on the PATH."""

import os
import shlex
import shutil
import sys
from pathlib import Path

__all__ = ["activation", "sweep_command"]


def sweep_command() -> str:
    """Return what to type for this very program: ``sweep`` if a shell would find it.

    Else the script beside this Python, by its path from the working directory if it lies below.
    """
    script = Path(sys.executable).parent / "sweep"
    found = shutil.which("sweep")
    if found is not None and same_file(Path(found), script):
        return "sweep"
    if script.is_file():
        return shlex.quote(str(from_here(script)))
    return f"{shlex.quote(sys.executable)} -m sweep"


def activation() -> str | None:
    """Return what makes ``sweep`` a command of the shell, None if it is one or nothing does."""
    script = Path(sys.executable).parent / "activate"
    if sweep_command() == "sweep" or not script.is_file():
        return None
    return f". {shlex.quote(str(from_here(script)))}"


def from_here(path: Path) -> Path:
    """Return a path as it is written in the working directory."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def same_file(first: Path, second: Path) -> bool:
    """Return whether two paths lead to one file; not if one leads nowhere."""
    try:
        return os.path.samefile(first, second)
    except OSError:
        return False
