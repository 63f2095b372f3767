"""Cases: a variable of several columns by the first condition that holds, and lookups in tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from sweep.config import Cases
from sweep.data.columns import codes_of, how_often, text_series, texts_of
from sweep.data.findings import Findings, KeyPath
from sweep.data.left_out import tell_left_out
from sweep.data.seen import Seen
from sweep.words.numbers import count_of
from sweep.words.telling import Tell, tell_nobody
from sweep.words.text import fold
from sweep.words.values import brief, few

__all__ = ["Sorted", "looked_up", "sort_rows", "tell_cases", "tell_lookup"]


@dataclass(frozen=True)
class Sorted:
    """Rows by the first case that holds: ``column`` (row,), and how many rows were which.

    ``taken`` by each case; ``passed`` of these where a missing value left an earlier one undecided;
    ``undecided`` for that reason by all; ``unmatched`` where certainly none holds.
    """

    column: pd.Series
    taken: tuple[int, ...]
    passed: int
    undecided: int
    unmatched: int


def sort_rows(rule: Cases, seen: Seen, tell: Tell = tell_nobody) -> Sorted:
    """Return the value of the first case that holds for each row.

    A case that a missing value leaves undecided does not hold, and the next is tried. Where none
    holds and one is undecided the value is missing: it is not known that the row is none of them.

    Raises
    ------
    DataError
        If a condition cannot be put to what its columns hold.
    """
    rows = len(next(iter(seen.values.values())))
    codes, left = np.full(rows, -1, np.int64), np.ones(rows, np.bool_)
    doubtful = np.zeros(rows, np.bool_)
    thens = [fold(case.then) for case in rule.cases]
    texts = list(dict.fromkeys([*thens, *([fold(rule.otherwise)] if rule.otherwise else [])]))
    taken, passed = [], 0
    for case, then in zip(rule.cases, thens, strict=True):
        holds = seen.holds(case.when, tell)
        true, false = seen.decided(case.when)
        now = left & holds
        codes[now] = texts.index(then)
        taken.append(int(now.sum()))
        passed += int((now & doubtful).sum())
        doubtful |= left & ~holds & ~true & ~false
        left &= ~holds
    none = left & ~doubtful
    if rule.otherwise is not None:
        codes[none] = texts.index(fold(rule.otherwise))
    index = next(iter(seen.values.values())).index
    column = text_series(codes, texts, index)
    return Sorted(column, tuple(taken), passed, int((left & doubtful).sum()), int(none.sum()))


def tell_cases(rule: Cases, seen: Seen, what: str, findings: Findings, path: KeyPath) -> None:
    """Tell of the rows that no case takes, or that a missing value leaves in doubt."""

    def about(*place: str | int) -> Tell:
        return partial(findings.notice, (*path, *place))

    found = sort_rows(rule, seen, about("cases"))
    conditions = [seen.expression(case.when) for case in rule.cases]
    tell_left_out(conditions, seen.values, about("cases"), twins_alone=rule.otherwise is None)
    for number, (case, rows) in enumerate(zip(rule.cases, found.taken, strict=True)):
        if not rows:
            words = f"no row of the {what} is {brief(fold(case.then))} by this case"
            about("cases", number, "when")(words)
    if found.passed:
        rows_words = count_of(found.passed, "row")
        words = f"a missing value leaves an earlier case undecided in {rows_words} of the {what}"
        about("cases")(f"{words}, which a later case takes")
    if found.undecided:
        rows_words = count_of(found.undecided, "row")
        words = f"a missing value leaves undecided which case holds in {rows_words} of the {what}"
        about("cases")(f"{words}: missing (name them with 'is null' if they are known)")
    if found.unmatched and rule.otherwise is None:
        rows_words = count_of(found.unmatched, "row")
        about("cases")(f"no case holds in {rows_words} of the {what}: missing")


def looked_up(column: pd.Series, table: Mapping[str, str | None]) -> pd.Series:
    """Return what a column's values stand for; missing where the table does not say."""
    meant = [table.get(text) for text in texts_of(column)]
    texts = list(dict.fromkeys(text for text in meant if text is not None))
    place = {text: k for k, text in enumerate(texts)}
    places = np.array([-1 if t is None else place[t] for t in meant] + [-1], np.int64)
    return text_series(places[codes_of(column)], texts, column.index)


def tell_lookup(
    column: pd.Series, table: Mapping[str, str | None], what: str, findings: Findings, path: KeyPath
) -> None:
    """Tell of values that a lookup's table does not have; that it has none of them is a mistake."""
    often = how_often(column)
    lost = {text: n for text, n in often.items() if table.get(text) is None}
    if not lost:
        return
    rows = count_of(sum(lost.values()), "row")
    shown = few(lost, lambda text: f"{brief(text)} ({lost[text]:,})")
    if len(lost) < len(often):
        words = f"the table says nothing of {rows} of the {what}: {shown}"
        findings.notice((*path, "lookup"), f"{words}; read as missing")
        return
    words = f"the table has none of the {what}'s values: {shown}. Its keys: {few(list(table))}"
    findings.mistake((*path, "lookup", "key"), words)
