"""Refusals: which outcomes a plan's mistakes are about: those alone are not fitted."""

from collections.abc import Sequence

from sweep.config import SweepConfig
from sweep.config.mistakes import misfit_error
from sweep.data.findings import Finding, Findings
from sweep.data.outcomes import Outcome
from sweep.errors import ConfigError
from sweep.planning.explaining import notes_of

__all__ = ["judge", "refused_outcomes"]


def judge(
    config: SweepConfig, outcomes: Sequence[Outcome], findings: Findings
) -> tuple[dict[str, str], ConfigError | None]:
    """Return the outcomes that are refused, each with why, and the error that tells all mistakes.

    The other outcomes can be fitted all the same.

    Raises
    ------
    MistakenConfig
        If no outcome is sound, or something is mistaken that is about none of them.
    """
    if not findings.mistakes:
        return {}, None
    notes = notes_of(findings, config.study)
    error = misfit_error(config.origin, [(m.path, m.message) for m in findings.mistakes], notes)
    refused = refused_outcomes(outcomes, findings)
    known = {subject for outcome in outcomes for subject in (outcome.name, outcome.rule)}
    if len(refused) == len(outcomes) or any(subject_of(m) not in known for m in findings.mistakes):
        raise error
    return refused, error


def refused_outcomes(outcomes: Sequence[Outcome], findings: Findings) -> dict[str, str]:
    """Return the outcomes that mistakes are about, and the first of each: a rule's are all of its.

    A mistake that is about neither is not among them.
    """
    first: dict[str | int | None, int] = {}
    for place, found in enumerate(findings.mistakes):
        first.setdefault(subject_of(found), place)
    places = {o.name: [first[s] for s in (o.name, o.rule) if s in first] for o in outcomes}
    return {name: str(findings.mistakes[min(at)]) for name, at in places.items() if at}


def subject_of(mistake: Finding) -> str | int | None:
    """Return whom a mistake is about: an outcome (its name), a rule (its number), or neither."""
    if mistake.outcome is not None:
        return mistake.outcome
    of_rule = mistake.path[:2] == ("study", "outcomes") and len(mistake.path) > 2
    return mistake.path[2] if of_rule else None
