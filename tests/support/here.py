"""Sweeps of stubs in this very process, without workers: a store with everything in it, fast."""

from typing import Any

from sweep.coordinator.execute import begin, plan_sweep
from sweep.journal.events import append_event
from sweep.planning.selection import Selection
from sweep.results.report import publish_report
from sweep.store import Store
from sweep.worker.memory import Memory
from sweep.worker.serve import work
from tests.project import Project

__all__ = ["payload_of", "published", "swept_here"]


def swept_here(
    project: Project,
    config: Any,
    selection: Selection = Selection(),  # noqa: B008 # frozen
) -> tuple[Store, str]:
    """Run a sweep, or a part of it, to its end; return its store and its run."""
    store, plan = plan_sweep(config, project.directory, selection)
    run, memory = begin(store, plan), Memory()
    append_event(store, run, {"event": "begun", "tasks": len(plan.to_do())})
    for entry in plan.entries:
        if entry.key in plan.to_do():
            work(store, entry.key, True, memory)
            append_event(store, run, {"event": "done", **entry.id.as_json()})
    append_event(store, run, {"event": "ended", "reason": "complete"})
    publish_report(store, run)
    return store, run


def published(store: Store) -> set[str]:
    """Return the names of all payload files, of all task records and blobs.

    Payload files and blobs are named by their content: equal names are equal bytes.
    """
    folders = ("designs/", "counts/", "fits/", "estimates/", "reports/", "tasks/", "blobs/")
    return {name for folder in folders for name in store.list(folder)}


def payload_of(store: Store) -> dict[str, bytes]:
    """Return what is published, by name, but for ``done.json``: it tells run times."""
    return {n: store.get(n) for n in published(store) if not n.endswith("/done.json")}
