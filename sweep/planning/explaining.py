"""Explaining: which notices are told with mistakes: those about the same variable or source."""

from collections.abc import Iterator, Set

from sweep.config import Cases, Study
from sweep.data.findings import Finding, Findings
from sweep.data.rules import every_rule, source_column

__all__ = ["notes_of"]

ANYWHERE = ("survey", "population")
"""Sections of sources: of a mistake in one, all that was told of the source may explain it."""


def notes_of(findings: Findings, study: Study) -> list[str]:
    """Return the notices that may explain a mistake, each once, in their order.

    A value that is read as missing, or that no band holds, is why a variable is missing.
    """
    about = [(mistake, set(names_of(mistake, study))) for mistake in findings.mistakes]
    said = "\n".join(mistake.message for mistake in findings.mistakes)
    told = [
        str(notice)
        for notice in findings.notices
        if notice.message not in said
        and any(may_explain(notice, mistake, names) for mistake, names in about)
    ]
    return list(dict.fromkeys(told))


def may_explain(notice: Finding, mistake: Finding, names: Set[str]) -> bool:
    """Return whether a notice is about what a mistake is about: ``names``, if of variables."""
    if mistake.path[:2] == ("study", "outcomes"):
        same = notice.path[:3] == mistake.path[:3]
        return same and mistake.outcome in {None, notice.outcome}
    if len(mistake.path) > 1 and mistake.path[1] in ANYWHERE:
        return notice.path[:2] == mistake.path[:2]
    if len(notice.path) > 2 and notice.path[1] in {"predictors", "derive"}:
        return notice.path[2] in names
    return any(f"{name!r}" in notice.message for name in names)


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
        waiting += [predictor.column] if predictor is not None and predictor.column else []
        for made, _, _, rule in every_rule(study):
            if made == name:
                waiting += rule.columns if isinstance(rule, Cases) else [source_column(name, rule)]
