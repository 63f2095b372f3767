"""Remaining: what a run still lacks, from its plan and from what is in the store, whole."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from sweep.artifacts.artifact import exists, read
from sweep.artifacts.blobs import get_blob
from sweep.artifacts.contents import get_draws
from sweep.artifacts.quarantine import read_if_sound
from sweep.artifacts.tasks import read_task
from sweep.data.outcomes import select_outcomes
from sweep.errors import CorruptArtifact, UsageError
from sweep.journal.entries import Entry, EntryId
from sweep.journal.failures import failure_if_sound
from sweep.journal.run_plan import RunPlan
from sweep.journal.states import outcome_states
from sweep.store import NotStored, Store
from sweep.store.concurrency import concurrently
from sweep.words.telling import Tell, tell_nobody

if TYPE_CHECKING:
    from sweep.inference.checkpoints import Draws

__all__ = ["check_inputs", "damaged_estimates", "kept_draws", "left_to_do", "unfinished_entries"]


def left_to_do(
    store: Store,
    plan: RunPlan,
    again: Collection[EntryId] | None = None,
    tell: Tell = tell_nobody,
) -> list[Entry]:
    """Return the entries that a run lacks, in its order; of those ``again``, if there are any.

    What failed for a reason that would happen again is not done, unless it is named there. What is
    damaged is moved aside, told, and lacking.
    """
    possible = [e for e in plan.entries if e.failure is None and (again is None or e.id in again)]
    keeps = again is not None and plan.keeps_draws
    complete = concurrently(
        lambda e: is_complete(store, e, again is not None, keeps, tell), possible
    )
    return [entry for entry, done in zip(possible, complete, strict=True) if not done]


def is_complete(store: Store, entry: Entry, again: bool, keeps: bool, tell: Tell) -> bool:
    """Return whether nothing is to be done for an entry: it is there, or would fail again."""
    if read_if_sound(store, "estimates", entry.key, tell=tell) is not None:
        return not keeps or read_if_sound(store, "fit", entry.fit_key, tell=tell) is not None
    return not again and failure_if_sound(store, entry.fit_key, tell) is not None


def damaged_estimates(store: Store, plan: RunPlan, tell: Tell) -> list[EntryId]:
    """Return the entries whose estimates are damaged; these are moved aside."""
    stored = [e for e in plan.entries if exists(store, "estimates", e.key)]
    found = concurrently(lambda e: read_if_sound(store, "estimates", e.key, tell=tell), stored)
    return [entry.id for entry, sound in zip(stored, found, strict=True) if sound is None]


def unfinished_entries(store: Store, plan: RunPlan, patterns: Sequence[str] = ()) -> list[EntryId]:
    """Return a run's entries without estimates, of those that patterns select.

    With patterns also those whose draws were kept and are gone or damaged.

    Raises
    ------
    UsageError
        If a pattern selects nothing, or nothing selected can be tried again.
    """
    states = {s.entry.id: s for s in outcome_states(store, plan)}
    by_name = {s.entry.name: s.status for s in states.values()}
    chosen = select_outcomes(plan.entries, patterns, by_name)
    possible = [e for e in chosen if e.failure is None]
    keeps = bool(patterns) and plan.keeps_draws

    def lacks(entry: Entry) -> bool:
        return not states[entry.id].estimated or (keeps and not has_draws(store, entry))

    lacking = concurrently(lacks, possible)
    left = [entry.id for entry, lost in zip(possible, lacking, strict=True) if lost]
    if not left and chosen:
        able = "every outcome that can have estimates"
        msg = f"run {plan.run} has nothing to try again: {able} has them"
        raise UsageError(msg)
    return left


def has_draws(store: Store, entry: Entry) -> bool:
    """Return whether an entry's draws can be read."""
    try:
        read(store, "fit", entry.fit_key)
    except (NotStored, CorruptArtifact):
        return False
    return True


def kept_draws(store: Store, plan: RunPlan, entry: Entry) -> "Draws":
    """Return the stored draws of an entry of a run.

    Raises
    ------
    UsageError
        If there are none; it says why, and what gives them.
    CorruptArtifact
        If they are damaged.
    """
    if exists(store, "fit", entry.fit_key):
        return get_draws(store, entry.fit_key)
    name = entry.name
    if plan.keeps_draws:
        remedy = f"`sweep retry {plan.run} --select {name}` samples them anew"
        msg = f"the draws of {name!r} are not in the store: {remedy}"
        raise UsageError(msg)
    msg = (
        f"the draws of {name!r} were not kept: set execution.keep to [estimates, draws] "
        "and run into a new store, as with --set execution.store=.sweep-draws"
    )
    raise UsageError(msg)


def check_inputs(store: Store, entries: Sequence[Entry]) -> None:
    """Refuse to start the tasks of some entries of a run if what all of them read is damaged.

    Raises
    ------
    CorruptArtifact
        It says what makes it anew: a run that is carried on knows the store alone.
    """
    for design in dict.fromkeys(entry.design for entry in entries):
        read(store, "design", design, ["design.json", "frame.npz"])
    blob = read_task(store, entries[0].key).model_blob if entries else None
    if blob is not None:
        get_blob(store, blob)
