"""Tokens: the words of an expression, each with its position."""

import math
import re
from dataclasses import dataclass

from sweep.expression.tree import KEYWORDS, ExpressionError, Scalar

__all__ = ["MAX_LENGTH", "Token", "tokens"]

MAX_LENGTH = 10_000
MAX_DIGITS = 40
EXACT = 2**53  # below this every whole float is one integer

PATTERN = re.compile(
    r"""
    (?P<number>[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?![\w.]))
  | (?P<string>'(?:[^']|'')*'|"(?:[^"]|"")*")
  | (?P<quoted>`(?:[^`]|``)+`)
  | (?P<word>[^\W\d][\w.]*)
  | (?P<operator>==|!=|<=|>=|<|>)
  | (?P<mark>[()\[\],])
    """,
    re.VERBOSE,
)
SPACE = re.compile(r"\s*")
HINTS = {
    "=": "write '==' to compare",
    "&": "write 'and'",
    "|": "write 'or'",
    "!": "write 'not', or '!=' to compare",
    "~": "write 'not'",
    "'": "the quote is not closed",
    '"': "the quote is not closed",
    "`": "the backquote is not closed",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its kind, its text, where it starts and, for a literal, its value.

    Kinds: ``name``, ``literal``, ``operator``, and each keyword and each mark by its own text;
    ``end`` closes the list.
    """

    kind: str
    text: str
    position: int
    value: Scalar = ""


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text, or raise :class:`ExpressionError` at the first bad character."""
    if len(text) > MAX_LENGTH:
        message = f"longer than {MAX_LENGTH:,} characters ({len(text):,})"
        raise ExpressionError(message, MAX_LENGTH)
    found = []
    position = _skip(text, 0)
    while position < len(text):
        match = PATTERN.match(text, position)
        if match is None:
            hint = HINTS.get(text[position])
            message = f"unexpected {text[position]!r}" + (f": {hint}" if hint else "")
            raise ExpressionError(message, position)
        found.append(_token(match.lastgroup or "", match.group(), position))
        position = _skip(text, match.end())
    return [*found, Token("end", "", len(text))]


def _skip(text: str, position: int) -> int:
    space = SPACE.match(text, position)
    return space.end() if space else position


def _token(kind: str, text: str, position: int) -> Token:
    match kind:
        case "number":
            return Token("literal", text, position, _number(text, position))
        case "string":
            return Token("literal", text, position, text[1:-1].replace(text[0] * 2, text[0]))
        case "quoted":
            return Token("name", text, position, text[1:-1].replace("``", "`"))
        case "word":
            return _word(text, position)
        case "operator":
            return Token("operator", text, position, text)
        case _:
            return Token(text, text, position)


def _word(text: str, position: int) -> Token:
    word = text.lower()
    if word in {"true", "false"}:
        return Token("literal", text, position, word == "true")
    if word in KEYWORDS:
        return Token(word, text, position)
    return Token("name", text, position, text)


def _number(text: str, position: int) -> int | float:
    if len(text) > MAX_DIGITS:
        message = f"a number of more than {MAX_DIGITS} characters"
        raise ExpressionError(message, position)
    if text.lstrip("+-").isdigit():
        return int(text)
    number = float(text)
    if not math.isfinite(number):
        message = f"the number {text} is too large"
        raise ExpressionError(message, position)
    return int(number) if number.is_integer() and abs(number) < EXACT else number
