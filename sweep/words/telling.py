"""Telling: whom a message goes to that is worth a line and stops nothing."""

from collections.abc import Callable

__all__ = ["Tell", "tell_nobody"]

type Tell = Callable[[str], None]
"""Is told what whoever asked may not expect."""


def tell_nobody(message: str) -> None:
    """Say nothing."""
