"""Lookups: the tables in which variables are looked up, read and checked; rules without columns."""

import pandas as pd

from sweep.config import Cases, LookupTable, Study
from sweep.data.findings import Findings, KeyPath
from sweep.data.rules import (
    Lookups,
    Whose,
    every_rule,
    lookup_tables,
    resolve,
    rules_of,
    source_column,
)
from sweep.planning.columns import named_columns, read_told
from sweep.sources.files import Sources, words
from sweep.sources.tables import column_names
from sweep.words.names import did_you_mean
from sweep.words.numbers import count_of
from sweep.words.values import brief, clip_name, few

__all__ = ["read_lookups", "refuse_idle_rules"]


def read_lookups(study: Study, sources: Sources, findings: Findings) -> Lookups:
    """Return what each value becomes, by the key of the lookup's table.

    Raises
    ------
    Mistaken
        If one of the tables cannot be used: all that is wrong with them is among the findings.
    """
    made: dict[KeyPath, dict[str, list[str | None]]] = {}
    before = len(findings.mistakes)
    for path, spec in lookup_tables(study).items():
        source = sources.lookups[words(path[1:])]
        columns = {spec.key: (*path, "key"), spec.value: (*path, "value")}
        with findings.at(*path, "source"):
            if len(named_columns(source, columns, path, findings)) == len(columns):
                made[path] = pairs_in(read_told(source, list(columns), path, findings), spec)
                check_pairs(made[path], spec, path, findings)
    if len(findings.mistakes) > before:
        findings.stop_if_mistaken()
    return {path: {k: own[0] for k, own in pairs.items()} for path, pairs in made.items()}


def pairs_in(table: pd.DataFrame, spec: LookupTable) -> dict[str, list[str | None]]:
    """Return the different values that a table has for each key, None where it has none."""
    pairs = table[[spec.key, spec.value]].astype(object).drop_duplicates()
    found: dict[str, list[str | None]] = {}
    for key, value in pairs.itertuples(index=False):
        if not pd.isna(key):
            found.setdefault(str(key), []).append(None if pd.isna(value) else str(value))
    return found


def check_pairs(
    pairs: dict[str, list[str | None]], spec: LookupTable, path: KeyPath, findings: Findings
) -> None:
    """Refuse a table without keys, and keys that stand for several values."""
    if not pairs:
        findings.mistake((*path, "key"), f"column {spec.key!r} of the table holds no value")
    several = {key: values for key, values in pairs.items() if len(values) > 1}
    if several:
        shown = few(several, lambda key: f"{brief(key)} ({few(several[key], either)})")
        keys = f"{count_of(len(several), 'key')} of {spec.key!r} stand for several values"
        findings.mistake((*path, "key"), f"{keys}: {shown}: a key has one")


def either(value: str | None) -> str:
    """Return a value of a lookup in words."""
    return "nothing" if value is None else brief(value)


def refuse_idle_rules(study: Study, sources: Sources, findings: Findings) -> None:
    """Refuse rules that no table has the columns for: a misspelt one would leave all as it is.

    Raises
    ------
    DataError
        If a source cannot be read.
    """
    tables: list[tuple[Whose, list[str]]] = [("survey", column_names(sources.survey))]
    tables += [("population", column_names(own)) for own in sources.population.values()]
    for name, path, whose, rule in every_rule(study):
        there = [(what, names) for what, names in tables if what in (whose or what)]
        made = [resolve(name, rules_of(study, what), names) for what, names in there]
        if not there or any(one is not None and one.rule is not None for one in made):
            continue
        needed = rule.columns if isinstance(rule, Cases) else [source_column(name, rule)]
        known = list(dict.fromkeys([*(n for _, names in there for n in names), *study.derive]))
        lacking = [column for column in needed if column not in known] or list(needed)
        guess, others = did_you_mean(lacking[0], known), few(known, clip_name)
        of = "neither survey nor population has" if whose is None else f"the {whose} has not"
        findings.mistake(path, f"{of} {few(lacking)} to make it of.{guess} There are: {others}")
