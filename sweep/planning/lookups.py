"""Lookups: the tables in which variables are looked up, read and checked."""

from collections.abc import Collection

import pandas as pd

from sweep.config import LookupTable, Study
from sweep.data.findings import Findings, KeyPath
from sweep.data.rules import Lookups, every_rule, key_words, lookup_tables
from sweep.planning.columns import named_columns, read_told
from sweep.sources.files import Sources
from sweep.words.numbers import count_of
from sweep.words.values import brief, few

__all__ = ["read_lookups"]


def read_lookups(
    study: Study, sources: Sources, findings: Findings, wanted: Collection[str] | None = None
) -> Lookups:
    """Return what each value becomes, by the key of the lookup; of all, or of ``wanted`` variables.

    Raises
    ------
    Mistaken
        If one of the tables cannot be used: all that is wrong with them is among the findings.
    """
    specs, made = lookup_tables(study), {}
    before = len(findings.mistakes)
    for name, path, _, _ in every_rule(study):
        key, where = key_words((*path, "lookup")), (*path, "lookup")
        if key not in specs or (wanted is not None and name not in wanted):
            continue
        spec, source = specs[key], sources.lookups[key]
        columns = {spec.key: (*where, "key"), spec.value: (*where, "value")}
        with findings.at(*where, "source"):
            if len(named_columns(source, columns, where, findings)) == len(columns):
                made[key] = pairs_in(read_told(source, list(columns), where, findings), spec)
                check_pairs(made[key], spec, where, findings)
    if len(findings.mistakes) > before:
        findings.stop_if_mistaken()
    return {key: {k: own[0] for k, own in pairs.items()} for key, pairs in made.items()}


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
        words = f"{count_of(len(several), 'key')} of {spec.key!r} stand for several values"
        findings.mistake((*path, "key"), f"{words}: {shown}: a key has one")


def either(value: str | None) -> str:
    """Return a value of a lookup in words."""
    return "nothing" if value is None else brief(value)
