"""Several: cells that hold several answers at once, as exports write multiple choice.

A bar parts answers wherever it stands. A semicolon does if one of the parts occurs elsewhere. With
a comma or, between codes, a blank, three in four of the parts must occur elsewhere, and half of
them alone or three in one cell: "Yes, definitely" and "No, definitely" are answers as they are.
A slash, a plus or an ampersand does if all that it parts in a cell are answers by themselves.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import chain, pairwise

from sweep.words.text import fold

__all__ = ["SEPARATORS", "parts_of", "separator_of"]

BRACKETS = ("[]", "{}", "()")
MARKS = "\"'"
SEPARATORS = ("|", ";", ",", " ", *(JOINING := ("/", "+", "&")))
ELSEWHERE = 0.75  # of the parts that commas make, the least share that occurs in another cell too
ALONE = 0.5  # of them, the least share that is an answer by itself
MANY = 3  # parts in one cell that are no ordinary sentence, where all occur elsewhere


def parts_of(cell: str, separator: str) -> tuple[str, ...]:
    """Return the answers in a cell, in order; brackets of a list and quotes are left out."""
    inside = cell.strip()
    if len(inside) > 1 and inside[0] + inside[-1] in BRACKETS and inside[0] not in inside[1:]:
        inside = inside[1:-1]
    parts = (fold(part.strip().strip(MARKS)) for part in inside.split(separator))
    return tuple(dict.fromkeys(part for part in parts if part))


def separator_of(answers: Iterable[str], claimed: Collection[str] = ()) -> str | None:
    """Return what parts the answers in the cells of a column, None where each holds one answer.

    ``answers`` are the distinct texts of the column; what is ``claimed`` by a list of the config is
    one answer, for the config says so.
    """
    cells = list(answers)
    for separator in SEPARATORS:
        open_ = [cell for cell in cells if separator in cell and cell not in claimed]
        several = {cell: parts for cell in open_ if len(parts := parts_of(cell, separator)) > 1}
        if several:
            cut = {cell: parts_of(cell, separator) for cell in cells}
            if is_parting(separator, cut, several):
                return separator
    return None


def is_parting(
    separator: str, cut: Mapping[str, tuple[str, ...]], several: Mapping[str, tuple[str, ...]]
) -> bool:
    """Return whether a separator parts answers; ``several`` are the cells that it cuts."""
    if separator in JOINING:
        return any(all(part in cut for part in parts) for parts in several.values())
    if separator == "|" or all(is_list(cell) for cell in several):
        return True
    often = Counter(chain.from_iterable(cut.values()))
    parts = list(dict.fromkeys(chain.from_iterable(several.values())))
    elsewhere = [part for part in parts if often[part] > 1]
    if separator == ";":
        return bool(elsewhere)
    codes = all(part.isdigit() for part in parts)
    if separator == " " and not codes:
        return False
    if codes and all(looks_like_a_number(parts) for parts in several.values()):
        return are_pairs(several.values()) and all(part in cut for part in parts)
    alone = sum(part in cut for part in parts) >= ALONE * len(parts)
    many = any(len(p) >= MANY and all(often[x] > 1 for x in p) for p in several.values())
    return len(elsewhere) >= ELSEWHERE * len(parts) and (alone or many)


def is_list(cell: str) -> bool:
    """Return whether a cell is written as a list: in square or curly brackets."""
    return cell[:1] + cell[-1:] in BRACKETS[:2]


def looks_like_a_number(parts: tuple[str, ...]) -> bool:
    """Return whether codes may be one number: 2,5 with a comma as point, or 1,000."""
    thousands = all(len(part) == 3 for part in parts[1:]) and len(parts[0]) <= 3
    return thousands or len(parts) == 2


def are_pairs(cells: Iterable[tuple[str, ...]]) -> bool:
    """Return whether what may be numbers are pairs of codes: they go up, and to several ends."""
    pairs = list(cells)
    rising = all(int(a) < int(b) for parts in pairs for a, b in pairwise(parts))
    return rising and len({parts[-1] for parts in pairs}) > 1
