"""Numbers: how messages count things, so that one of them is never called "1 outcomes"."""

__all__ = ["bytes_words", "count_of"]


def count_of(number: float, one: str, several: str | None = None) -> str:
    """Return a whole number with its noun: ``1 outcome``, ``1,200 outcomes``, ``3 copies``.

    ``several`` is the plural of a noun that does not take an s alone.
    """
    noun = one if number == 1 else several or f"{one}s"
    return f"{number:,.0f} {noun}"


def bytes_words(count: float) -> str:
    """Return a number of bytes as people say it: ``950 B``, ``24 kB``, ``1.3 MB``."""
    for unit in ("B", "kB", "MB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if count >= 9.95 or unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
