"""Audit: the population beside the sample, level by level, and what of it cannot be meant."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.config import Study
from sweep.data.cells import decode, occurring_combinations
from sweep.data.design import Design
from sweep.data.findings import Findings, KeyPath
from sweep.data.frame import Frame
from sweep.data.totals import TOTALS
from sweep.keys import Json
from sweep.words.values import brief, few

__all__ = ["GAP", "Audit", "AuditRow", "audit_of"]

GAP = 0.05
"""The difference of two shares from which on it is marked."""

HALF = 0.5
SAME = 1e-6  # by how much a total may differ from the sum of the others, relatively
ROUNDING = 1e-9  # 30 % against 25 % is a gap of 5 points, not of more


@dataclass(frozen=True)
class AuditRow:
    """One level of a predictor: its shares of the population, and of the respondents.

    ``raw`` and ``weighted`` are None where too few respondents are behind them to tell, and
    ``gap`` whether one is further from the population than `GAP`.
    """

    variable: str
    level: str
    population: float
    raw: float | None
    weighted: float | None
    gap: bool


@dataclass(frozen=True)
class Audit:
    """The rows of all predictors that the population has, in the config's order."""

    rows: tuple[AuditRow, ...]

    def as_json(self) -> list[Json]:
        """Return the rows as a design's summary holds them."""
        return [asdict(row) for row in self.rows]

    @staticmethod
    def from_json(rows: Sequence[Json]) -> "Audit":
        """Return the audit that `as_json` gave."""
        return Audit(tuple(AuditRow(**row) for row in rows))

    def lines(self) -> list[str]:
        """Return the audit as text, a line per level, shares in per cent."""
        width = max((len(r.variable) + len(r.level) + 1 for r in self.rows), default=0)
        head = f"{'':{width}}  population    raw  weighted"
        return [head, *(line_of(row, width) for row in self.rows)]


def line_of(row: AuditRow, width: int) -> str:
    """Return one level's line; a gap is marked at its end."""
    raw, weighted = percent(row.raw), percent(row.weighted)
    name, mark = f"{row.variable}={row.level}", "  gap" if row.gap else ""
    return f"{name:{width}}  {percent(row.population):>10}  {raw:>5}  {weighted:>8}{mark}"


def percent(share: float | None) -> str:
    """Return a share in per cent, a dash where it is withheld."""
    return "-" if share is None else f"{100 * share:.1f}"


def audit_of(
    design: Design, held: Mapping[str, Collection[str]], study: Study, findings: Findings
) -> Audit:
    """Return the audit of a design; what cannot be meant is noted as a mistake.

    ``held`` are the survey's values of each variable before its filter: a level that the filter
    leaves out is known to be one. Mistakes are levels that hold everybody, and a half of the
    population at levels that no respondent has; that fewer are at such levels is a notice.
    """
    rows: list[AuditRow] = []
    codes = decode(design.respondents.cell, design.levels)
    for name, labels in design.levels.items():
        if name in study.nuisance:
            continue
        people = np.bincount(design.frame.column(name), design.frame.size, len(labels))
        asked = np.bincount(codes[name], minlength=len(labels))
        weight = np.bincount(codes[name], design.respondents.weight, len(labels))
        path = ("study", "predictors", name)
        never = np.array([label not in held.get(name, ()) for label in labels])
        totals = refuse_totals(path, labels, people, (asked == 0) & never, findings)
        if not totals:
            note_unanswered(path, labels, people, asked == 0, never, findings)
        told = is_told(asked, study.minimum_base)
        rows += rows_of(name, labels, (people, asked, weight), told)
    for name in design.further:
        refuse_further_totals(name, design.frame, findings)
    return Audit(tuple(rows))


