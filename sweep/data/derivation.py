"""Derivation: new variables from a table's columns, by the rules of the study."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from sweep.config import Cases, Cut, Lookup, Recode, Rule, Study
from sweep.config.section import KEY
from sweep.data.bands import band_of, refuse_labels, tell_bands
from sweep.data.cases import looked_up, sort_rows, tell_cases, tell_lookup
from sweep.data.columns import how_often, number_words, numbers_in, renamed, text_series
from sweep.data.findings import Findings, KeyPath
from sweep.data.rules import (
    Made,
    Rules,
    declared_orders,
    every_rule,
    resolve,
)
from sweep.data.seen import Seen
from sweep.expression import columns as columns_of
from sweep.expression import parse
from sweep.words.names import did_you_mean
from sweep.words.numbers import count_of
from sweep.words.text import fold, number_of
from sweep.words.values import brief, few

__all__ = ["derive", "recoded_values", "refuse_idle_recodes", "seen_by", "tell_made"]

CODES = (98.0, 99.0, 998.0, 999.0)
"""Numbers by which surveys write that there was no answer."""

APART = 5.0  # how far such a number is from the next below it, where it is no age


def derive(name: str, table: pd.DataFrame, rules: Rules) -> pd.Series | None:
    """Return one variable (row,), None if the table has nothing to make it from."""
    made = resolve(name, rules, table.columns)
    return None if made is None else values_of(made, table, rules)


def values_of(made: Made, table: pd.DataFrame, rules: Rules) -> pd.Series:
    """Return the values (row,) of what is made of a table's columns."""
    rule = made.rule
    if rule is None:
        return table[made.name]
    given = {name: values_of(part, table, rules) for name, part in made.of.items()}
    if isinstance(rule, Cases):
        return sort_rows(rule, cases_see(given, rules)).column
    (column,) = given.values()
    if isinstance(rule, Cut):
        return cut(column, rule)
    if isinstance(rule, Lookup):
        return looked_up(column, lookup_of(made.name, rules))
    return renamed(column, {fold(old): fold(new) for old, new in rule.recode.items()})


def cases_see(given: Mapping[str, pd.Series], rules: Rules) -> Seen:
    """Return what cases see: their columns; what only a predictor is called has no order here."""
    orders = declared_orders(rules.study)
    return Seen(given, {n: own for n, own in orders.items() if rules.column_of(n) == n})


def lookup_of(name: str, rules: Rules) -> Mapping[str, str | None]:
    """Return what each value becomes in the lookup of a variable."""
    return rules.lookups[*rules.paths[name], "lookup"]


def seen_by(conditions: Iterable[str], table: pd.DataFrame, rules: Rules) -> Seen:
    """Return what some conditions see of a table; a name that it has nothing for is left out."""
    names = sorted({name for text in conditions for name in columns_of(parse(text))})
    made = {name: derive(rules.column_of(name), table, rules) for name in names}
    values = {name: column for name, column in made.items() if column is not None}
    others = {str(name): table[name] for name in table.columns if name not in made}
    return Seen({**others, **values}, declared_orders(rules.study))


