"""Words: answers that are none in any survey, by language: don't know, and not asked.

The lists are files beside this module. Words are compared in their folded form without case, with
one kind of apostrophe and without the brackets and full stops around them.
"""

import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from sweep.words.text import fold

__all__ = ["is_dont_know", "is_not_asked", "plain_words"]

APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u201b\u02bc\u0060\u00b4\u2032\uff07"), "'")
AROUND = " .!?*-\u2013\u2014()[]<>{}\"\u201c\u201d\u201e\u00ab\u00bb'"


@lru_cache(maxsize=4096)
def plain_words(text: str) -> str:
    """Return an answer as it is looked up: folded, without case, marks around it left out."""
    return fold(text).translate(APOSTROPHES).casefold().strip(AROUND)


def is_dont_know(text: str) -> bool:
    """Return whether an answer says don't know, refused, or the like, in some language."""
    return plain_words(text) in words_in("dont_know.toml")


def is_not_asked(text: str) -> bool:
    """Return whether an answer says that the question was not put, in some language."""
    return plain_words(text) in words_in("not_asked.toml")


@cache
def words_in(name: str) -> frozenset[str]:
    """Return the words of one of the lists, in all languages."""
    languages = tomllib.loads((files(__package__) / name).read_text("utf-8"))
    return frozenset(plain_words(word) for words in languages.values() for word in words)
