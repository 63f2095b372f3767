"""Values: how a message shows what came from data: five at most, and each of them short.

Messages go into logs, reports, tickets and chats, and a column may hold people's addresses.
"""

from collections.abc import Callable, Collection

__all__ = ["MOST", "brief", "clip", "clip_name", "few"]

MOST = 5  # values of one column in one message
LONGEST = 60  # characters of one value
TEXT = 1000  # characters of what a library or a model says


def few[T](values: Collection[T], word: Callable[[T], str] | None = None, most: int = MOST) -> str:
    """Return the first few of some values in words, and how many more there are.

    ``word`` says how one is written; without it, as Python would, cut short. None is "none".
    """
    shown = [(word or brief)(value) for value, _ in zip(values, range(most), strict=False)]
    more = len(values) - len(shown)
    return (", ".join(shown) + (f" and {more:,} more" if more else "")) or "none"


def brief(value: object) -> str:
    """Return a value as Python writes it, cut short."""
    return clip(repr(value), LONGEST)


def clip_name(value: object) -> str:
    """Return a name as it is, cut short."""
    return clip(value, LONGEST)


def clip(text: object, longest: int = TEXT) -> str:
    """Return a text, or what somebody else's error says, cut short."""
    whole = str(text)
    return whole if len(whole) <= longest else f"{whole[: longest - 3]}..."
