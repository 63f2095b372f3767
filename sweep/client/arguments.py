"""Arguments: what verbs of Python are asked for, read, or refused in words."""

from collections.abc import Iterable
from operator import index
from typing import SupportsIndex

from sweep.errors import UsageError
from sweep.words.values import brief

__all__ = ["as_list", "whole_above_0"]


def as_list(texts: str | Iterable[str]) -> list[str]:
    """Return one or several texts as a list."""
    return [texts] if isinstance(texts, str) else list(texts)


def whole_above_0(name: str, number: object) -> int | None:
    """Return how many somebody asks for, or None for all.

    Raises
    ------
    UsageError
        If it is no whole number above 0.
    """
    if number is None:
        return None
    if isinstance(number, SupportsIndex) and not isinstance(number, bool) and index(number) > 0:
        return index(number)
    msg = f"{name}={brief(number)}: give a whole number of 1 or more, or None for all"
    raise UsageError(msg)
