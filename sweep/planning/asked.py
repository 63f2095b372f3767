"""Asked: whom outcomes were put to: the conditions of bases and screener, and what they show."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from sweep.artifacts.recipes import CountsMeta
from sweep.config import Study
from sweep.data.answers.meaning import Coding
from sweep.data.derivation import seen_by
from sweep.data.findings import Findings, KeyPath
from sweep.data.left_out import tell_left_out, tell_undecided
from sweep.data.outcomes import Outcome
from sweep.data.rules import Rules, columns_seen
from sweep.data.seen import Seen
from sweep.words.numbers import count_of

__all__ = ["Asked", "conditions_of", "look_at", "tell_asked"]

UNIVERSE: KeyPath = ("study", "survey", "universe")


@dataclass(frozen=True)
class Asked:
    """The conditions that outcomes look at: what they see, by name which columns that is made of.

    ``told`` is what was told of each, by the condition's key; ``mistaken`` are the keys of those
    that cannot be put to the survey.
    """

    seen: Seen
    columns: Mapping[str, Sequence[str]]
    told: Mapping[KeyPath, Sequence[str]]
    mistaken: Collection[KeyPath]

    def reads(self, outcome: Outcome) -> list[str]:
        """Return the file's columns that counting an outcome reads."""
        further = [c for name in outcome.names_seen() for c in self.columns.get(name, ())]
        return list(dict.fromkeys([*outcome.answer_columns, *further]))

    def is_mistaken(self, outcome: Outcome) -> bool:
        """Return whether nobody can tell whom an outcome was put to."""
        return UNIVERSE in self.mistaken or key_of(outcome) in self.mistaken

    def told_of(self, outcome: Outcome) -> list[str]:
        """Return what was told of an outcome's own condition."""
        return [*self.told.get(key_of(outcome), ())]


def key_of(outcome: Outcome) -> KeyPath:
    """Return the key of an outcome's own condition, if it has one."""
    if outcome.condition is not None:
        return UNIVERSE
    return ("study", "outcomes", outcome.rule, "base")


def conditions_of(study: Study, outcomes: Sequence[Outcome]) -> dict[KeyPath, str]:
    """Return the conditions that some outcomes look at, each once, by the config's key."""
    rules = sorted({o.rule for o in outcomes if o.condition is None})
    every: dict[KeyPath, str | None] = {UNIVERSE: study.survey.universe}
    every |= {("study", "outcomes", k, "base"): study.outcomes[k].base for k in rules}
    return {path: text for path, text in every.items() if text is not None}


def look_at(
    conditions: Mapping[KeyPath, str],
    respondents: pd.DataFrame,
    rules: Rules,
    available: Collection[str],
    findings: Findings,
    partial: Collection[int] = (),
) -> Asked:
    """Return what conditions see of the respondents, each having been put to them once.

    Of ``partial`` rules not all respondents are looked at: a base of nobody is none of theirs.
    """
    seen = seen_by(conditions.values(), respondents, rules)
    columns: dict[str, list[str]] = {}
    told: dict[KeyPath, list[str]] = {}
    absent = {found.path for found in findings.mistakes}  # names what is not there
    for path, condition in conditions.items():
        columns |= columns_seen(condition, rules, available)
        if path not in absent:
            with findings.at(*path):
                lines = told.setdefault(path, [])
                holds = seen.holds(condition, lines.append)
                if lines and not holds.any() and path[2] not in partial:
                    findings.mistake(path, f"{'; '.join(lines)}: it holds for nobody")
                tell_left_out([seen.expression(condition)], seen.values, lines.append)
                if path != UNIVERSE:
                    tell_undecided(condition, seen, lines.append)
    mistaken = {found.path for found in findings.mistakes}
    return Asked(seen, columns, told, [path for path in conditions if path in mistaken])


def tell_asked(
    counted: Sequence[tuple[Outcome, CountsMeta]],
    codings: Mapping[str, Coding],
    findings: Findings,
) -> None:
    """Tell what the conditions of counted outcomes show, each once, and of whom nobody can tell.

    What was told when an outcome was counted is in its counts.
    """
    told: dict[KeyPath, dict[str, None]] = {}
    tell_who_qualifies(counted, codings, findings)
    for outcome, meta in counted:
        read = meta["read"]
        told.setdefault(key_of(outcome), {}).update(dict.fromkeys(read.get("asked", ())))
        open_ = codings[outcome.name].missing if outcome.condition is not None else 0
        if open_:
            people = count_of(open_, "respondent")
            words = f"a missing value leaves undecided whether {people} qualify"
            message = f"{words}: their incidence is not counted, and no other answer of theirs is"
            findings.notice(UNIVERSE, message)
    for path, messages in told.items():
        for message in messages:
            findings.notice(path, message)


def tell_who_qualifies(
    counted: Sequence[tuple[Outcome, CountsMeta]],
    codings: Mapping[str, Coding],
    findings: Findings,
) -> None:
    """Tell that all qualify: who does not is in no file then. That nobody does is a mistake."""
    for outcome, meta in ((o, m) for o, m in counted if o.condition is not None):
        coding = codings[outcome.name]
        people = count_of(coding.n, "respondent")
        if coding.n == coding.y > 0:
            words = (
                f"all {people} qualify: those who were screened out are not in the file. The "
                "incidence is these respondents' alone, not the population's: add the others' "
                "rows, or write this as study.survey.filter"
            )
            findings.notice(UNIVERSE, words)
        elif coding.n and not coding.y:
            lines = "; ".join(meta["read"].get("asked", ()))
            words = f"none of {people} qualifies: nobody is left to be counted"
            findings.mistake(UNIVERSE, f"{lines}: {words}" if lines else words)
