"""Safe path: no Python of ours imports from the folder that a user happens to be in.

A survey's folder holds what it holds: a ``calendar.py`` with fieldwork dates, a ``numpy.py``, one's
own ``sweep.py``. Python looks there first when it is started with ``-m``, and the fit would import
them. This module imports nothing that could lie there itself.
"""

import os
import sys

__all__ = ["leave_folder", "python_command", "safe_pythonpath"]

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
"""The folder that this package was imported from."""


def python_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module with this very Python, on a safe path."""
    return [sys.executable, "-P", "-m", module, *arguments]


def safe_pythonpath(given: str) -> str:
    """Return a ``PYTHONPATH`` without the working directory, unless this package lies in it.

    An empty entry is the working directory too, as in ``$PYTHONPATH:/opt/lib`` where it was unset.
    """
    return os.pathsep.join(e for e in given.split(os.pathsep) if not is_here(e) or is_here(ROOT))


def leave_folder() -> None:
    """Take the working directory off this process's import path.

    A checkout of this package that one stands in stays, behind everything else.
    """
    sys.path[:] = [entry for entry in sys.path if not is_here(entry)]
    if is_here(ROOT):
        sys.path.append(ROOT)


def is_here(entry: str) -> bool:
    """Return whether an entry of an import path is the working directory."""
    try:
        return os.path.samefile(entry or os.curdir, os.curdir)
    except OSError:  # it is not there, or the working directory is gone
        return False
