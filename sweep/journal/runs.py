"""Runs: one `sweep run` of one config: an immutable plan, and what happened, appended.

Status is derived, never stored: from the plan, and from which keys exist.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from sweep.artifacts.records import damage_error, read_record, write_record
from sweep.errors import UsageError
from sweep.journal.partial import partial_words, passed_over
from sweep.journal.run_id import id_after, is_run_id, next_id
from sweep.journal.run_plan import RunPlan, plan_from
from sweep.keys import Json
from sweep.store import NotStored, Store
from sweep.store.concurrency import concurrently

__all__ = [
    "RunPlan",
    "cancel_run",
    "forget_cancel",
    "is_cancelled",
    "last_run",
    "new_run",
    "newest_plans",
    "plan_of",
    "plan_place",
    "read_plan",
    "recent_plans",
    "runs_in",
]


RECENT, AT_ONCE = 64, 16  # runs whose plans are looked through; how many at a time


def new_run(store: Store, plan: RunPlan) -> str:
    """Write a run's plan; return its id, later than that of every run there is.

    See ``sweep.journal.run_id``. ``started`` is this machine's clock, whatever the id says.
    """
    now = datetime.now(UTC)
    started = now.isoformat(timespec="seconds")
    run = id_after({name.split("/")[1] for name in store.list("runs/")}, now)
    while not write_record(store, plan_place(run), begun_record(plan, run, started)):
        run = next_id(run)  # somebody else began at the same moment
    return run


def begun_record(plan: RunPlan, run: str, started: str) -> Json:
    """Return a plan as it is stored once its run has begun."""
    return replace(plan, run=run, started=started).as_json()


def runs_in(store: Store) -> list[str]:
    """Return the ids of all runs, newest first."""
    names = (name.split("/") for name in store.list("runs/"))
    return sorted({n[1] for n in names if n[-1] == "plan.json"}, reverse=True)


def recent_plans(store: Store) -> Iterator[list[RunPlan]]:
    """Yield the plans of the newest runs, newest first, some at a time; older runs are left out."""
    known = runs_in(store)[:RECENT]
    for start in range(0, len(known), AT_ONCE):
        block = known[start : start + AT_ONCE]
        yield concurrently(lambda run: plan_of(store, run), block)


def read_plan(store: Store, run: str) -> RunPlan:
    """Return a run's plan; an id may be cut short, and ``last`` is the last whole run.

    Raises
    ------
    UsageError
        If no run, or more than one, goes by that name.
    CorruptArtifact
        If the plan is damaged, or another run's.
    """
    if is_run_id(run):  # a whole id needs no look at all the others
        with suppress(NotStored):
            return plan_of(store, run)
    if run == "last":
        return last_run(store)[0]
    known = runs_in(store)
    found = [r for r in known if r == run]
    found = found or [r for r in known if r.startswith(run) or r.endswith(run)]
    if len(found) != 1:
        shown = ", ".join(known[:5]) or "none"
        problem = "matches more than one run" if found else "is not a run"
        msg = f"{run!r} {problem} of {store.url}; newest: {shown}"
        raise UsageError(msg)
    return plan_of(store, found[0])


def last_run(store: Store) -> tuple[RunPlan, str | None]:
    """Return the plan of the last whole run and, if a newer one is partial, words that say so.

    Raises
    ------
    UsageError
        If every run is partial, or there is none.
    CorruptArtifact
        If a newer plan is damaged: it may be that of a whole run.
    """
    newest: RunPlan | None = None
    for plan in newest_plans(store):
        if partial_words(plan) is None:
            return plan, None if newest is None else passed_over(plan, newest)
        newest = newest or plan
    msg = f"'last' is not a run of {store.url}: there is none yet"
    if newest is not None:
        msg = (
            f"'last' is the last whole run, and all runs of {store.url} are partial: write the id "
            f"of the one you mean, such as {newest.run}: {partial_words(newest)}"
        )
    raise UsageError(msg)


def newest_plans(store: Store) -> Iterator[RunPlan]:
    """Yield the plans of all runs, newest first; each is read when its turn comes."""
    for run in runs_in(store):
        with suppress(NotStored):  # somebody retired it meanwhile
            yield plan_of(store, run)


def plan_of(store: Store, run: str) -> RunPlan:
    """Return the plan of the run with this very id; raises as `read_plan` does."""
    record = read_record(store, plan_place(run))
    if (found := record.get("run")) != run:
        raise damage_error(store, plan_place(run), f"expected run {run}, found run {found}")
    return plan_from(record)


def plan_place(run: str) -> str:
    """Return where a run's plan lies."""
    return f"runs/{run}/plan.json"


def cancel_run(store: Store, run: str) -> bool:
    """Ask whoever works on a run to start nothing further; return whether it is news."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return write_record(store, f"runs/{run}/cancel.json", {"at": at})


def is_cancelled(store: Store, run: str) -> bool:
    """Return whether a run is to start nothing further."""
    return store.size(f"runs/{run}/cancel.json") is not None


def forget_cancel(store: Store, run: str) -> None:
    """Let a run go on."""
    store.delete(f"runs/{run}/cancel.json")
