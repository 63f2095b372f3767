"""Lacking: what a run still lacks, from its plan and from what is in the store, whole."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sweep.artifacts.artifact import exists, read
from sweep.artifacts.blobs import get_blob
from sweep.artifacts.contents import get_draws
from sweep.artifacts.quarantine import Tell, unheard, whole
from sweep.artifacts.tasks import read_task
from sweep.data.outcomes import select_outcomes
from sweep.errors import CorruptArtifact, UsageError
from sweep.journal.failures import remembered
from sweep.journal.states import outcome_states
from sweep.store import NotStored, Store
from sweep.store.concurrency import together

if TYPE_CHECKING:
    from sweep.inference.checkpoints import Draws

__all__ = ["check_inputs", "keeps_draws", "kept_draws", "left_to_do", "spoilt", "unfinished"]


def left_to_do(
    store: Store,
    plan: Mapping[str, Any],
    again: Collection[str] | None = None,
    tell: Tell = unheard,
) -> list[dict[str, Any]]:
    """Return the outcomes that a run lacks, in its order; of those ``again``, if there are any.

    What failed for a reason that would happen again is not done, unless it is named there. What is
    damaged is moved aside, told, and lacking.
    """
    possible = [
        o
        for o in plan["outcomes"]
        if o["failure"] is None and (again is None or o["outcome"] in again)
    ]
    keeps = again is not None and keeps_draws(plan)
    stand = together(lambda o: stands_still(store, o, again is not None, keeps, tell), possible)
    return [o for o, stands in zip(possible, stand, strict=True) if not stands]


def stands_still(
    store: Store, outcome: Mapping[str, Any], again: bool, keeps: bool, tell: Tell
) -> bool:
    """Return whether nothing is to be done for an outcome: it is there, or would fail again."""
    if whole(store, "estimates", outcome["estimates"], tell=tell) is not None:
        return not keeps or whole(store, "fit", outcome["fit"], tell=tell) is not None
    return not again and remembered(store, outcome["fit"], tell) is not None


def keeps_draws(plan: Mapping[str, Any]) -> bool:
    """Return whether a run keeps its draws."""
    return "draws" in plan["config"]["execution"]["keep"]


def spoilt(store: Store, plan: Mapping[str, Any], tell: Tell) -> list[str]:
    """Return the names of outcomes whose estimates are damaged; they are moved aside."""
    stored = [o for o in plan["outcomes"] if exists(store, "estimates", o["estimates"])]
    found = together(lambda o: whole(store, "estimates", o["estimates"], tell=tell), stored)
    return [o["outcome"] for o, sound in zip(stored, found, strict=True) if sound is None]


class Entry(NamedTuple):
    """An outcome of a run, to be selected by name or tag."""

    name: str
    tags: Sequence[str]


def unfinished(store: Store, plan: Mapping[str, Any], patterns: Sequence[str] = ()) -> list[str]:
    """Return the names of a run's outcomes without estimates, of those that patterns select.

    With patterns also those whose draws were kept and are gone or damaged.

    Raises
    ------
    UsageError
        If a pattern selects nothing, or nothing selected can be tried again.
    """
    states = {s["outcome"]: s["status"] for s in outcome_states(store, plan)}
    entries = [Entry(o["outcome"], o["tags"]) for o in plan["outcomes"]]
    chosen = {e.name for e in select_outcomes(entries, patterns, states)}
    possible = [o for o in plan["outcomes"] if o["outcome"] in chosen and o["failure"] is None]
    keeps = bool(patterns) and keeps_draws(plan)

    def lacks(outcome: Mapping[str, Any]) -> bool:
        there = states[outcome["outcome"]] in ("ok", "flagged")
        return not there or (keeps and not has_draws(store, outcome))

    lacking = together(lacks, possible)
    names = [o["outcome"] for o, lost in zip(possible, lacking, strict=True) if lost]
    if not names and chosen:
        able = "every outcome that can have estimates"
        msg = f"run {plan['run']} has nothing to try again: {able} has them"
        raise UsageError(msg)
    return names


def has_draws(store: Store, outcome: Mapping[str, Any]) -> bool:
    """Return whether an outcome's draws can be read."""
    try:
        read(store, "fit", outcome["fit"])
    except (NotStored, CorruptArtifact):
        return False
    return True


def kept_draws(store: Store, plan: Mapping[str, Any], outcome: Mapping[str, Any]) -> "Draws":
    """Return the stored draws of an outcome of a run.

    Raises
    ------
    UsageError
        If there are none; it says why, and what gives them.
    CorruptArtifact
        If they are damaged.
    """
    if exists(store, "fit", outcome["fit"]):
        return get_draws(store, outcome["fit"])
    name = outcome["outcome"]
    if keeps_draws(plan):
        remedy = f"`sweep retry {plan['run']} --select {name}` samples them anew"
        msg = f"the draws of {name!r} are not in the store: {remedy}"
        raise UsageError(msg)
    msg = (
        f"the draws of {name!r} were not kept: set execution.keep to [estimates, draws] "
        "and run into a new store, as with --set execution.store=.sweep-draws"
    )
    raise UsageError(msg)


def check_inputs(store: Store, plan: Mapping[str, Any], keys: Sequence[str]) -> None:
    """Refuse to start some tasks of a run if what all of them read is damaged.

    Raises
    ------
    CorruptArtifact
        It says what makes it anew: a run that is carried on knows the store alone.
    """
    if not keys:
        return
    read(store, "design", plan["design"], ["design.json", "frame.npz"])
    blob = read_task(store, keys[0])["model_blob"]
    if blob is not None:
        get_blob(store, blob)
