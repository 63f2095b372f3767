"""Outcomes: the rules of a config expanded to one outcome per model, and how to select them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from glob import escape
from typing import Protocol

from sweep.config import OutcomeRule, Study
from sweep.data.codebook import Codebook
from sweep.data.findings import Findings, MistakeAt
from sweep.data.option_missing import with_missing
from sweep.data.options import Texts, option_outcomes
from sweep.data.outcome import NO_RULE, Outcome
from sweep.data.patterns import Patience
from sweep.errors import DataError, UsageError
from sweep.expression import columns as columns_of
from sweep.expression import parse
from sweep.words.names import did_you_mean, names_meant
from sweep.words.values import clip_name, few

__all__ = ["RULES", "UNIVERSE", "Outcome", "matching_columns", "outcomes_of", "select_outcomes"]

RULES = ("study", "outcomes")

UNIVERSE = "universe"
"""The outcome that says who qualifies, in a study with a screener."""


def outcomes_of(
    study: Study,
    columns: Sequence[str],
    book: Codebook = Codebook(),  # noqa: B008 # frozen
    texts: Texts | None = None,
    findings: Findings | None = None,
) -> list[Outcome]:
    """Expand the config's rules over the survey's columns, in the rules' order.

    Parameters
    ----------
    book
        What the survey's file says of its columns, under the study's names.
    texts
        Gives the different answers in a column, for questions of several answers: their options
        are what occurs.
    findings
        Gets the mistakes: a rule that matches no column, patterns that take too long, two rules
        that make outcomes of one name, a question of several answers that has no options.

    Raises
    ------
    DataError
        If there are mistakes, and no ``findings`` to tell them.
    """
    found = Findings() if findings is None else findings
    before, made = len(found.mistakes), list[Outcome]()
    there = dict.fromkeys(columns)  # a list of ten thousand is long to look through for each
    for number, rule in enumerate(study.outcomes):
        with found.at(*RULES, number):
            options = outcomes_by_rule(rule, number, there, book, texts)
            made += worded(with_missing(options, book, study.survey.missing_values), book)
    if len(found.mistakes) == before:  # else what is to be excluded may be what could not be made
        made = not_excluded(study.exclude, made, found)
    refuse_twins(made, found)
    if findings is None and found.mistakes:
        raise DataError("\n".join(map(str, found.mistakes)))
    return of_qualifiers(study.survey.universe, made, found)


def worded(outcomes: Sequence[Outcome], book: Codebook) -> list[Outcome]:
    """Return outcomes with what the survey's file says of their columns."""
    return [replace(outcome, wording=book.of(outcome.column).label) for outcome in outcomes]


def of_qualifiers(
    universe: str | None, outcomes: list[Outcome], findings: Findings
) -> list[Outcome]:
    """Return outcomes asked of those who qualify only, after that of who does.

    That another outcome has taken its name is a mistake.
    """
    if universe is None:
        return outcomes
    for outcome in outcomes:
        if outcome.name == UNIVERSE:
            words = f"study.survey.universe makes an outcome {UNIVERSE!r}: give this another name"
            findings.mistake((*RULES, outcome.rule), words)
    who = Outcome(
        name=UNIVERSE,
        column=min(columns_of(parse(universe))),
        success=("true",),
        failure=("false",),
        dont_know=None,
        dont_know_values=None,
        base=None,
        label=f"Qualifies: {universe}",
        brand=None,
        metric=None,
        tags=(),
        rule=NO_RULE,
        condition=universe,
    )
    return [who, *(replace(o, base=both(universe, o.base)) for o in outcomes)]


def both(first: str, second: str | None) -> str:
    """Return the condition that two conditions hold, if there are two."""
    return first if second is None else f"({first}) and ({second})"


def refuse_twins(outcomes: Sequence[Outcome], findings: Findings) -> None:
    """Refuse two outcomes of one name; of two rules, once."""
    first: dict[str, Outcome] = {}
    told: set[tuple[int, int]] = set()
    for outcome in outcomes:
        other = first.setdefault(outcome.name, outcome)
        if other is not outcome and (other.rule, outcome.rule) not in told:
            told.add((other.rule, outcome.rule))
            words = (
                f"study.outcomes.{other.rule} and study.outcomes.{outcome.rule} both make "
                f"an outcome {outcome.name!r}: give one of the rules a name"
            )
            findings.mistake((*RULES, outcome.rule), words)


