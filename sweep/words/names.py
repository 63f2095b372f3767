"""Names: which of them a pattern means; of one that is not there, the nearest is offered."""

from collections.abc import Collection
from difflib import get_close_matches
from fnmatch import fnmatchcase

__all__ = ["did_you_mean", "names_meant", "nearest_name"]


def names_meant(pattern: str, names: Collection[str]) -> list[str]:
    """Return the name that a pattern is; if it is none, those that it matches as a glob, in order.

    Names such as ``Q5[SQ001]`` would mean something else as globs.
    """
    if pattern in names:
        return [pattern]
    return [name for name in names if fnmatchcase(name, pattern)]


def nearest_name(name: str, names: Collection[str], cutoff: float = 0.6) -> str | None:
    """Return the name that one was probably meant to be, None if none is near.

    One that differs in case alone comes first. ``cutoff`` is the least likeness of others, from 0
    to 1 (`difflib.SequenceMatcher.ratio`).
    """
    same = [own for own in names if own.casefold() == name.casefold()]
    near = same or get_close_matches(name, names, n=1, cutoff=cutoff)
    return near[0] if near else None


def did_you_mean(name: str, names: Collection[str], cutoff: float = 0.6) -> str:
    """Return the question that offers the nearest name, with a space before it, or nothing."""
    near = nearest_name(name, names, cutoff)
    return "" if near is None else f" Did you mean {near!r}?"
