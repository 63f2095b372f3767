"""Nearest: the stored result that is most like one that is to be made.

Where to look is read from the plans of earlier runs, newest first: they name the keys of every
outcome, so that the cost depends on the outcomes asked about and never on how much the store
holds. The candidates of an outcome are its own earlier results or, if it has none, those of another
name with the same answers. The nearest has the fewest differing fields; the newer of equals wins.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sweep.artifacts.artifact import exists
from sweep.artifacts.tasks import Task, read_task
from sweep.journal.entries import Entry, EntryId
from sweep.journal.runs import recent_plans
from sweep.planning.differences import differences, estimates_fields, fit_fields
from sweep.store import NotStored, Store

__all__ = ["Earlier", "candidates", "nearest"]

EACH, IN_ALL = 8, 2000  # candidates looked at: per outcome, and for a whole plan


@dataclass(frozen=True)
class Earlier:
    """What an earlier run planned for an outcome: its name then, the run, and the keys."""

    outcome: str
    run: str
    fit: str
    estimates: str


def candidates(store: Store, made: Sequence[Entry]) -> dict[EntryId, list[Earlier]]:
    """Return what earlier runs planned for each entry that is to be made, newest first.

    At most eight each, and fewer if there are many outcomes; runs are looked through until every
    outcome has one, at most the 64 newest.
    """
    own: dict[EntryId, dict[str, Earlier]] = {entry.id: {} for entry in made}
    alike: dict[EntryId, dict[str, Earlier]] = {entry.id: {} for entry in made}
    by_counts = {entry.counts: entry.id for entry in made}
    for plans in recent_plans(store) if made else ():
        for run, entry in ((plan.run, entry) for plan in plans for entry in plan.entries):
            found = Earlier(entry.name, run, entry.fit_key, entry.key)
            if entry.id in own:
                own[entry.id].setdefault(found.estimates, found)
            elif entry.counts in by_counts:
                alike[by_counts[entry.counts]].setdefault(found.estimates, found)
        if all(own.values()):
            break
    each = max(2, min(EACH, IN_ALL // max(len(made), 1)))
    return {id: list((own[id] or alike[id]).values())[:each] for id in own}


def nearest(
    store: Store, task: Task, action: str, earlier: Sequence[Earlier]
) -> tuple[Earlier, Task] | None:
    """Return the nearest of some candidates that is stored, and its task; None if none is."""
    tasks = [(found, earlier_task(store, found)) for found in earlier]
    there = [(found, old) for found, old in tasks if old is not None]
    for found, old in sorted(there, key=lambda pair: distance(pair[1], task, action)):
        stored = exists(store, "estimates", found.estimates)
        if stored or (action == "fit" and exists(store, "fit", found.fit)):
            return found, old
    return None


def earlier_task(store: Store, found: Earlier) -> Task | None:
    """Return an earlier task, None if it was taken away."""
    try:
        return read_task(store, found.estimates)
    except NotStored:
        return None


def distance(old: Task, new: Task, action: str) -> int:
    """Return on how many fields two tasks differ.

    To a fit that differs it does not matter what its estimates were.
    """
    apart = len(differences(fit_fields(old.fit), fit_fields(new.fit)))
    if action == "fit" and apart:
        return apart
    fields = [estimates_fields(task.estimates) for task in (old, new)]
    return apart + len(differences(*fields))
