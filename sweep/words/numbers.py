"""Numbers: how messages count things, so that one of them is never called "1 outcomes"."""

__all__ = ["count_of"]


def count_of(number: float, one: str, several: str | None = None) -> str:
    """Return a whole number with its noun: ``1 outcome``, ``1,200 outcomes``, ``3 copies``.

    ``several`` is the plural of a noun that does not take an s alone.
    """
    noun = one if number == 1 else several or f"{one}s"
    return f"{number:,.0f} {noun}"
