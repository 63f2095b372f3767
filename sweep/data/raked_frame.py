"""Raked frame: margins and a seed made into a table of cells with their number of people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.findings import Findings, KeyPath
from sweep.data.levels import Levels
from sweep.data.margins import Margin, contradictions
from sweep.data.raking import RakingError, rake
from sweep.data.rules import Orders
from sweep.data.seeds import MOST_CELLS, beyond_chance, cells_where, with_half_a_respondent
from sweep.expression import Expression, evaluate, literals, parse
from sweep.expression import columns as columns_of
from sweep.expression.order import by_levels
from sweep.keys import Json
from sweep.words.names import did_you_mean
from sweep.words.numbers import count_of
from sweep.words.values import brief, few

__all__ = ["Filling", "are_too_many_cells", "cell_rows", "check_zeros", "raked_rows"]


@dataclass(frozen=True)
class Filling:
    """How empty cells of a survey's seed are filled, and the noise of the others is taken out.

    ``weight`` is one respondent's, ``effective`` that of an effective one; ``zeros`` are conditions
    for cells that nobody can be in.
    """

    weight: float
    effective: float
    zeros: tuple[str, ...]


def raked_rows(  # what is raked to what, how empty cells are filled, and who is told
    seed: Margin,
    margins: Sequence[Margin],
    filling: Filling | None,
    size: str,
    path: KeyPath,
    findings: Findings,
) -> tuple[pd.DataFrame, Json] | None:
    """Return the cells of a seed raked to margins, and what there is to say of them.

    None where that cannot be; why not is then among the mistakes.
    """
    facts: Json = {}
    if filling is not None:
        zeros = cells_where(seed.levels, filling.zeros)
        refuse_people_in(seed, zeros, path, findings)
        seed, filled = with_half_a_respondent(seed, margins, zeros, filling.weight)
        seed, kept = beyond_chance(seed, filling.effective)
        facts = {"cells_without_respondents": filled, "structural_zeros": int(zeros.sum())}
        facts |= {"kept_beyond_pairs": kept}
        findings.notice((*path, "seed"), filling_words(filled, seed.table.size, kept))
    wrong = list(contradictions(seed, margins))
    for index, message in wrong:
        findings.mistake((*path, "margins", index), message)
    if wrong or findings.mistakes:
        return None
    try:
        raked = rake(seed, margins)
    except RakingError as error:
        findings.mistake((*path, "margins", error.margin), str(error))
        return None
    facts |= {"iterations": raked.iterations, "gap": raked.gap}
    return cell_rows(Margin(seed.levels, raked.table), size), facts


def filling_words(filled: int, cells: int, kept: float) -> str:
    """Return what is told of a survey's seed: of cells that nobody answered from, and of noise."""
    words = ["the population's joint distribution is an estimate, with the survey's as seed"]
    if filled:
        words.append(
            f"{count_of(filled, 'cell')} of {cells:,} without respondents share half a respondent, "
            "in proportion to independence"
        )
    if kept < 1:
        share = f"{kept:.0%}" if kept else "nothing"
        words.append(
            f"of what it says of three variables and more together {share} is kept, for the rest "
            "is no more than chance"
        )
    return "; ".join(words)


def refuse_people_in(
    seed: Margin, zeros: NDArray[np.bool_], path: KeyPath, findings: Findings
) -> None:
    """Refuse structural zeros that respondents are in."""
    there = np.argwhere(zeros & (seed.table > 0))
    if len(there):
        levels = list(seed.levels.items())
        at = ", ".join(f"{name}={own[k]}" for (name, own), k in zip(levels, there[0], strict=True))
        message = (
            f"there are respondents in {count_of(len(there), 'cell')} that nobody can be in, such "
            f"as {at}: correct the condition, or leave these respondents out with "
            "study.survey.filter"
        )
        findings.mistake((*path, "structural_zeros"), message)


def check_zeros(
    conditions: Sequence[str], levels: Levels, orders: Orders, path: KeyPath, findings: Findings
) -> None:
    """Refuse structural zeros about variables or levels that the frame does not have.

    So are those that compare what cannot be compared: each is tried on every level once. Variables
    of ``orders`` have levels in an order.
    """
    longest = max(map(len, levels.values()), default=0)
    tried = {name: pd.Series((own * longest)[:longest]) for name, own in levels.items()}
    for index, condition in enumerate(conditions):
        where, before = (*path, "structural_zeros", index), len(findings.mistakes)
        with findings.at(*where):
            tree = by_levels(parse(condition), orders)
            for message in strange_words(tree, levels):
                findings.mistake(where, message)
            if len(findings.mistakes) == before:
                evaluate(tree, tried)


def strange_words(condition: Expression, levels: Levels) -> Iterator[str]:
    """Yield in words the variables and levels of a condition that a frame does not have."""
    for name in sorted(columns_of(condition)):
        if name not in levels:
            has = f"It has: {', '.join(levels)}"
            near = did_you_mean(name, list(levels))
            yield f"the frame has no variable {name!r}.{near} {has}"
    for name, value in literals(condition):
        if name in levels and str(value) not in levels[name]:
            near = did_you_mean(str(value), levels[name])
            yield f"{name!r} has no level {brief(value)}.{near} It has: {few(levels[name])}"


def are_too_many_cells(levels: Levels, path: KeyPath, findings: Findings) -> bool:
    """Return whether variables make more cells than can be raked; it is a mistake then."""
    cells = prod(len(labels) for labels in levels.values())
    if cells <= MOST_CELLS:
        return False
    shown = " x ".join(f"{name} {len(labels):,}" for name, labels in levels.items())
    message = (
        f"the variables make {cells:,} cells ({shown}), and at most {MOST_CELLS:,} can be raked: "
        "leave a variable out, or give it fewer levels"
    )
    findings.mistake((*path, "margins"), message)
    return True


def cell_rows(people: Margin, size: str) -> pd.DataFrame:
    """Return a row per cell that has people: a column of text per variable, and the size."""
    place = np.nonzero(people.table)
    columns: dict[str, object] = {
        name: pd.Categorical.from_codes(code, pd.Index(list(labels), dtype="str"))
        for code, (name, labels) in zip(place, people.levels.items(), strict=True)
    }
    return pd.DataFrame({**columns, size: people.table[place]})
