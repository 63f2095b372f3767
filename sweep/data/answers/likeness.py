"""Likeness: when two answers are one to whoever wrote them, and which of several is nearest.

Twins differ in what a slip of the pen or a change of format changes: case, blanks, dashes, quotes,
the form of a number or of truth, one letter. "Unlikely" is no twin of "Likely", nor 4 of 5.
"""

import re
import unicodedata
from collections.abc import Collection
from difflib import get_close_matches
from functools import lru_cache

from sweep.words.text import fold, number_of

__all__ = ["are_alike", "are_twins", "nearest_answers", "same_key"]

DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\uff0d"), "-")
QUOTES = dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u02bc\u0060\u00b4\u2032'"), "'")
DOUBLE = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u00ab\u00bb\u2033"), '"')
MARKS = DASHES | QUOTES | DOUBLE
TRUTH = {"true": "1", "false": "0"}
SHORTEST = 3  # letters of a word in which one other letter is a slip: options A and B are no twins
WHOLE = 2.0**53  # below this every whole float is one integer
NO_LETTERS = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def same_key(text: str) -> str:
    """Return what is equal for two answers that are the same: of a whole number, its one spelling.

    Other text is its own key, 2.50 too: there a digit may be a code.
    """
    number = number_of(text)
    whole = number is not None and number.is_integer() and abs(number) < WHOLE
    return str(int(number)) if whole and number is not None else text


def are_alike(first: str, second: str) -> bool:
    """Return whether two answers differ in case, blanks, dashes, quotes, form or type only."""
    return typed(first) == typed(second)


@lru_cache(maxsize=4096)
def are_twins(first: str, second: str) -> bool:
    """Return whether two answers are alike or, as words, one letter apart; never two numbers."""
    if number_of(first) is not None and number_of(second) is not None:
        return number_of(first) == number_of(second)
    if are_alike(first, second):
        return True
    one, other = letters(first), letters(second)
    if one == other and one:
        return True
    words = min(len(one), len(other)) >= SHORTEST and digits(one) == digits(other)
    return words and are_one_letter_apart(one, other)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return an answer without what is not its letters: case, width, marks' forms."""
    folded = fold(unicodedata.normalize("NFKC", text).translate(MARKS))
    return folded.casefold().translate(MARKS)


def letters(text: str) -> str:
    """Return the letters and digits of an answer alone, without accents."""
    apart = unicodedata.normalize("NFD", plain(text))
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return NO_LETTERS.sub("", bare)


@lru_cache(maxsize=4096)
def typed(text: str) -> str:
    """Return an answer in its one form: a number as the number, truth as 1 or 0."""
    bare = " ".join(re.sub(r"\s*([-/,;:.])\s*", r"\1", plain(text)).split()).strip("'\" .")
    return same_key(TRUTH.get(bare, bare))


def digits(text: str) -> list[str]:
    """Return the digits in a text: where these differ, it is no slip but another code."""
    return [character for character in text if character.isdigit()]


def are_one_letter_apart(first: str, second: str) -> bool:
    """Return whether one letter put in, left out, changed, or swapped with the next makes one."""
    short, long = sorted((first, second), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(long) > len(short):
        return short[at:] == long[at + 1 :]
    swapped = short[at : at + 2][::-1] == long[at : at + 2] and short[at + 2 :] == long[at + 2 :]
    return swapped or short[at + 1 :] == long[at + 1 :]


def nearest_answers(text: str, there: Collection[str], most: int = 3) -> list[str]:
    """Return the answers that one was probably meant to be: its twins or, without, those alike."""
    twins = [other for other in there if are_twins(text, other)]
    if twins:
        return twins[:most]
    spelt: dict[str, str] = {}
    for other in there:
        spelt.setdefault(plain(other), other)
    near = get_close_matches(plain(text), spelt, n=most, cutoff=0.6)
    return [spelt[word] for word in near]
