"""Naming: names that a user gives are among those there are, or the nearest one is offered."""

from collections.abc import Sequence
from difflib import get_close_matches

from sweep.errors import UsageError

__all__ = ["known"]

SHOWN = 12  # names in a message


def known(kind: str, name: str, names: Sequence[str]) -> None:
    """Refuse a name that is not among those there are.

    Raises
    ------
    UsageError
        It offers the nearest name, and shows the first of all.
    """
    if name in names:
        return
    near = get_close_matches(name, names, n=1)
    guess = f" Did you mean {near[0]!r}?" if near else ""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    msg = f"there is no {kind} {name!r}.{guess} There are: {', '.join(names[:SHOWN]) or 'none'}"
    raise UsageError(msg + more)
