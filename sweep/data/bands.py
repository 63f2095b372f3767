"""Bands: what the bands of a cut are called, and what of a column lies in each."""

import re
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.config import Cut
from sweep.data.columns import numbers_in
from sweep.data.findings import Findings, KeyPath
from sweep.words.text import fold
from sweep.words.values import brief

__all__ = ["band_of", "refuse_labels", "tell_bands"]

NUMBER = r"(\d+(?:\.\d+)?)"
RANGE = re.compile(rf"{NUMBER}\s*(?:[-\u2010-\u2015\u2212]|to|bis|à)\s*{NUMBER}(?:\s*[^\W\d]+)?")
ABOVE = re.compile(rf"{NUMBER}\s*(?:\+|(?:and|or|und) (?:over|older|more|above|mehr|älter))")


def band_of(values: NDArray[np.float64], rule: Cut) -> NDArray[np.int64]:
    """Return the place of the band that each number (row,) lies in, -1 outside of all.

    An edge belongs to the band above it; the last edge of a closed rule to none.
    """
    open_below = len(rule.labels) == len(rule.at) + 1
    band = np.searchsorted(np.array(rule.at), values, side="right") - (0 if open_below else 1)
    inside = np.isfinite(values) & (band >= 0) & (band < len(rule.labels))
    return np.where(inside, band, -1).astype(np.int64)


def edges_of(rule: Cut) -> list[tuple[float, float]]:
    """Return from where to where each band goes."""
    low = [-np.inf] if len(rule.labels) == len(rule.at) + 1 else []
    high = [np.inf] if len(rule.labels) >= len(rule.at) else []
    ends = [*low, *rule.at, *high]
    return list(pairwise(ends))


def refuse_labels(rule: Cut, findings: Findings, path: KeyPath) -> None:
    """Refuse labels that name other numbers than their bands hold, such as 18-34 of 36 to 55.

    Only where another label fits its band: else they may count in other units than the column.
    """
    bands = edges_of(rule)
    labels, last = [fold(label) for label in rule.labels], len(bands) - 1
    fits = [
        fits_band(label, *bands[k], first=k == 0, last=k == last) for k, label in enumerate(labels)
    ]
    if True not in fits:
        return
    for place, ok in enumerate(fits):
        if ok is False:
            low, high = bands[place]
            holds = f"from {low:g} to below {high:g}".replace("from -inf to ", "")
            holds = holds.replace(" to below inf", " on")
            message = f"{brief(labels[place])} is the label of a band that holds numbers {holds}"
            findings.mistake((*path, place), f"{message}: correct the label, or the edges in 'at'")


def fits_band(label: str, low: float, high: float, *, first: bool, last: bool) -> bool | None:
    """Return whether a label says what its band holds, None if it names no numbers.

    The first band may begin before its label, and the last end after it: of adults nobody is 3.
    """
    if (found := RANGE.fullmatch(label)) is not None:
        begin, end = map(float, found.groups())
        begins = low <= begin < (high if first else low + 1)
        return begins and (low if last else high - 1) <= end <= high
    if (found := ABOVE.fullmatch(label)) is not None:
        return last and low <= float(found[1]) < low + 1
    return None


def tell_bands(
    column: pd.Series, rule: Cut, what: str, findings: Findings, path: KeyPath, least: int
) -> None:
    """Tell the least and the greatest number in each band, but of fewer than ``least`` rows."""
    values = numbers_in(column)
    bands = band_of(values, rule)
    words = []
    for place, label in enumerate(rule.labels):
        mine = values[bands == place]
        if not len(mine):
            words.append(f"{brief(label)} nothing")
        elif len(mine) >= least:
            words.append(f"{brief(label)} {mine.min():g} to {mine.max():g}")
    if (bands >= 0).any():
        findings.fact(path, f"the {what}'s column {rule.cut!r} by band: {', '.join(words)}")
