"""Names: which of them a pattern means; of one that is not there, the nearest is offered."""

from collections.abc import Collection
from difflib import get_close_matches
from fnmatch import fnmatchcase

DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")

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

    That is one which is the same but for case, dashes and blanks, where there is one.
    ``cutoff`` is the least likeness, from 0 to 1 (`difflib.SequenceMatcher.ratio`).
    """
    same = [other for other in names if plain(other) == plain(name)]
    near = same or get_close_matches(name, names, n=1, cutoff=cutoff)
    return near[0] if near else None


def plain(name: str) -> str:
    """Return a name without case, blanks and the form of its dashes."""
    return "".join(name.casefold().translate(DASHES).split())


def did_you_mean(name: str, names: Collection[str], cutoff: float = 0.6) -> str:
    """Return the question that offers the nearest name, with a space before it, or nothing."""
    near = nearest_name(name, names, cutoff)
    return "" if near is None else f" Did you mean {near!r}?"
