"""Lines: keys of YAML with their values and comments, those to be decided marked as such."""

from collections.abc import Iterable, Sequence

__all__ = ["decide", "indented", "item", "key", "wrapped"]

WIDTH = 98  # of a comment that stands alone


def key(name: str, value: str, note: str = "") -> str:
    """Return a key with its value, and a comment behind it."""
    return f"{name}: {value}" + (f" # {note}" if note else "")


def decide(name: str, what: str) -> str:
    """Return a key whose value only people can decide: the config is refused until they have."""
    return f"{name}: !decide # decide: {what}"


def indented(lines: Iterable[str], depth: int) -> list[str]:
    """Return lines further to the right, by two blanks per level."""
    return [f"{'  ' * depth}{line}" if line else "" for line in lines]


def item(lines: Sequence[str]) -> list[str]:
    """Return the lines of one item of a list; comments before its first key stay before it."""
    first = next(k for k, line in enumerate(lines) if not line.startswith("#"))
    return [*lines[:first], f"- {lines[first]}", *indented(lines[first + 1 :], 1)]


def wrapped(words: str, width: int = WIDTH, further: str = "  ") -> list[str]:
    """Return a comment of as many lines as it needs, all but the first further to the right."""
    import textwrap

    room = width - 2
    made = textwrap.wrap(
        words, room, subsequent_indent=further, break_long_words=False, break_on_hyphens=False
    )
    return [f"# {line}" for line in made]