def recoded_values(
    table: pd.DataFrame, names: Iterable[str], rules: Rules
) -> dict[str, tuple[str, ...]]:
    """Return what a table holds in the columns from which some variables are recoded."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        made = resolve(name, rules, table.columns)
        if made is not None and isinstance(made.rule, Recode):
            (part,) = made.of.values()
            found[name] = tuple(how_often(values_of(part, table, rules)))
    return found


def refuse_idle_recodes(
    study: Study,
    survey: Mapping[str, Collection[str]],
    population: Mapping[str, Collection[str]],
    findings: Findings,
) -> None:
    """Refuse to recode a value that no table holds: what was meant would stay as it is.

    ``survey`` and ``population`` are, by variable, the values that it is recoded from.
    """
    tables = {"survey": survey, "population": population}
    for name, path, whose, rule in every_rule(study):
        found = [tables[what] for what in tables if what in (whose or what)]
        there = list(dict.fromkeys(text for table in found for text in table.get(name, ())))
        if not isinstance(rule, Recode) or not there:
            continue
        holds = "neither survey nor population holds" if whose is None else f"the {whose} lacks"
        for old in rule.recode:
            if fold(old) not in there:
                guess = did_you_mean(fold(old), there)
                findings.mistake(
                    (*path, "recode", old, KEY),
                    f"{holds} {brief(old)}.{guess} "
                    f"{'They hold' if whose is None else 'It holds'}: {few(there)}",
                )


def cut(column: pd.Series, rule: Cut) -> pd.Series:
    """Return the label of the band each number lies in; missing outside of all, and for text."""
    codes = band_of(numbers_in(column), rule)
    return text_series(codes, [fold(label) for label in rule.labels], column.index)


def suspect_codes(column: pd.Series, rule: Cut) -> dict[str, int]:
    """Return values in an open last band that look like codes for no answer, with their counts.

    Those beyond twice the last edge, and 98, 99, 998 or 999; where they stand apart from the rest:
    with a last edge of 35 there are people of 90, and some of 89.
    """
    if len(rule.labels) < len(rule.at):  # closed: what lies outside is missing
        return {}
    often = {number_of(text): (text, n) for text, n in how_often(column).items()}
    values = sorted(v for v in often if v is not None)
    last = rule.at[-1]
    far = beyond(values, last)
    codes = [v for v in values if v in CODES and v >= last and v not in far]
    rest = [v for v in values if v not in far and v not in codes]
    apart = [v for v in codes if rest and v - rest[-1] > APART]
    return dict(often[v] for v in [*apart, *far])


def beyond(values: Sequence[float], last: float) -> list[float]:
    """Return the ascending values from the first beyond twice an edge, further than it apart.

    All, if the first is beyond it: years of birth are no ages.
    """
    if values and last > 0 and values[0] > 2 * last:
        return list(values)
    for below, value in pairwise(values):
        if last > 0 and value > 2 * last and value - below > last:
            return [v for v in values if v >= value]
    return []


def refuse_codes(
    column: pd.Series, rule: Cut, what: str, findings: Findings, path: KeyPath
) -> None:
    """Refuse numbers that may mean no answer, until the config says what they are."""
    found = suspect_codes(column, rule)
    shown = few(found, lambda text: f"{text} ({count_of(found[text], 'row')})")
    if found and sum(found.values()) == np.isfinite(numbers_in(column)).sum():
        findings.mistake(
            path,
            f"the {what}'s column {rule.cut!r} has no value below twice the last edge "
            f"({rule.at[-1]:g}), and all would lie in {rule.labels[-1]!r}: {shown}. Are these years"
            " of birth, or another unit? Write the edges in what the column holds",
        )
    elif found:
        findings.mistake(
            path,
            f"the {what}'s column {rule.cut!r} has values far above the rest, which would all lie "
            f"in {rule.labels[-1]!r}: {shown}. Name them in study.{what}.missing_values, or close "
            f"the last band with one edge more in 'at'",
        )


def tell_outside(
    column: pd.Series, rule: Cut, what: str, findings: Findings, path: KeyPath
) -> None:
    """Tell of numbers outside of all bands: they are missing."""
    low = -np.inf if len(rule.labels) > len(rule.at) else rule.at[0]
    high = rule.at[-1] if len(rule.labels) < len(rule.at) else np.inf
    outside = {
        text: n
        for text, n in how_often(column).items()
        if (v := number_of(text)) is not None and not low <= v < high
    }
    if outside:
        rows = count_of(sum(outside.values()), "row")
        findings.notice(
            path,
            f"the {what}'s column {rule.cut!r} lies outside of all bands in {rows} "
            f"({few(list(outside))}): read as missing",
        )


def tell_made(name: str, table: pd.DataFrame, rules: Rules, findings: Findings) -> None:
    """Tell of rows of which a variable's rule makes nothing, and of those it is made of."""
    made = resolve(name, rules, table.columns)
    waiting = [] if made is None else [made]
    while waiting:
        one = waiting.pop()
        waiting += one.of.values()
        if one.rule is not None:
            tell_one(one, one.rule, table, rules, findings)


def tell_one(made: Made, rule: Rule, table: pd.DataFrame, rules: Rules, findings: Findings) -> None:
    """Tell of rows of which a rule makes nothing."""
    given = {name: values_of(part, table, rules) for name, part in made.of.items()}
    path, what, least = rules.paths[made.name], rules.what, rules.study.minimum_base
    if isinstance(rule, Cases):
        tell_cases(rule, cases_see(given, rules), what, findings, path)
    elif isinstance(rule, Lookup):
        (column,) = given.values()
        tell_lookup(column, lookup_of(made.name, rules), what, findings, path)
    elif isinstance(rule, Cut):
        (column,) = given.values()
        tell_uncut(column, rule, what, findings, (*path, "cut"))
        tell_bands(column, rule, what, findings, (*path, "at"), least)


def tell_uncut(column: pd.Series, rule: Cut, what: str, findings: Findings, path: KeyPath) -> None:
    """Tell of values that should be cut and are no numbers."""
    refuse_codes(column, rule, what, findings, path)
    refuse_labels(rule, findings, (*path[:-1], "labels"))
    tell_outside(column, rule, what, findings, path)
    wrong = column.notna().to_numpy() & ~np.isfinite(numbers_in(column))
    if not wrong.any():
        return
    message = f"the {what}'s column {rule.cut!r} holds no number to cut: "
    message += number_words(column, wrong)
    if wrong.sum() == column.notna().sum():
        findings.mistake(path, message)
    else:
        findings.notice(path, f"{message}; read as missing")
