"""Days: a literal that is a day, beside times of day, means that whole day and not its midnight.

The day of a time with a zone is that on its own clock.
"""

import re

__all__ = ["is_day"]

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def is_day(text: str) -> bool:
    """Return whether a text is written as a day without a time."""
    return DAY.fullmatch(text) is not None
