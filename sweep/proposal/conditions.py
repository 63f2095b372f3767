"""Conditions: columns and values as the language of expressions writes them."""

from collections.abc import Sequence

from sweep.expression.tree import KEYWORDS

__all__ = ["column_name", "is_one_of_words", "quoted"]


def column_name(name: str) -> str:
    """Return a column's name: in backquotes unless it is a plain word."""
    plain = name.isidentifier() and name.casefold() not in KEYWORDS
    return name if plain else f"`{name.replace('`', '``')}`"


def quoted(text: str) -> str:
    """Return a text between quotes."""
    return "'" + text.replace("'", "''") + "'"


def is_one_of_words(name: str, values: Sequence[str]) -> str:
    """Return the condition that a column is one of some values, which are written already."""
    column = column_name(name)
    return f"{column} == {values[0]}" if len(values) == 1 else f"{column} in [{', '.join(values)}]"
