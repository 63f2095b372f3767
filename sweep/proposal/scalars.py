"""Scalars: text of the data as YAML writes it, in values and in comments."""

import re
from collections.abc import Iterable, Mapping

from sweep.words.text import fold
from sweep.words.values import clip

__all__ = ["answer", "answers", "comment", "counted", "text", "texts"]

PLAIN = re.compile(r"(?:\.{0,2}/)?(?:[^\W\d_]|\.\./)[\w./+-]*(?: [\w./+-]+)*")
WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,15})")
TAKEN = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
"""Words that some readers of YAML take for something else than text."""

LONGEST = 90  # letters of a label in a comment
MOST = 6  # answers in one comment
ESCAPES = {'"': '\\"', "\\": "\\\\"}


def text(value: str) -> str:
    """Return a text as a scalar: bare where nobody can take it for anything else."""
    if PLAIN.fullmatch(value) and value.casefold() not in TAKEN:
        return value
    return '"' + "".join(escaped(character) for character in value) + '"'


def escaped(character: str) -> str:
    """Return a character as it stands between double quotes."""
    if character in ESCAPES:
        return ESCAPES[character]
    if character.isprintable():
        return character
    return f"\\U{ord(character):08x}"


def answer(value: str) -> str:
    """Return an answer as a scalar: whole numbers are numbers."""
    return value if WHOLE.fullmatch(value) and value != "-0" else text(value)


def texts(values: Iterable[str]) -> str:
    """Return texts as a list on one line."""
    return f"[{', '.join(map(text, values))}]"


def answers(values: Iterable[str]) -> str:
    """Return answers as a list on one line."""
    return f"[{', '.join(map(answer, values))}]"


def comment(value: str, longest: int = LONGEST) -> str:
    """Return a text that stays in the comment it is put into."""
    shown = "".join(c if c.isprintable() else " " for c in fold(value))
    return clip(fold(shown), longest)


def counted(found: Mapping[str, int], most: int = MOST) -> str:
    """Return answers with their counts in words, for a comment."""
    shown = [f"{comment(word, 40)} ({n:,})" for word, n in list(found.items())[:most]]
    rest = len(found) - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")
