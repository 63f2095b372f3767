"""Rows: one outcome's part of the estimates table, from its stored draws and its answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.config import Group
from sweep.data.counts import Sums
from sweep.data.frame import Frame
from sweep.data.levels import Levels
from sweep.diagnostics.chains import ChainSummary, summarise_chains
from sweep.diagnostics.verdict import ESS_PER_CHAIN, r_hat_threshold
from sweep.estimates.encode import Column
from sweep.estimates.table import withheld_flag
from sweep.estimates.weighting import Weighting, split
from sweep.expression import columns as columns_of
from sweep.expression import parse

__all__ = ["Shown", "answers_by_margin", "estimate"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Shown:
    """What rows of an outcome say of it, and how: the same in every row, or for all of them.

    ``interval`` is a probability, ``minimum_base`` a number of respondents, ``levels`` are those of
    all variables, ``population`` is its total size.
    """

    outcome: str
    status: str
    interval: float
    minimum_base: int
    levels: Levels
    population: float

    @property
    def tail(self) -> float:
        """Return the probability on either side of the interval."""
        return (1 - self.interval) / 2


def estimate(
    draws: Array,
    weighting: Weighting,
    answers: Mapping[str, Array],
    unseen: Array,
    doubts: Sequence[Sequence[str]],
    shown: Shown,
) -> dict[str, Column]:
    """Return one row per margin, as columns of a table of estimates.

    Parameters
    ----------
    draws
        (chain, draw, margin) probabilities.
    answers
        From `answers_by_margin`: each (margin,).
    unseen
        From `unseen_shares` (margin,).
    doubts
        Each row's reasons for caution that its own draws do not show.
    """
    n = answers["n"]
    small = np.isfinite(n) & (n < shown.minimum_base)
    summed, own = summaries(draws, shown, small)
    reasons = [[*first, *more] for first, more in zip(own, doubts, strict=True)]
    return {
        "outcome": shown.outcome,
        "quantity": "probability",
        "group": [m.name for m in weighting.margins],
        **{v: [m.at.get(v) for m in weighting.margins] for v in shown.levels},
        **summed,
        **{k: np.where(small, np.nan, answers[k]) for k in ("n", "raw", "weighted")},
        "share": weighting.total / shown.population,
        "unseen_share": unseen,
        "status": shown.status,
        "flag": ["; ".join(words) or None for words in reasons],
    }


def summaries(
    draws: Array, shown: Shown, small: NDArray[np.bool_]
) -> tuple[dict[str, Array], list[list[str]]]:
    """Return columns (margin,) of what the draws say, and each row's reasons for caution.

    ``small`` (margin,) is where the base is below the minimum.
    """
    tail = shown.tail
    ends = (round(tail, 12), round(1 - tail, 12))  # 0.05 and not 0.04999999999999999
    summary = summarise_chains(draws, ends)
    flat = draws.reshape(-1, draws.shape[-1])
    lower, upper = np.quantile(flat, [tail, 1 - tail], axis=0)
    columns = {
        "mean": summary.mean,
        "sd": summary.sd,
        "lower": lower,
        "upper": upper,
        "mcse": summary.mcse_mean,
        **dict(zip(("mcse_lower", "mcse_upper"), summary.mcse_quantile, strict=True)),
        "ess_bulk": summary.ess_bulk,
        "ess_tail": summary.ess_tail,
        "r_hat": np.where(np.isfinite(summary.r_hat), summary.r_hat, np.nan),
    }
    return columns, flags(summary, small, shown.minimum_base)


def flags(summary: ChainSummary, small: NDArray[np.bool_], minimum_base: int) -> list[list[str]]:
    """Return each row's reasons for caution that answers and draws show."""
    limit = r_hat_threshold(summary.ess_within_bulk, summary.chains, summary.draws)
    folded = r_hat_threshold(summary.ess_within_folded, summary.chains, summary.draws)
    apart = (summary.r_hat_bulk > limit) | (summary.r_hat_folded > folded)
    floor = ESS_PER_CHAIN * summary.chains
    made: list[list[str]] = []
    for k in range(len(small)):
        reasons = [withheld_flag(minimum_base)] if small[k] else []
        if apart[k]:
            reasons.append(f"R-hat {summary.r_hat[k]:.3f}: chains disagree")
        if summary.ess_min[k] < floor:
            reasons.append(f"ESS {summary.ess_min[k]:.0f} is below {floor}")
        made.append(reasons)
    return made


def answers_by_margin(
    sums: Sums, asked: Sequence[str], frame: Frame, groups: Sequence[Group], weighting: Weighting
) -> dict[str, Array]:
    """Return n, raw and weighted means (margin,); NaN where the survey lacks a variable.

    A margin nobody answered from has n 0 and no means. A respondent who misses one of a group's
    variables is in none of its margins.
    """
    place = {(m.name, tuple(m.at.items())): k for k, m in enumerate(weighting.margins)}
    margins = len(weighting.margins)
    n, y, w, wy = (np.full(margins, np.nan) for _ in range(4))
    known = {v: frame.further[v] for v in asked}
    table = Frame(frame.levels, known, sums.cell, sums.codes, sums.n)
    for group in groups:
        variables = group.by if group.where is None else sorted(columns_of(parse(group.where)))
        if not set(variables) <= {*frame.levels, *asked}:
            continue
        keep = complete_rows(table, variables)
        rows, number, made = split(table.rows(keep), group)
        target = np.array([place.get((m.name, tuple(m.at.items())), -1) for m in made], np.int64)
        here = target[number]
        inside = here >= 0
        mine = [k for (name, at), k in place.items() if belongs(name, at, group)]
        for total, amount in ((n, sums.n), (y, sums.y), (w, sums.w), (wy, sums.wy)):
            total[mine] = 0.0
            np.add.at(total, here[inside], amount[keep[rows]][inside])
    with np.errstate(invalid="ignore", divide="ignore"):
        return {"n": n, "raw": y / n, "weighted": wy / w}


def belongs(name: str | None, at: tuple[tuple[str, str], ...], group: Group) -> bool:
    """Return whether a margin is one of a group's."""
    return name == group.name and (name is not None or tuple(v for v, _ in at) == group.by)


def complete_rows(table: Frame, variables: Sequence[str]) -> NDArray[np.int64]:
    """Return the rows in which every variable is known."""
    known = np.ones(len(table.cell), bool)
    for variable in variables:
        known &= table.column(variable) >= 0
    return np.flatnonzero(known)
