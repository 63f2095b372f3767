"""Run outcomes: which outcomes of a run a user's patterns mean, and which have a posterior."""

import warnings
from collections.abc import Mapping, Sequence
from glob import escape
from typing import Any

from sweep.data.outcomes import select_outcomes
from sweep.errors import UsageError
from sweep.journal.remaining import Entry

__all__ = ["by_name", "with_draws"]

type Plan = Mapping[str, Any]
type States = Sequence[Mapping[str, Any]]

ESTIMATED = ("ok", "flagged")


def by_name(plan: Plan, states: States, patterns: str | Sequence[str] | None) -> list[str] | None:
    """Return patterns with every ``tag:NAME`` and ``status:STATE`` replaced by the outcomes' names.

    Names are escaped, so that they are globs that match nothing else.

    Raises
    ------
    UsageError
        If a tag or a state selects nothing.
    """
    if patterns is None:
        return None
    names: list[str] = []
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        if pattern.startswith(("tag:", "status:")):
            names += [escape(e.name) for e in entries_matching(plan, states, [pattern])]
        else:
            names.append(pattern)
    return names


def entries_matching(plan: Plan, states: States, patterns: Sequence[str]) -> list[Entry]:
    """Return a run's outcomes that patterns select, in its order."""
    entries = [Entry(o["outcome"], o["tags"]) for o in plan["outcomes"]]
    return select_outcomes(entries, patterns, {s["outcome"]: s["status"] for s in states})


def with_draws(plan: Plan, states: States, outcomes: str | Sequence[str] | None) -> list[str]:
    """Return the names of a run's outcomes that patterns select and that have a posterior.

    What a glob, a tag or None selects and has none is left out, and warned of.

    Raises
    ------
    UsageError
        If a pattern selects nothing, an outcome that is named has no posterior, or none has.
    """
    given = [] if outcomes is None else [outcomes] if isinstance(outcomes, str) else list(outcomes)
    if outcomes is not None and not given:
        msg = "outcomes=[] asks for nothing: give names, globs or tag:NAME, or None for all"
        raise UsageError(msg)
    chosen = [e.name for e in entries_matching(plan, states, given)]
    lost = {s["outcome"]: s for s in states if s["status"] not in ESTIMATED}
    without = [name for name in chosen if name in lost]
    named = [name for name in without if name in given]
    if named or len(without) == len(chosen):
        name = (named or without)[0]
        msg = f"{name!r} has no posterior: {lost[name]['status']}, {lost[name]['reason']}"
        raise UsageError(msg)
    if without:
        shown = ", ".join(f"{name} ({lost[name]['status']})" for name in without[:5])
        more = f" and {len(without) - 5} more" if len(without) > 5 else ""
        msg = f"left out, they have no posterior: {shown}{more}"
        warnings.warn(msg, UserWarning, stacklevel=3)
    return [name for name in chosen if name not in lost]
