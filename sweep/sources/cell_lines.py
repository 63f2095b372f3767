"""Cell lines: cells whose lines are answers, as Excel and some exports write multiple choice.

A line break within a value is a blank, as a rule: labels are wrapped. It parts answers where the
lines are answers by themselves in other cells, or make many more cells than there are lines; then
the lines stand in the text with a bar between them.
"""

import re
from collections.abc import Mapping, Sequence

from sweep.words.text import fold

__all__ = ["BAR", "lines_joined"]

BAR = " | "
LINE_END = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")
ALONE = 0.5  # of the lines, the least share that is a cell by itself
COMBINED = 2  # different cells per line: wrapped labels are about as many as their lines


def lines_joined(values: Sequence[object]) -> Mapping[str, str]:
    """Return the texts whose lines are answers, as they are read; none if lines are wrapped.

    ``values`` are the distinct values of one column, of any type.
    """
    texts = [value for value in values if isinstance(value, str)]
    several = {text: lines for text in texts if len(lines := lines_of(text)) > 1}
    if not several:
        return {}
    whole = {fold(text) for text in texts if text not in several}
    wrapped = any(fold(text) in whole for text in several)
    if wrapped or any("|" in text for text in texts):
        return {}
    parts = {line for lines in several.values() for line in lines}
    alone = len(parts & whole) >= ALONE * len(parts)
    return (
        {text: BAR.join(lines) for text, lines in several.items()}
        if alone or len(several) > COMBINED * len(parts)
        else {}
    )


def lines_of(text: str) -> list[str]:
    """Return the lines of a text that hold something, folded."""
    if LINE_END.search(text) is None:
        return []
    return [line for written in LINE_END.split(text) if (line := fold(written))]
