"""Explaining: which notices are told with mistakes: those about the same variable or source."""

from collections.abc import Iterator

from sweep.config import Apart, Cut, Recode, Study
from sweep.data.findings import Finding, Findings

__all__ = ["notes_of"]

ANYWHERE = ("survey", "population")
"""Sections of sources: of a mistake in one, all that was told of the source may explain it."""


def notes_of(findings: Findings, study: Study) -> list[str]:
    """Return the notices that may explain a mistake, each once, in their order.

    A value that is read as missing, or that no band holds, is why a variable is missing.
    """
    said = [mistake.message for mistake in findings.mistakes]
    told = [
        str(notice)
        for notice in findings.notices
        if any(may_explain(notice, mistake, study) for mistake in findings.mistakes)
        and not any(notice.message in message for message in said)
    ]
    return list(dict.fromkeys(told))


def may_explain(notice: Finding, mistake: Finding, study: Study) -> bool:
    """Return whether a notice is about what a mistake is about."""
    if mistake.path[:2] == ("study", "outcomes"):
        same = notice.path[:3] == mistake.path[:3]
        return same and mistake.outcome in {None, notice.outcome}
    if len(mistake.path) > 1 and mistake.path[1] in ANYWHERE:
        return notice.path[:2] == mistake.path[:2]
    named = set(names_of(mistake, study))
    if len(notice.path) > 2 and notice.path[1] in {"predictors", "derive"}:
        return notice.path[2] in named
    return any(f"{name!r}" in notice.message for name in named)


def names_of(mistake: Finding, study: Study) -> Iterator[str]:
    """Yield the variable that a mistake is about, and the columns that it is made of."""
    if len(mistake.path) < 3 or mistake.path[1] not in {"predictors", "derive", "groups"}:
        return
    waiting, seen = [str(mistake.path[2])], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:  # a predictor may have the name of a column that it is derived from
            continue
        seen.add(name)
        yield name
        predictor = study.predictors.get(name)
        if predictor is not None and predictor.column not in {None, name}:
            waiting.append(str(predictor.column))
        rule = study.derive.get(name)
        for one in (rule.survey, rule.population) if isinstance(rule, Apart) else (rule,):
            source = one.cut if isinstance(one, Cut) else None
            source = one.column if isinstance(one, Recode) else source
            if source not in {None, name}:
                waiting.append(str(source))
