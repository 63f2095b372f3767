"""Outcomes: the rules of a config expanded to one outcome per model, and how to select them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from glob import escape
from typing import Any, Protocol

from sweep.config import OutcomeRule, Study
from sweep.data.patterns import Patience
from sweep.errors import DataError, UsageError
from sweep.keys import Json
from sweep.words.names import did_you_mean
from sweep.words.values import clip_name, few

__all__ = ["Outcome", "outcomes_of", "select_outcomes"]


@dataclass(frozen=True)
class Outcome:
    """One dependent variable: which column, which answers, and what readers call it.

    ``label``, ``brand``, ``metric`` and ``tags`` describe; they enter no key of a fit.
    """

    name: str
    column: str
    success: tuple[Any, ...]
    failure: tuple[Any, ...] | None
    dont_know: str
    dont_know_values: tuple[Any, ...]
    base: str | None
    label: str | None
    brand: str | None
    metric: str | None
    tags: tuple[str, ...]

    def coding(self) -> Json:
        """Return what enters the key of this outcome's counts."""
        return {
            "column": self.column,
            "success": list(self.success),
            "failure": None if self.failure is None else list(self.failure),
            "dont_know": self.dont_know,
            "dont_know_values": list(self.dont_know_values),
            "base": self.base,
        }


def outcomes_of(study: Study, columns: Sequence[str]) -> list[Outcome]:
    """Expand the config's rules over the survey's columns, in the rules' order.

    Raises
    ------
    DataError
        If a rule matches no column, its patterns take too long, or two rules make outcomes of one
        name.
    """
    made: dict[str, tuple[Outcome, int]] = {}
    names: list[str] = []
    for number, rule in enumerate(study.outcomes):
        patience = Patience(f"study.outcomes.{number}")
        matched = matching_columns(rule, columns, patience)
        if not matched:
            raise unmatched_error(rule, number, columns)
        check_patterns(rule, number, matched, patience)
        for column in matched:
            outcome = expand(rule, column, patience)
            names.append(outcome.name)
            if any(fnmatchcase(outcome.name, glob) for glob in study.exclude):
                continue
            if outcome.name in made:
                msg = (
                    f"study.outcomes.{made[outcome.name][1]} and study.outcomes.{number} both make "
                    f"an outcome {outcome.name!r}: give one of the rules a name"
                )
                raise DataError(msg)
            made[outcome.name] = (outcome, number)
    check_exclude(study.exclude, names)
    if not made:
        msg = f"study.exclude leaves no outcome: {few(study.exclude)}"
        raise DataError(msg)
    return [outcome for outcome, _ in made.values()]


def matching_columns(rule: OutcomeRule, columns: Sequence[str], patience: Patience) -> list[str]:
    """Return the columns a rule is about, in the survey's order."""
    if rule.match is None:
        column = rule.column or rule.name
        return [column] if column is not None and column in columns else []
    if rule.match.startswith("re:"):
        pattern = rule.match[3:]
        return [c for c in columns if patience.matches(pattern, c)]
    return [c for c in columns if fnmatchcase(c, rule.match)]


def unmatched_error(rule: OutcomeRule, number: int, columns: Sequence[str]) -> DataError:
    """Return the error for a rule that finds no column."""
    wanted = rule.match or rule.column or rule.name or ""
    guess = did_you_mean(wanted, columns, cutoff=0.4)
    return DataError(
        f"study.outcomes.{number}: no column of the survey matches {wanted!r}.{guess} "
        f"Its columns: {few(columns, clip_name)}"
    )


def check_patterns(
    rule: OutcomeRule, number: int, columns: Sequence[str], patience: Patience
) -> None:
    """Refuse a brand or metric whose pattern takes nothing from any of the rule's columns."""
    for key, text in (("brand", rule.brand), ("metric", rule.metric)):
        if text is not None and all(
            field_value(key, text, column, patience) is None for column in columns
        ):
            msg = (
                f"study.outcomes.{number}.{key}: the pattern {text!r} is found in no column of "
                f"this rule, such as {columns[0]!r}: correct it, or remove it"
            )
            raise DataError(msg)


def check_exclude(globs: Sequence[str], names: Sequence[str]) -> None:
    """Refuse a glob that excludes nothing: what it was meant for would be fitted."""
    for index, glob in enumerate(globs):
        if not any(fnmatchcase(name, glob) for name in names):
            guess, there = did_you_mean(glob.strip("*"), names), few(names, clip_name)
            msg = f"study.exclude.{index}: {glob!r} matches no outcome.{guess} There are: {there}"
            raise DataError(msg)


def expand(rule: OutcomeRule, column: str, patience: Patience) -> Outcome:
    """Return the outcome a rule makes of one column."""
    known = {
        "column": column,
        "brand": field_value("brand", rule.brand, column, patience),
        "metric": field_value("metric", rule.metric, column, patience),
    }
    words = {k: v or "" for k, v in known.items()}
    template = rule.name or "{column}"
    name = template if rule.match is None and rule.name else template.format(**words)
    label = None if rule.label is None else rule.label.format(**words, name=name)
    return Outcome(
        name,
        column,
        rule.success,
        rule.failure,
        rule.dont_know,
        rule.dont_know_values,
        rule.base,
        label,
        known["brand"],
        known["metric"],
        rule.tags,
    )


def field_value(key: str, text: str | None, column: str, patience: Patience) -> str | None:
    """Return a literal, or what a pattern's first group takes from the column's name."""
    if text is None or not text.startswith("re:"):
        return text
    return patience.first_group(key, text[3:], column)


class Named(Protocol):
    """What can be selected: an outcome, or a run's entry for one."""

    @property
    def name(self) -> str:
        """Return the outcome's name."""

    @property
    def tags(self) -> Sequence[str]:
        """Return the outcome's tags."""


def select_outcomes[T: Named](
    outcomes: Sequence[T], patterns: Sequence[str], statuses: Mapping[str, str] | None = None
) -> list[T]:
    """Return the outcomes that any pattern selects: a glob, ``tag:NAME`` or ``status:STATE``.

    What is an outcome's very name, as it is or escaped as a glob, selects that outcome alone.

    Raises
    ------
    UsageError
        If a pattern selects nothing: a misspelt name must not end in an empty run.
    """
    if not patterns:
        return list(outcomes)
    chosen: set[str] = set()
    for pattern in patterns:
        kind, _, word = pattern.partition(":")
        if found := {o.name for o in outcomes if pattern in (o.name, escape(o.name))}:
            there = []
        elif kind == "tag":
            found = {o.name for o in outcomes if word in o.tags}
            there = sorted({t for o in outcomes for t in o.tags})
        elif kind == "status":
            found = {o.name for o in outcomes if (statuses or {}).get(o.name) == word}
            there = sorted(set((statuses or {}).values()))
        else:
            found = {o.name for o in outcomes if fnmatchcase(o.name, pattern)}
            there = [o.name for o in outcomes]
        if not found:
            guess = did_you_mean(word or pattern, there)
            msg = f"{pattern!r} matches no outcome.{guess} There are: {few(there, clip_name)}"
            raise UsageError(msg)
        chosen |= found
    return [o for o in outcomes if o.name in chosen]
