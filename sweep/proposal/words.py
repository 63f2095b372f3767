"""Words: how columns and answers are known by what they are called, in several languages.

The lists are in ``words.toml`` beside this module.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from sweep.data.answers.words import plain_words

__all__ = [
    "background_kind",
    "begins_with",
    "called",
    "is_one_of",
    "mean_the_same",
    "words_in",
    "words_of",
]

CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])")
APART = re.compile(r"[\W_\d]+")
LONGEST_NAME = 40  # letters of a column's label in which a word says what it is about


@cache
def lists() -> Mapping[str, Mapping[str, list[str]]]:
    """Return all lists of words, by section and name."""
    return tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))


@cache
def words_in(section: str, name: str) -> frozenset[str]:
    """Return one list of words."""
    return frozenset(plain_words(word) for word in lists()[section][name])


def called(name: str, section: str, kind: str) -> bool:
    """Return whether a column's name is one of some words, or has one among its parts."""
    known = words_in(section, kind)
    parts = [part.casefold() for part in APART.split(CAMEL.sub(" ", name)) if part]
    return name.casefold() in known or not known.isdisjoint(parts)


def background_kind(name: str, label: str | None) -> str | None:
    """Return which of the kinds of who somebody is a column is about, None if of none.

    Its name decides; else a short label. What people think of a region is no region.
    """
    kinds = list(lists()["background"])
    found = next((kind for kind in kinds if called(name, "background", kind)), None)
    if found is not None or label is None or len(label) > LONGEST_NAME:
        return found
    return next((kind for kind in kinds if called(label, "background", kind)), None)


def words_of(kind: str) -> frozenset[str]:
    """Return the words of one kind of who somebody is."""
    return words_in("background", kind)


def mean_the_same(first: str, second: str) -> bool:
    """Return whether two levels are words for one thing, such as men and male."""
    lists_ = (words_in("levels", name) for name in lists()["levels"])
    return any(plain_words(first) in words and plain_words(second) in words for words in lists_)


def is_one_of(text: str, name: str) -> bool:
    """Return whether an answer is one of a list, whatever its case and the marks around it."""
    return plain_words(text) in words_in("answers", name)


def begins_with(text: str, name: str) -> bool:
    """Return whether a word in an answer begins as one of a list does."""
    words = sorted(words_in("answers", name))
    return any(re.search(rf"(?<!\w){re.escape(w)}", plain_words(text)) for w in words)
