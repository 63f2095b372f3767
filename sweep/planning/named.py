"""Named: the answers that a plan's outcomes name and the survey's file calls missing."""

from collections.abc import Mapping, Sequence

from sweep.config import Study
from sweep.data.answers.meaning import Coding
from sweep.data.answers.named_missing import named_missing
from sweep.data.answers.told import columns_words, counted_words
from sweep.data.codebook import Codebook
from sweep.data.findings import Findings
from sweep.data.outcomes import Outcome

__all__ = ["Named", "named_by", "tell_named"]

type Named = Mapping[str, tuple[str, ...]]
"""Codes that count though the file calls them missing, by outcome."""


def named_by(study: Study, outcomes: Sequence[Outcome], book: Codebook) -> Named:
    """Return which codes outcomes of one answer name that the survey's file calls missing."""
    single = [o for o in outcomes if o.block is None and o.condition is None]
    found = {o.name: named_missing(o, book.of(o.column), study.survey.values) for o in single}
    return {name: codes for name, codes in found.items() if codes}


def tell_named(
    outcomes: Sequence[Outcome],
    named: Named,
    codings: Mapping[str, Coding],
    book: Codebook,
    findings: Findings,
) -> None:
    """Tell of answers that count though the file calls them missing, rule by rule."""
    told: dict[int, dict[str, dict[str, int]]] = {}
    for outcome in (o for o in outcomes if o.name in named):
        labels = book.of(outcome.column).values
        shown = {text for code in named[outcome.name] for text in (code, labels.get(code, code))}
        found = {a.text: a.count for a in codings[outcome.name].answers if a.text in shown}
        if found:
            told.setdefault(outcome.rule, {})[outcome.column] = found
    for rule, columns in told.items():
        words = "; ".join(counted_words(found) for found in list(columns.values())[:1])
        findings.notice(
            ("study", "outcomes", rule),
            f"{columns_words(list(columns))}: the file calls {words} missing, and this rule says "
            "what it counts as",
        )
