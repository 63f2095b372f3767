"""Rules: what a name means in one table of a study: a column of its file, or what is made of some.

A condition's name means the predictor of that name, else the derived variable, else the file's
column. A rule's ``cut``, ``column`` and ``from`` mean the file's column, where it has one; its
cases look at derived variables first. What names itself means the file's column.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sweep.config import Apart, Cases, Cut, LookupTable, Predictor, Study
from sweep.config.derive import Lookup, Rule
from sweep.data.findings import KeyPath
from sweep.expression import columns as columns_of
from sweep.expression import parse
from sweep.words.text import fold

__all__ = [
    "Lookups",
    "Made",
    "Orders",
    "Rules",
    "Whose",
    "columns_in",
    "columns_seen",
    "declared_orders",
    "every_rule",
    "lookup_tables",
    "resolve",
    "rules_of",
    "source_column",
]

type Whose = Literal["survey", "population"]
type Orders = Mapping[str, tuple[str, ...]]
type Lookups = Mapping[KeyPath, Mapping[str, str | None]]
"""What each value becomes, None where the table leaves it open; by the table's config key."""


@dataclass(frozen=True)
class Rules:
    """How one table's variables are made: ``made`` by name, ``paths`` are the rules' config keys.

    ``here`` is the key of the table's section.
    """

    study: Study
    what: Whose
    made: Mapping[str, Rule]
    paths: Mapping[str, KeyPath]
    lookups: Lookups
    here: KeyPath

    def column_of(self, name: str) -> str:
        """Return the derived variable or column that a name in a condition means."""
        predictor = self.study.predictors.get(name)
        return name if predictor is None else predictor.column or name


@dataclass(frozen=True)
class Made:
    """How a variable is made in a table: by its rule of others, or as the file's own column."""

    name: str
    rule: Rule | None = None
    of: Mapping[str, "Made"] = field(default_factory=dict)


def rules_of(
    study: Study, what: Whose, lookups: Lookups | None = None, here: KeyPath | None = None
) -> Rules:
    """Return the rules of a study for its survey or a table of its population."""
    mine = [
        (n, path, rule) for n, path, whose, rule in every_rule(study) if what in (whose or what)
    ]
    made, paths = {n: rule for n, _, rule in mine}, {n: path for n, path, _ in mine}
    return Rules(study, what, made, paths, lookups or {}, here or ("study", what))


def every_rule(study: Study) -> Iterator[tuple[str, KeyPath, Whose | None, Rule]]:
    """Yield each rule: the variable's name, the rule's key, and whose it is if not of both."""
    for name, derived in study.derive.items():
        path = ("study", "derive", name)
        if not isinstance(derived, Apart):
            yield name, path, None, derived
            continue
        if derived.survey is not None:
            yield name, (*path, "survey"), "survey", derived.survey
        if derived.population is not None:
            yield name, (*path, "population"), "population", derived.population


def lookup_tables(study: Study) -> dict[KeyPath, LookupTable]:
    """Return the tables in which variables are looked up, by their keys."""
    return {
        (*path, "lookup"): rule.lookup
        for _, path, _, rule in every_rule(study)
        if isinstance(rule, Lookup)
    }


def source_column(name: str, rule: Rule) -> str:
    """Return the one column that a rule without cases names, or means by its own name."""
    if isinstance(rule, Cut):
        return rule.cut
    return name if isinstance(rule, Cases) else rule.column or name


def resolve(
    name: str, rules: Rules, available: Collection[str], within: frozenset[str] = frozenset()
) -> Made | None:
    """Return how a derived variable, or a column, is made of the ``available`` columns of a file.

    None if it cannot be. A file that lacks what a rule takes, and has the variable itself, is taken
    at its word: a census comes with age bands, the survey with ages. What is ``within`` is being
    made: it means the file's column.
    """
    own = Made(name) if name in available else None
    rule = None if name in within else rules.made.get(name)
    if rule is None:
        return own
    deeper = within | {name}
    if isinstance(rule, Cases):
        parts = {other: resolve(other, rules, available, deeper) for other in rule.columns}
        there = {other: part for other, part in parts.items() if part is not None}
        return Made(name, rule, there) if len(there) == len(parts) else own
    source = source_column(name, rule)
    if source in available:
        return Made(name, rule, {source: Made(source)})
    part = resolve(source, rules, available, deeper) if own is None else None
    return own if part is None else Made(name, rule, {source: part})


def columns_in(made: Made) -> list[str]:
    """Return the file's columns that a variable is made of."""
    if made.rule is None:
        return [made.name]
    return list(dict.fromkeys(c for part in made.of.values() for c in columns_in(part)))


def columns_seen(condition: str, rules: Rules, available: Collection[str]) -> dict[str, list[str]]:
    """Return by each name in a condition the file's columns that it is made of; none if it is not.

    In letter order of the names.
    """
    found = {}
    for name in sorted(columns_of(parse(condition))):
        made = resolve(rules.column_of(name), rules, available)
        found[name] = [] if made is None else columns_in(made)
    return found


def declared_orders(study: Study) -> dict[str, tuple[str, ...]]:
    """Return the levels of the variables whose order the study declares."""
    declared = {
        name: tuple(fold(level) for level in predictor.levels)
        for name, predictor in study.predictors.items()
        if predictor.levels is not None
    }
    by_column = {p.column or name: name for name, p in study.predictors.items()}
    bands: dict[str, tuple[str, ...]] = {}
    for name, _, _, rule in every_rule(study):
        predictor = study.predictors.get(by_column.get(name, name), Predictor())
        if isinstance(rule, Cut) and predictor.levels is None:
            labels = tuple(fold(label) for label in rule.labels)
            bands |= {name: labels, by_column.get(name, name): labels}
    return bands | declared
