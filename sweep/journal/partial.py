"""Partial: the words for a run of a part of a sweep, by `--limit`, `--select` or `--sample`.

Wherever numbers of such a run are shown, these words stand beside them.
"""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweep.journal.run_plan import Covered, RunPlan
from sweep.keys import Json
from sweep.words.numbers import count_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "mark_partial",
    "name_with_part",
    "partial_words",
    "passed_over",
    "sample_words",
    "selection_of",
]

LEFT_OUT = "left out by --sample"  # as the transform says of respondents
SHOWN = 3  # patterns that are told


def selection_of(
    patterns: Sequence[str], limit: int | None, outcomes: int, survey: Json
) -> Covered:
    """Return what a plan says of its selection.

    Parameters
    ----------
    outcomes
        How many outcomes the sweep has in all.
    survey
        What became of the survey's rows: ``kept``, and ``dropped`` with reasons and counts.
    """
    left = sum(d["count"] for d in survey["dropped"] if d["reason"] == LEFT_OUT)
    kept = survey["kept"]
    return Covered(tuple(patterns), limit, outcomes, kept, kept + left)


def partial_words(plan: RunPlan) -> str | None:
    """Return which part of its sweep a plan covers, as ``5 of 200 outcomes (--limit 5)``.

    None means the whole. A plan of an earlier version knows of its sample, not of its selection.
    """
    selection, parts = plan.selection, [sample_words(plan)]
    if selection is not None and len(plan.entries) < selection.outcomes:
        many = f"{len(plan.entries):,} of {selection.outcomes:,} outcomes"
        parts.insert(0, f"{many} ({' '.join(option_words(selection))})")
    return ", ".join(filter(None, parts)) or None


def sample_words(plan: RunPlan) -> str | None:
    """Return which part of the respondents a plan covers, None if it is all of them."""
    sample, selection = plan.sample, plan.selection
    if sample is None:
        return None
    if selection is None:
        return f"a sample of at most {count_of(sample, 'respondent')} (--sample {sample})"
    kept, everybody = selection.kept, selection.respondents
    if kept == everybody:
        return None
    return f"a sample of {kept:,} of {everybody:,} respondents (--sample {sample})"


def option_words(selection: Covered) -> list[str]:
    """Return the options that left outcomes out, as a user would write them."""
    patterns, limit = selection.patterns, selection.limit
    told = [f"--select {shlex.quote(pattern)}" for pattern in patterns[:SHOWN]]
    told += [f"and {len(patterns) - SHOWN} more"] if len(patterns) > SHOWN else []
    return told if limit is None else [*told, f"--limit {limit}"]


def name_with_part(plan: RunPlan) -> str:
    """Return the sweep's name, with the part of it that a plan covers."""
    words = partial_words(plan)
    return plan.name if words is None else f"{plan.name} (partial: {words})"


def mark_partial(frame: "pd.DataFrame", plan: RunPlan) -> "pd.DataFrame":
    """Return a frame of a run's results; if the run is partial, ``attrs["partial"]`` says so."""
    words = partial_words(plan)
    if words is not None:
        frame.attrs["partial"] = words  # Parquet files keep it
    return frame


def passed_over(plan: RunPlan, newer: RunPlan) -> str:
    """Return the words for a last whole run that is not the newest one."""
    return (
        f"this is {plan.run}, the last whole run; the newest run, {newer.run}, "
        f"is partial: {partial_words(newer)}"
    )
