"""Inventory: which files of a store belong together, and what a run refers to."""

from collections.abc import Callable, Iterator

from sweep.artifacts.blobs import blob_place
from sweep.artifacts.manifest import LAYOUT
from sweep.artifacts.tasks import task_place
from sweep.journal.events import read_events
from sweep.journal.failures import failure_place
from sweep.journal.run_plan import RunPlan
from sweep.store import Store

__all__ = ["KINDS", "files_by_unit", "reports_of", "unit_of", "units_referred_to"]

KINDS = {folder: kind for kind, folder in LAYOUT.items()}
"""Folder of artifacts to their kind."""


def files_by_unit(store: Store, alive: Callable[[], None] = lambda: None) -> dict[str, list[str]]:
    """Return the names of all files by the unit they belong to (`unit_of`).

    ``alive`` is called at every file: a large store takes minutes to list.
    """
    units: dict[str, list[str]] = {}
    for name in store.list():
        alive()
        units.setdefault(unit_of(name), []).append(name)
    return units


def unit_of(name: str) -> str:
    """Return what a file stands and falls with: an artifact, a run, an array, or itself."""
    parts = name.split("/")
    if parts[0] == "arrays":  # arrays/NAME.json, arrays/live/NAME.json, arrays/NAME/...
        own = parts[2] if parts[1] == "live" and len(parts) > 2 else parts[1]
        return f"arrays/{own.removesuffix('.json')}"
    together = len(parts) > 2 and (parts[0] in KINDS or parts[0] == "runs")
    return "/".join(parts[:2]) if together else name


def units_referred_to(plan: RunPlan) -> Iterator[str]:
    """Yield the units that a run's plan refers to, whether or not they exist (yet)."""
    yield f"runs/{plan.run}"
    yield f"designs/{plan.design}"
    yield blob_place(plan.model_blob)
    for entry in plan.entries:
        yield f"designs/{entry.design}"
        yield f"counts/{entry.counts}"
        yield f"fits/{entry.fit_key}"
        yield f"estimates/{entry.key}"
        yield task_place(entry.key)
        yield failure_place(entry.fit_key)


def reports_of(store: Store, run: str) -> Iterator[str]:
    """Yield the reports that a run's journal names."""
    for event in read_events(store, run):
        if "report" in event:
            yield f"reports/{event['report']}"
