"""Terminal: text of others made harmless before it is shown."""

__all__ = ["inert"]

ALLOWED = frozenset("\n\t")


def inert(text: str) -> str:
    """Return a text from data or a config with its control characters spelt out.

    A terminal obeys them: a question's name could otherwise move the cursor or hide a line.
    """
    return "".join(c if c.isprintable() or c in ALLOWED else repr(c)[1:-1] for c in text)
