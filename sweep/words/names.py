"""Names: of one that is not there, the nearest is offered."""

from collections.abc import Collection
from difflib import get_close_matches

__all__ = ["did_you_mean", "nearest_name"]


def nearest_name(name: str, names: Collection[str], cutoff: float = 0.6) -> str | None:
    """Return the name that one was probably meant to be, None if none is near.

    ``cutoff`` is the least likeness, from 0 to 1 (`difflib.SequenceMatcher.ratio`).
    """
    near = get_close_matches(name, names, n=1, cutoff=cutoff)
    return near[0] if near else None


def did_you_mean(name: str, names: Collection[str], cutoff: float = 0.6) -> str:
    """Return the question that offers the nearest name, with a space before it, or nothing."""
    near = nearest_name(name, names, cutoff)
    return "" if near is None else f" Did you mean {near!r}?"