def rows_of(
    name: str,
    labels: tuple[str, ...],
    sums: tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.float64]],
    told: NDArray[np.bool_],
) -> list[AuditRow]:
    """Return a predictor's rows from people, respondents and weights by level (level,)."""
    shares = np.array([one / max(one.sum(), 1e-300) for one in sums])
    gaps = (np.abs(shares[1:] - shares[0]) > GAP + ROUNDING).any(axis=0) & told
    return [
        AuditRow(
            name,
            label,
            float(shares[0, k]),
            float(shares[1, k]) if told[k] else None,
            float(shares[2, k]) if told[k] else None,
            bool(gaps[k]),
        )
        for k, label in enumerate(labels)
    ]


def is_told(asked: NDArray[np.intp], minimum_base: int) -> NDArray[np.bool_]:
    """Return which levels' shares of the sample may be told, (level,).

    Not those with fewer respondents than the minimum base, unless there are none; and if that is
    one level alone, not the next either, or the rest would give it away.
    """
    told: NDArray[np.bool_] = (asked == 0) | (asked >= minimum_base)
    if int((~told).sum()) == 1:
        others = np.where(told & (asked > 0), asked, np.iinfo(np.intp).max)
        told[int(np.argmin(others))] = False
    return told


def refuse_totals(
    path: KeyPath,
    labels: tuple[str, ...],
    people: NDArray[np.float64],
    unanswered: NDArray[np.bool_],
    findings: Findings,
) -> list[str]:
    """Refuse levels that are the sum of the others, by name or by size; return them.

    A level with as many people as all others, and no respondent, is one; a level that people
    answered from is a level, whatever its size.
    """
    named = [label for label in labels if label.casefold() in TOTALS]
    sums = [
        labels[k]
        for k in np.flatnonzero(unanswered)
        if len(labels) > 2 and is_same(people[k], people.sum() - people[k])
    ]
    found = list(dict.fromkeys([*named, *sums]))
    for label in found:
        findings.mistake(path, total_words("population", label, people[labels.index(label)]))
    return found


def is_same(one: float, other: float) -> bool:
    """Return whether two numbers of people are one, but for rounding."""
    return bool(abs(one - other) <= SAME * other)


def total_words(whose: str, label: str, people: float) -> str:
    """Return what is wrong with a level that holds everybody."""
    return (
        f"the {whose}'s level {brief(label)} ({people:,.10g} people) seems to be the sum of the "
        "others, and everybody would be counted twice: leave its rows out, such as with "
        "study.population.filter; or rename the level in study.derive if it is one"
    )


def note_unanswered(
    path: KeyPath,
    labels: tuple[str, ...],
    people: NDArray[np.float64],
    unanswered: NDArray[np.bool_],
    never: NDArray[np.bool_],
    findings: Findings,
) -> None:
    """Note the levels of the population that nobody answered from, ``never`` in the whole file."""
    empty = np.flatnonzero(unanswered).tolist()
    share = float(people[unanswered & never].sum() / people.sum())
    shown = few(empty, lambda k: f"{labels[k]!r} ({people[k] / people.sum():.1%})")
    if empty and share >= HALF:
        message = (
            f"{share:.1%} of the population are at levels that no respondent has: {shown}. Nothing "
            "is known of them: leave them out with study.population.filter, or recode the levels "
            "in study.derive"
        )
        findings.mistake(path, message)
    elif empty:
        findings.notice(path, f"no respondent has {shown}: estimates there are the model's guess")


def refuse_further_totals(name: str, frame: Frame, findings: Findings) -> None:
    """Refuse levels of a variable that only groups use, if they are the sum of the others.

    By name; or because in each cell of all other variables it has as many people as the others.
    """
    labels = frame.further[name]
    path = ("study", "groups")
    code, others = frame.column(name), [frame.column(v) for v in frame.variables() if v != name]
    first, place = occurring_combinations(others, len(frame.cell))
    table = np.zeros((len(first), len(labels)))
    np.add.at(table, (place, code), frame.size)
    rest = table.sum(axis=1, keepdims=True) - table
    always = (np.abs(table - rest) <= SAME * rest).all(axis=0) & (len(labels) > 2)
    for k, label in enumerate(labels):
        if always[k] or label.casefold() in TOTALS:
            words = total_words("population", label, float(table[:, k].sum()))
            findings.mistake(path, f"{name}: {words}")
