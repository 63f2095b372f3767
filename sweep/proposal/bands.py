"""Bands: levels that say from which number to which: 18-24, 65+, under 18, 30 bis 44."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Band", "band_of", "bands_of", "cut_of"]

NUMBER = re.compile(r"\d+")
OPEN_ABOVE = re.compile(
    r"\+|>|≥|\b(?:plus|over|older|more|above|up|und älter|älter|mehr|ab|oder mehr|et plus|"
    r"y más|o más|más|e oltre|oltre|of ouder|en ouder|ouder)\b",
    re.IGNORECASE,
)
OPEN_BELOW = re.compile(
    r"<|≤|\b(?:under|below|less|younger|up to|unter|bis|jünger|moins|menos|meno|sotto|onder|jonger)"
    r"\b",
    re.IGNORECASE,
)
INCLUSIVE = re.compile(
    r"≤|\bup to\b|\bbis\b(?! unter)|\bor (?:under|younger|less)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Band:
    """A level from a whole number up to, and without, another; infinite where it is open."""

    level: str
    low: float
    high: float

    def holds(self, other: "Band") -> bool:
        """Return whether another lies within it."""
        return self.low <= other.low and other.high <= self.high


def band_of(level: str) -> Band | None:
    """Return the band that a level names, None if it names none."""
    numbers = [int(n) for n in NUMBER.findall(level)]
    if len(numbers) == 2 and numbers[0] <= numbers[1]:
        return Band(level, numbers[0], numbers[1] + 1)
    if len(numbers) != 1:
        return None
    (number,) = numbers
    if OPEN_ABOVE.search(level) and "up to" not in level.casefold():
        return Band(level, number + (">" in level and "=" not in level), math.inf)
    if OPEN_BELOW.search(level):
        closed = bool(INCLUSIVE.search(level)) or "<=" in level
        return Band(level, -math.inf, number + closed)
    return None


def bands_of(levels: Sequence[str]) -> list[Band] | None:
    """Return the bands that levels name, ascending, None unless all do and none overlap."""
    found = [band for level in levels if (band := band_of(level)) is not None]
    bands = sorted(found, key=lambda band: (band.low, band.high))
    if len(bands) < max(2, len(levels)):
        return None
    fits = all(below.high <= above.low for below, above in pairwise(bands))
    return bands if fits else None


def cut_of(bands: Sequence[Band]) -> tuple[list[int], list[str]] | None:
    """Return edges and labels of a cut into bands, None if there are gaps between them."""
    if any(below.high != above.low for below, above in pairwise(bands)):
        return None
    edges = [*(band.low for band in bands), bands[-1].high]
    return [int(edge) for edge in edges if math.isfinite(edge)], [band.level for band in bands]
