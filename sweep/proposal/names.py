"""Names: columns whose names begin alike, and the pattern of a config that takes just them."""

import re
from collections.abc import Iterator, Sequence
from glob import escape

from sweep.words.names import names_meant

__all__ = ["pattern_of", "stem_of"]

ITEM = re.compile(
    r"(?P<stem>.*?[^\s_.:-])(?:[\s_.:-]+[^\s_.:-]+|\s*\[[^\]]*\]|\s*\([^)]*\)|(?<=\d)[a-zA-Z]{1,2}\d*)"
)
MOST_NAMES = 30  # in one alternative of names


def stem_of(name: str) -> str:
    """Return what the columns of one block have in common: ``q5`` of ``q5_1``; else the name."""
    found = ITEM.fullmatch(name)
    return found["stem"] if found else name


def pattern_of(members: Sequence[str], names: Sequence[str]) -> str | None:
    """Return a pattern that takes some columns of all, and no other; None if it would be long."""
    for glob in globs_of(members):
        if names_meant(glob, names) == list(members):
            return glob
    alternative = "re:" + "|".join(re.escape(name) for name in members)
    return alternative if len(members) <= MOST_NAMES else None


def globs_of(members: Sequence[str]) -> Iterator[str]:
    """Yield globs that may take some names: by how they begin, by how they end as well."""
    head = beginning(members)
    tail = beginning([name[len(head) :][::-1] for name in members])[::-1]
    yield f"{escape(head)}*"
    if tail and not tail[0].isalnum():
        yield f"{escape(head)}*{escape(tail)}"
    longest = max(len(name) for name in members) - len(head)
    if longest == min(len(name) for name in members) - len(head):
        yield f"{escape(head)}{'?' * longest}"


def beginning(names: Sequence[str]) -> str:
    """Return what all of some names begin with, letter by letter."""
    first, last = min(names), max(names)
    same = next((k for k, letter in enumerate(first) if last[k : k + 1] != letter), len(first))
    return first[:same]
