"""Checks: whether a fit describes the answers it was made from, and whether the weight knows more.

A sampler can be right about a model that is wrong. What these checks find makes the outcome
flagged, like what the sampler finds: the status is the one thing that everybody looks at, and a
model that misses some answers is right nowhere for sure. The rows concerned say it themselves.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.data.cells import Counts
from sweep.data.levels import Levels
from sweep.data.weight_sums import WeightSums
from sweep.diagnostics.predictive import LEAST_Z, Surprise, moments_of, surprises
from sweep.diagnostics.weights import Remainder, cleared, remainder
from sweep.estimates.answered import Blocks, Margins, margins_to_check
from sweep.estimates.weighting import Margin
from sweep.keys import Json

__all__ = ["AnswerCheck", "Total", "WeightCheck", "check_answers", "check_weight"]

LACKS = "the weight corrects for something the model lacks"


@dataclass(frozen=True)
class AnswerCheck:
    """Margins of the predictors, singly and in pairs: their answers against the model's."""

    checked: Margins
    surprise: Surprise

    def reasons(self) -> list[str]:
        """Return why the outcome is flagged, if it is: the worst margin, and how many more."""
        worst = self.worst_first()
        more = f" (and {len(worst) - 1} more)" if len(worst) > 1 else ""
        return [f"{self.words(worst[0])}{more}"] if worst else []

    def row_flags(self, margins: Sequence[Margin]) -> list[list[str]]:
        """Return what rows say of it: those of a flagged margin, of parts of one, and the total."""
        found = [(self.checked.margins[k].at.items(), self.words(k)) for k in self.worst_first()]
        return [
            self.reasons()
            if is_total(m)
            else [words for at, words in found if at <= m.at.items()][:1]
            for m in margins
        ]

    def worst_first(self) -> list[int]:
        """Return the flagged margins, the furthest from the model first."""
        flagged = np.flatnonzero(self.surprise.flagged)
        order = np.argsort(-np.abs(self.surprise.z[flagged]), kind="stable")
        return [int(k) for k in flagged[order]]

    def words(self, k: int) -> str:
        """Return what is told of a margin."""
        n = self.checked.n[k]
        raw, model = shares(self.checked.y[k] / n, self.surprise.fitted[k] / n)
        where, z = self.checked.margins[k].words(), abs(self.surprise.z[k])
        return f"{where}: {raw} said yes, the model says {model} of the same people (z {z:.1f})"

    def as_json(self) -> Json:
        """Return the figures."""
        z = np.abs(self.surprise.z)
        worst = int(np.argmax(z)) if len(z) else None
        return {
            "margins": len(z),
            "flagged": int(self.surprise.flagged.sum()),
            "largest_z": None if worst is None else round(float(z[worst]), 2),
            "where": None if worst is None else self.checked.margins[worst].words(),
        }


def check_answers(counts: Counts, levels: Levels, blocks: Blocks, least: int) -> AnswerCheck:
    """Return the check of the margins in which at least ``least`` people answered.

    ``blocks`` are from `probability_blocks`.
    """
    checked = margins_to_check(counts, levels, least)
    moments = moments_of(checked.members, blocks)
    return AnswerCheck(checked, surprises(checked.y, moments))


@dataclass(frozen=True)
class Total:
    """The population's probability: the weighted answers' mean, the model's mean and sd."""

    weighted: float
    model: float
    sd: float


@dataclass(frozen=True)
class WeightCheck:
    """What the weight knows beyond the model, and what becomes of the total.

    ``left_out`` respondents have a weight of zero, and ``n`` have not.
    """

    remainder: Remainder
    total: Total
    n: int
    left_out: int

    @property
    def matters(self) -> bool:
        """Return whether the weight corrects for what the model lacks, and the total shows it."""
        apart = abs(self.total.weighted - self.total.model) > self.total.sd
        return abs(self.remainder.z) > LEAST_Z and apart

    def reasons(self) -> list[str]:
        """Return why the outcome is flagged, if it is."""
        if not self.matters:
            return []
        weighted, model = shares(self.total.weighted, self.total.model)
        told = f", {self.left_out} of weight 0 left out" if self.left_out else ""
        return [
            f"{LACKS}: weighted {weighted}, model {model} (z {abs(self.remainder.z):.1f}{told})"
        ]

    def row_flags(self, margins: Sequence[Margin]) -> list[list[str]]:
        """Return what rows say of it: all of them, the total with the figures."""
        if not self.matters:
            return [[] for _ in margins]
        return [self.reasons() if is_total(m) else [LACKS] for m in margins]

    def as_json(self) -> Json:
        """Return the figures."""
        figures = {**vars(self.remainder), **vars(self.total)}
        return {
            **{name: float(f"{value:.4g}") for name, value in figures.items()},
            "left_out": self.left_out,
        }


def check_weight(
    counts: Counts,
    sums: WeightSums,
    modelled: Collection[str],
    blocks: Blocks,
    total: Total,
) -> WeightCheck:
    """Return the check of a survey's weight; ``modelled`` are the predictors in the model.

    ``blocks`` are from `probability_blocks`.
    """
    p, variance = np.zeros(len(counts.n)), np.zeros(len(counts.n))
    for where, drawn in blocks:
        p[where] = drawn.mean(axis=1, dtype=np.float64)
        variance[where] = (drawn * (1 - drawn)).mean(axis=1, dtype=np.float64)
    codes = [counts.cells[name] for name in counts.cells.codes if name in modelled]
    regressor = cleared(sums, codes, variance)
    explained: NDArray[np.float64] = np.zeros(1)
    for where, drawn in blocks:
        explained = explained + drawn.T.astype(np.float64) @ regressor.x[where]
    n = sums.n.sum()
    found = remainder(sums, regressor, p, variance, explained)
    return WeightCheck(found, total, int(n), int(counts.n.sum() - n))


def is_total(margin: Margin) -> bool:
    """Return whether a margin is everybody."""
    return margin == Margin(None, {})


def shares(first: float, second: float) -> tuple[str, str]:
    """Return two shares in per cent, with as many decimals as tell them apart, three at most."""
    for digits in range(4):
        words = [f"{100 * share:.{digits}f} %" for share in (first, second)]
        if words[0] != words[1]:
            break
    return words[0], words[1]