def outcomes_by_rule(
    rule: OutcomeRule, number: int, columns: Collection[str], book: Codebook, texts: Texts | None
) -> list[Outcome]:
    """Return the outcomes of one rule, those that are excluded too."""
    patience = Patience((*RULES, number))
    if rule.set is not None:
        matched = columns_of_set(rule.set, number, book)
    else:
        matched = matching_columns(rule, columns, patience)
    if not matched:
        raise unmatched_error(rule, number, columns)
    check_patterns(rule, number, matched, patience)
    made = [replace(expand(rule, column, patience), rule=number) for column in matched]
    if rule.kind == "binary":
        return made
    return option_outcomes(rule, number, made, book, texts)


def columns_of_set(name: str, number: int, book: Codebook) -> list[str]:
    """Return the columns of a response set of the survey's file, or refuse its name."""
    if name in book.sets:
        return list(book.sets[name].columns)
    guess, there = did_you_mean(name, book.sets), few(list(book.sets), clip_name)
    msg = f"the survey has no set {name!r}.{guess} It has: {there}"
    raise MistakeAt((*RULES, number, "set"), msg)


def matching_columns(rule: OutcomeRule, columns: Collection[str], patience: Patience) -> list[str]:
    """Return the columns a rule is about, in the survey's order."""
    if rule.match is None:
        column = rule.column or rule.name
        return [column] if column is not None and column in columns else []
    if rule.match.startswith("re:"):
        pattern = rule.match[3:]
        return [c for c in columns if patience.matches(pattern, c)]
    return names_meant(rule.match, columns)


def unmatched_error(rule: OutcomeRule, number: int, columns: Collection[str]) -> MistakeAt:
    """Return the error for a rule that finds no column."""
    wanted = rule.match or rule.column or rule.name or ""
    guess = did_you_mean(wanted, columns, cutoff=0.4)
    return MistakeAt(
        (*RULES, number),
        f"no column of the survey matches {wanted!r}.{guess} "
        f"Its columns: {few(columns, clip_name)}",
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
                f"the pattern {text!r} is found in no column of this rule, such as "
                f"{columns[0]!r}: correct it, or remove it"
            )
            raise MistakeAt((*RULES, number, key), msg)


def not_excluded(
    globs: Sequence[str], outcomes: Sequence[Outcome], findings: Findings
) -> list[Outcome]:
    """Return the outcomes that globs do not exclude; one that excludes nothing is a mistake.

    What it was meant for would be fitted.
    """
    names = list(dict.fromkeys(outcome.name for outcome in outcomes))
    excluded: set[str] = set()
    for index, glob in enumerate(globs):
        meant = names_meant(glob, names)
        excluded |= {*meant}
        if not meant:
            guess, there = did_you_mean(glob.strip("*"), names), few(names, clip_name)
            msg = f"{glob!r} matches no outcome.{guess} There are: {there}"
            findings.mistake(("study", "exclude", index), msg)
    kept = [outcome for outcome in outcomes if outcome.name not in excluded]
    if not kept:
        findings.mistake(("study", "exclude"), f"leaves no outcome: {few(globs)}")
    return kept


def expand(rule: OutcomeRule, column: str, patience: Patience) -> Outcome:
    """Return the outcome a rule makes of one column."""
    known = {
        "column": column,
        "brand": field_value("brand", rule.brand, column, patience),
        "metric": field_value("metric", rule.metric, column, patience),
    }
    words = {k: v or "" for k, v in known.items()}
    plain = rule.kind == "binary"  # of several answers, option by option
    template = rule.name or "{column}"
    name = template.format(**words) if plain and (rule.match or not rule.name) else template
    label = rule.label.format(**words, name=name) if plain and rule.label is not None else None
    return Outcome(
        name,
        column,
        rule.success or (),
        rule.failure,
        rule.dont_know,
        rule.dont_know_values,
        rule.base,
        label,
        known["brand"],
        known["metric"],
        rule.tags,
        not_asked=rule.not_asked,
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
            found = {*names_meant(pattern, [o.name for o in outcomes])}
            there = [o.name for o in outcomes]
        if not found:
            guess = did_you_mean(word or pattern, there)
            msg = f"{pattern!r} matches no outcome.{guess} There are: {few(there, clip_name)}"
            raise UsageError(msg)
        chosen |= found
    return [o for o in outcomes if o.name in chosen]
