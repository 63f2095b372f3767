"""Coding: what every answer of a run counted as, and what its data showed of its config."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweep.artifacts.contents import get_coding
from sweep.data.answers.meaning import Coding, Meaning
from sweep.data.answers.table import CodedOutcome, QuestionTable, is_withheld, question_tables
from sweep.journal.entries import Entry
from sweep.journal.run_plan import RunPlan
from sweep.keys import Json
from sweep.store import NotStored, Store
from sweep.store.concurrency import concurrently

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["coding_of", "notices_of", "questions_of"]

COLUMNS = ("outcome", "answer", "label", "n", "meaning", "in_base", "said")


def coding_of(store: Store, plan: RunPlan) -> "pd.DataFrame":
    """Return one row per outcome and answer, and one for those without an answer.

    ``meaning`` is ``yes``, ``no``, ``don't know``, ``not asked`` or ``missing``.
    ``n`` is missing where the outcome's base is below the study's minimum: withheld.
    """
    import pandas as pd

    least = int(plan.study["minimum_base"])
    found = codings_of(store, plan.entries)
    rows = [row for entry, coding in found for row in rows_of(entry, coding, least)]
    kinds = {"n": "Int64", "in_base": "bool", "said": "bool"}
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(kinds)


def questions_of(store: Store, plan: RunPlan) -> tuple[QuestionTable, ...]:
    """Return what each answer of a run counts as, a table per rule; of earlier versions nothing."""
    coded = [
        CodedOutcome(entry.name, entry.name, entry.rule, coding)
        for entry, coding in codings_of(store, [e for e in plan.entries if e.rule is not None])
        if entry.rule is not None
    ]
    return tuple(question_tables(coded, plan.study["minimum_base"]))


def codings_of(store: Store, entries: Sequence[Entry]) -> list[tuple[Entry, Coding]]:
    """Return some outcomes with their codings, but for those that could not be counted."""

    def coding(entry: Entry) -> Coding | None:
        try:
            return get_coding(store, entry.counts)
        except NotStored:
            if entry.failure is None:
                raise
            return None  # its answers were refused

    found = concurrently(coding, entries)
    return [(e, c) for e, c in zip(entries, found, strict=True) if c is not None]


def rows_of(entry: Entry, coding: Coding, minimum_base: int) -> list[Json]:
    """Return the rows of one outcome; who is outside its base has none."""
    hidden = is_withheld(coding, minimum_base)
    rows: list[Json] = [
        {
            "outcome": entry.name,
            "answer": answer.text,
            "label": answer.label,
            "n": None if hidden else answer.count,
            "meaning": str(answer.meaning),
            "in_base": answer.in_base,
            "said": answer.said,
        }
        for answer in coding.answers
    ]
    if coding.missing:
        missing = None if hidden else coding.missing
        nobody: Json = {"outcome": entry.name, "answer": None, "label": None, "n": missing}
        rows.append({**nobody, "meaning": str(Meaning.MISSING), "in_base": False, "said": False})
    return rows


def notices_of(plan: RunPlan) -> "pd.DataFrame":
    """Return what was inferred of a run's data, and what is worth a look: one row per notice."""
    import pandas as pd

    rows = [(n.key, n.outcome, n.message) for n in plan.notices]
    return pd.DataFrame(rows, columns=["key", "outcome", "message"])
