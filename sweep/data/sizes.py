"""Sizes: how many people a row of the population stands for, and what is no such number."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.findings import Findings, KeyPath
from sweep.words.numbers import count_of
from sweep.words.text import number_of, text_of
from sweep.words.values import brief, few

__all__ = ["people_in"]

THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:(?:,\d{3})+|(?:['’ \u00a0\u202f]\d{3})+|(?:\.\d{3}){2,})")
POINTED = re.compile(r"[1-9]\d{0,2}\.\d{3}")  # 1.234: a decimal, or a thousand in half of Europe
MIXED = 1.0 + 1e-6
MANY = 100.0  # times as many people as in all smaller rows together


def people_in(
    column: pd.Series, source: str, path: KeyPath, findings: Findings
) -> NDArray[np.float64]:
    """Return the number of people in each row (row,) of a column of the file ``source``.

    Mistakes are noted under the key ``path``: what is no number of at least 0, thousands
    separators, also where a point is one, shares beside counts, and sizes that are zero
    throughout. What is refused is NaN, or as it is.
    """
    codes, values = pd.factorize(column)
    texts = [text_of(v.item() if hasattr(v, "item") else v) for v in values]
    times = np.bincount(codes[codes >= 0], minlength=len(texts))
    often: dict[str, int] = {}
    for text, n in zip(texts, times.tolist(), strict=True):
        if text is not None:
            often[text] = often.get(text, 0) + n
    numbers = {text: number_of(text) for text in often}
    wrong = {t: n for t, n in often.items() if (v := numbers[t]) is None or not 0 <= v < np.inf}
    missing = len(column) - sum(often.values())
    for message in mistakes(numbers, often, wrong, missing):
        findings.mistake(path, f"{source}: column {column.name!r} {message}")
    if not wrong and not missing and (words := dominant({t: v for t, v in numbers.items() if v})):
        findings.notice(path, f"{source}: column {column.name!r} {words}")
    parsed = [np.nan if t is None or (v := numbers[t]) is None else v for t in texts]
    made: NDArray[np.float64] = np.array([*parsed, np.nan])[codes]
    return made


def mistakes(
    numbers: Mapping[str, float | None],
    often: Mapping[str, int],
    wrong: Mapping[str, int],
    missing: int,
) -> list[str]:
    """Return what is wrong with sizes, by their distinct texts."""
    found = []
    separated = [t for t in wrong if THOUSANDS.fullmatch(t)]
    if separated:
        plain = re.sub(r"\D", "", separated[0])
        rows = count_of(sum(wrong[t] for t in separated), "row")
        what = f"has thousands separators in {rows} ({few(separated)})"
        found.append(f"{what}: write {plain} for {brief(separated[0])}")
    other = {t: n for t, n in wrong.items() if t not in separated}
    if other or missing:
        shown = [*map(brief, other), *(["nothing"] if missing else [])]
        rows = count_of(sum(other.values()) + missing, "row")
        what = f"holds no number of people in {rows} ({few(shown, str)})"
        found.append(f"{what}: a size is a number of at least 0, such as 1234")
    if found:
        return found
    values = {text: number for text, number in numbers.items() if number is not None}
    if not any(values.values()):
        return ["is zero everywhere: there is nobody to estimate for"]
    scales = mixed(values, often) or scaled_otherwise(values, often)
    return [words for words in (pointed(values), scales) if words]


def pointed(values: Mapping[str, float]) -> str | None:
    """Return what is wrong where every point may be a thousands separator, None if none may be.

    Then each number with a point has three digits behind it, and each without is below 1,000.
    """
    dotted = [t for t in values if "." in t]
    rest = [v for t, v in values.items() if "." not in t]
    if (
        len(dotted) < 2
        or not all(POINTED.fullmatch(t) for t in dotted)
        or max(rest, default=0) > 999
    ):
        return None
    return (
        f"seems to have points as thousands separators ({few(dotted)}): write "
        f"{dotted[0].replace('.', '')} for {brief(dotted[0])}, or, if these are decimals, one "
        "more digit in each"
    )


def mixed(values: Mapping[str, float], often: Mapping[str, int]) -> str | None:
    """Return what is wrong where some sizes are shares and others counts, None if none are."""
    shares = {t: v for t, v in values.items() if 0 < v < 1}
    counts = {t: v for t, v in values.items() if v >= 1}
    total = sum(v * often[t] for t, v in shares.items())
    whole = all(v.is_integer() for v in counts.values())
    if not shares or not counts or total > MIXED or not whole or min(counts.values()) < 10:
        return None
    return (
        f"mixes shares ({few(list(shares))}) with numbers of people ({few(list(counts))}): write "
        "all of them as numbers of people"
    )


def scaled_otherwise(values: Mapping[str, float], often: Mapping[str, int]) -> str | None:
    """Return what is wrong where most sizes are fractions, and few whole ones are far above.

    Such as thousands or per cents beside people: each of the few is more than `MANY` times all of
    the others together.
    """
    ordered = sorted((t for t, v in values.items() if v > 0), key=values.__getitem__)
    rows = np.cumsum([often[t] for t in ordered])
    people = np.cumsum([values[t] * often[t] for t in ordered])
    for k in range(3, len(ordered)):
        low, high = ordered[:k], ordered[k:]
        parts = sum(not values[t].is_integer() for t in low)
        whole = all(values[t].is_integer() for t in high)
        far = values[high[0]] > MANY * people[k - 1] and rows[k - 1] > rows[-1] / 2
        if far and whole and parts > len(low) / 2:
            return (
                f"seems to be on two scales: {few(high)} beside {few(low)}: write all of them as "
                "numbers of people"
            )
    return None


def dominant(values: Mapping[str, float]) -> str | None:
    """Return what is to be told of a size beyond `MANY` times all others, None if there is none."""
    *rest, last = sorted(values, key=values.__getitem__) or [""]
    if len(rest) < 3 or values[last] <= MANY * sum(values[t] for t in rest):
        return None
    return f"has one size, {brief(last)}, that is far above the others together ({few(rest)})"
