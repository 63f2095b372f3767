"""Words: answers that say the same in every survey, by language: don't know, not asked, none.

The lists are files beside this module. Words are compared in their folded form without case, with
one kind of apostrophe and without the brackets and full stops around them; a code before them and
a remark in brackets behind them change nothing: "99 - DK", "Refused (VOL.)".
"""

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from sweep.words.text import fold

__all__ = ["is_dont_know", "is_none", "is_not_asked", "is_unwritten", "plain_words"]

APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u201b\u02bc\u0060\u00b4\u2032\uff07"), "'")
AROUND = " .!?*-\u2013\u2014()[]<>{}\"\u201c\u201d\u201e\u00ab\u00bb'"
CODE = re.compile(r"^[(\[]?[-+]?\d+[)\]]?\s*[-\u2013\u2014.:)=]?\s*(?=\D)")
REMARK = re.compile(r"(?<=\S)\s*[(\[][^()\[\]]*[)\]]\s*$")
PARTS = re.compile(r"\s*[/,;]\s*")


UNWRITTEN = frozenset(
    {
        *("-", "--", "---", "?", "??", "???", ".", "..", "..."),
        *("null", "nan", "na", "n/a", "n.a.", "<na>", "<null>"),
        *("#n/a", "#null!", "#value!", "#ref!", "#div/0!", "#name?", "#num!"),
    }
)
"""What programs and people write, in lower case, where there is no answer."""


@lru_cache(maxsize=4096)
def plain_words(text: str) -> str:
    """Return an answer as it is looked up: folded, without case, marks around it left out."""
    return fold(text).translate(APOSTROPHES).casefold().strip(AROUND)


@lru_cache(maxsize=4096)
def bare_words(text: str) -> str:
    """Return an answer as it is looked up without a code before it and a remark behind it."""
    return plain_words(CODE.sub("", REMARK.sub("", fold(text))))


def is_dont_know(text: str) -> bool:
    """Return whether an answer says don't know, refused, or the like, in some language."""
    return says(text, "dont_know.toml")


def is_not_asked(text: str) -> bool:
    """Return whether an answer says that the question was not put, in some language."""
    return says(text, "not_asked.toml")


def is_none(text: str) -> bool:
    """Return whether an option says that none of the others is chosen, in some language."""
    return says(text, "none.toml")


def is_unwritten(text: str) -> bool:
    """Return whether a text is what a program writes where there is no answer."""
    return text.casefold() in UNWRITTEN


def says(text: str, name: str) -> bool:
    """Return whether a text, or each of its parts, is in one of the lists."""
    words, bare = words_in(name), bare_words(text)
    parts = PARTS.split(bare)
    return plain_words(text) in words or bare in words or words.issuperset(map(plain_words, parts))


@cache
def words_in(name: str) -> frozenset[str]:
    """Return the words of one of the lists, in all languages."""
    languages = tomllib.loads((files(__package__) / name).read_text("utf-8"))
    return frozenset(plain_words(word) for words in languages.values() for word in words)
