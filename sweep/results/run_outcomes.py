"""Run outcomes: which outcomes of a run a user's patterns mean, and which have a posterior."""

import warnings
from collections.abc import Sequence

from sweep.data.outcomes import select_outcomes
from sweep.errors import UsageError
from sweep.journal.entries import Entry
from sweep.journal.states import State
from sweep.words.values import few

__all__ = ["patterns_by_name", "with_draws"]


def patterns_by_name(
    states: Sequence[State], patterns: str | Sequence[str] | None
) -> list[str] | None:
    """Return patterns with every ``tag:NAME`` and ``status:STATE`` replaced by the outcomes' names.

    A name that is there means itself, also where it would match others as a glob.

    Raises
    ------
    UsageError
        If a tag or a state selects nothing, or there is no pattern.
    """
    given = given_patterns(patterns)
    if given is None:
        return None
    names: list[str] = []
    for pattern in given:
        if pattern.startswith(("tag:", "status:")):
            names += [e.name for e in entries_matching(states, [pattern])]
        else:
            names.append(pattern)
    return names


def given_patterns(outcomes: str | Sequence[str] | None) -> list[str] | None:
    """Return the patterns that were given as a list, None for all outcomes.

    Raises
    ------
    UsageError
        If there are none: a list that came out empty does not ask for everything.
    """
    if outcomes is None:
        return None
    given = [outcomes] if isinstance(outcomes, str) else list(outcomes)
    if not given:
        msg = "outcomes=[] asks for nothing: give names, globs or tag:NAME, or None for all"
        raise UsageError(msg)
    return given


def entries_matching(states: Sequence[State], patterns: Sequence[str]) -> list[Entry]:
    """Return a run's entries that patterns select, in its order."""
    statuses = {state.entry.name: state.status for state in states}
    return select_outcomes([state.entry for state in states], patterns, statuses)


def with_draws(states: Sequence[State], outcomes: str | Sequence[str] | None) -> list[Entry]:
    """Return a run's entries that patterns select and that have a posterior.

    What a glob, a tag or None selects and has none is left out, and warned of.

    Raises
    ------
    UsageError
        If there is no pattern, one selects nothing, an outcome that is named has no posterior, or
        none has.
    """
    given = given_patterns(outcomes) or []
    chosen = entries_matching(states, given)
    lost = {state.entry.id: state for state in states if not state.estimated}
    without = [entry for entry in chosen if entry.id in lost]
    named = [entry for entry in without if entry.name in given]
    if named or len(without) == len(chosen):
        state = lost[(named or without)[0].id]
        msg = f"{str(state.entry.id)!r} has no posterior: {state.status}, {state.reason}"
        raise UsageError(msg)
    if without:
        shown = few(without, lambda entry: f"{entry.id} ({lost[entry.id].status})")
        msg = f"left out, they have no posterior: {shown}"
        warnings.warn(msg, UserWarning, stacklevel=3)
    return [entry for entry in chosen if entry.id not in lost]
