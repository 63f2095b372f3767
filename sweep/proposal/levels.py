"""Levels: which of the survey's answers are the population's levels, and which nobody can tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sweep.data.answers.checks import suspects
from sweep.data.answers.likeness import are_alike, nearest_answers, same_key
from sweep.proposal.bands import Band, band_of
from sweep.proposal.success import is_answer
from sweep.proposal.survey import Column
from sweep.proposal.words import mean_the_same

__all__ = ["LevelMatch", "match_levels"]

WORDS = {"&": "and", "+": "and"}


@dataclass(frozen=True)
class LevelMatch:
    """How a column's answers are levels of the population.

    ``recode`` are texts, of either side, that become another. ``open_`` are answers that are no
    level, with the nearest that nobody has matched; ``silent`` are answers that say nothing;
    ``unmet`` are levels that no answer is. ``share`` is the share of levels that are met.
    """

    recode: Mapping[str, str]
    open_: Mapping[str, str | None]
    silent: tuple[str, ...]
    unmet: tuple[str, ...]
    share: float


def match_levels(levels: Sequence[str], column: Column) -> LevelMatch:
    """Return how a column's answers are some levels of the population.

    The same text, one that differs in case, blanks, dashes, quotes or an ampersand, another word
    (men, male), the label of a code, a band within a band. What is merely near is left open.
    """
    codes = suspects(column.counts)  # for no answer: whether they are is decided for all columns
    texts = [t for t in column.counts if is_answer(t) and (t not in codes or t in levels)]
    recode = {**alike(levels, texts), **by_code(levels, texts, column)}
    recode |= within(
        [p for p in levels if p not in texts and p not in {*recode, *recode.values()}],
        [t for t in texts if t not in levels and t not in {*recode, *recode.values()}],
    )
    known = {recode.get(level, level) for level in levels}
    met = [level for level in levels if is_met(level, texts, recode)]
    unmet = tuple(level for level in levels if level not in met)
    open_ = {
        text: next(iter(nearest_answers(text, unmet)), None)
        for text in texts
        if recode.get(text, text) not in known
    }
    silent = tuple(text for text in column.counts if not is_answer(text))
    share = len(met) / len(levels) if levels else 0.0
    return LevelMatch(recode, open_, silent, unmet, share)


def is_met(level: str, texts: Sequence[str], recode: Mapping[str, str]) -> bool:
    """Return whether some answer is a level of the population, after recoding."""
    meant = recode.get(level, level)
    return any(recode.get(text, text) == meant for text in texts)


def alike(levels: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    """Return the answers that are a level in other letters, where only one is."""
    found: dict[str, str] = {}
    free = [text for text in texts if text not in levels]
    for level in levels:
        near = [text for text in free if are_the_same(text, level)]
        if level not in texts and len(near) == 1 and near[0] not in found:
            found[near[0]] = level
    return found


def are_the_same(first: str, second: str) -> bool:
    """Return whether two levels differ in form only: case, blanks, dashes; or are words for one."""
    if mean_the_same(first, second):
        return True
    one, other = (spelt(text) for text in (first, second))
    return are_alike(one, other) or are_alike(one.replace("-", " "), other.replace("-", " "))


def spelt(text: str) -> str:
    """Return a text with its signs for "and" as words."""
    return " ".join(WORDS.get(word, word) for word in text.replace("&", " & ").split())


def by_code(levels: Sequence[str], texts: Sequence[str], column: Column) -> dict[str, str]:
    """Return the levels that are the codes of answers, which the survey shows as labels."""
    labels = {same_key(code): label for code, label in column.book.values.items()}
    found = {level: labels.get(same_key(level)) for level in levels if level not in texts}
    return {level: label for level, label in found.items() if label in texts and label is not None}


def within(levels: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    """Return bands of one side that lie within one of the other: they become it."""
    ours = [band for text in texts if (band := band_of(text)) is not None]
    theirs = [band for level in levels if (band := band_of(level)) is not None]
    if len(ours) < len(texts) or len(theirs) < len(levels):
        return {}
    first = inside(theirs, ours)
    rest = [band for band in theirs if band.level not in first]
    return first | inside([band for band in ours if band.level not in first.values()], rest)


def inside(small: Sequence[Band], large: Sequence[Band]) -> dict[str, str]:
    """Return for each band the level of the larger one that holds it, if one does."""
    found: dict[str, str] = {}
    for band in small:
        holding = next((b for b in large if b.holds(band) and b.level != band.level), None)
        if holding is not None:
            found[band.level] = holding.level
    return found
