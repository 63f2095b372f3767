"""Execute: run a sweep's missing tasks on a backend, and join what came of them.

It holds nothing that the store does not: kill it, and `carry_on`, here or on another machine, does
only what is missing.
"""

import time
import uuid
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sweep.backends import open_backend
from sweep.backends.events import Done, Event, Note
from sweep.config import Execution, SweepConfig
from sweep.coordinator.breaker import Breaker
from sweep.coordinator.recording import record
from sweep.coordinator.sharing import Sharing
from sweep.errors import CorruptArtifact, UsageError
from sweep.faultpoint import faultpoint
from sweep.journal.entries import Entry, EntryId
from sweep.journal.events import append_event
from sweep.journal.remaining import check_inputs, damaged_estimates, left_to_do
from sweep.journal.run_plan import RunPlan
from sweep.journal.runs import is_cancelled, new_run, plan_place, read_plan
from sweep.maintenance.generation import generation
from sweep.planning.plan import Plan, make_plan, replan_if_collected, write_tasks
from sweep.planning.selection import Selection
from sweep.results.report import publish_report
from sweep.store import Store, open_store
from sweep.words.telling import Tell

__all__ = ["Watcher", "begin", "carry_on", "execute", "plan_sweep", "store_of", "take_up"]

ASKED = 2.0  # seconds between two looks at whether the run is cancelled

type Watcher = Callable[[Event, Entry | None], None]
"""Who is told every event, and which entry it is about; a note is about the whole run."""


def watch_nothing(event: Event, entry: Entry | None) -> None:
    """Watch nothing."""


def store_of(config: SweepConfig, directory: Path) -> Store:
    """Open the config's store, relative to the config."""
    return open_store(config.execution.store, directory)


def plan_sweep(
    config: SweepConfig, directory: Path, selection: Selection, retry_failed: bool = False
) -> tuple[Store, Plan]:
    """Return the sweep's store and plan; nothing has been fitted."""
    store = store_of(config, directory)
    return store, make_plan(config, directory, store, selection, retry_failed)


def execute(
    config: SweepConfig,
    store: Store,
    plan: Plan,
    watch: Watcher = watch_nothing,
    stop: Callable[[], bool] = lambda: False,
) -> str:
    """Run what is left of a plan; return the run's id. A failure is an outcome's state."""
    run = begin(store, plan, watch)
    left = replan_if_collected(store, plan).left()
    carry_on(store, run, config.execution, watch, stop, [entry.id for entry in left])
    return run


def begin(store: Store, plan: Plan, watch: Watcher = watch_nothing) -> str:
    """Store a plan and its tasks; return the run's id. From here on the store is enough.

    The tasks come first: a run that exists can be carried on. They are looked at again if
    `sweep gc` deleted before it could find the run.
    """
    heard = list(plan.mended)
    keys = [entry.key for entry in plan.entries if entry.key in plan.tasks]
    faultpoint("run.before_tasks")
    write_tasks(store, plan, keys, heard.append)
    run = new_run(store, plan.record)
    faultpoint("run.after_plan")
    if generation(store) != plan.generation:
        write_tasks(store, plan, keys, heard.append)
    tell_all(heard, noter(store, run, watch))
    return run


def take_up(store: Store, run: str) -> str:
    """Note in a run's journal that somebody goes on with it, before anything else; return the mark.

    `sweep gc` spares a run with a mark that no ``begun`` bears yet. One that deletes just now may
    have read the journal before: it is waited for, and then it is known whether the run is there.

    Raises
    ------
    UsageError
        If the run has been forgotten.
    """
    mark = uuid.uuid4().hex[:12]
    append_event(store, run, {"event": "resumed", "by": mark})
    faultpoint("run.after_resumed")
    generation(store)
    if store.size(plan_place(run)) is None:
        msg = (
            f"`sweep gc` has forgotten run {run} of {store.url} just now: "
            "`sweep run CONFIG` begins another, with all results that are stored"
        )
        raise UsageError(msg)
    return mark


def noter(store: Store, run: str, watch: Watcher) -> Callable[..., None]:
    """Return what notes a message in the run's journal, with facts, and shows it to the user."""

    def tell(message: str, facts: Mapping[str, Any] = MappingProxyType({})) -> None:
        append_event(store, run, {"event": "note", "message": message, **facts})
        watch(Note(message, facts), None)

    return tell


def tell_all(messages: Iterable[str], tell: Tell) -> None:
    """Report, in order, the messages that concurrent work has collected."""
    for message in messages:
        tell(message)


def carry_on(  # noqa: PLR0913, PLR0917 # what a run needs, and how it is watched
    store: Store,
    run: str,
    execution: Execution,
    watch: Watcher = watch_nothing,
    stop: Callable[[], bool] = lambda: False,
    again: Collection[EntryId] | None = None,
    mark: str | None = None,
) -> None:
    """Do what a run lacks, and join it all; of a run that is cancelled, nothing further.

    With ``again`` only these entries, also if they failed for a reason that would happen again.
    ``mark`` is what `take_up` returned, of a run that was there before. What the store spoils
    meanwhile is done once more, and no more than once.

    Raises
    ------
    CorruptArtifact
        If what only `sweep run` can make anew is damaged, or the store spoils what is written.
    """
    plan, tell = read_plan(store, run), noter(store, run, watch)
    do_tasks(store, plan, execution, watch, stop, again, mark)
    try:
        publish_report(store, run, tell)
    except CorruptArtifact:
        damaged = damaged_estimates(store, plan, tell)
        if not damaged:
            raise
        do_tasks(store, plan, execution, watch, stop, damaged)
        publish_report(store, run, tell)


def do_tasks(  # noqa: PLR0913, PLR0917 # of `carry_on`
    store: Store,
    plan: RunPlan,
    execution: Execution,
    watch: Watcher,
    stop: Callable[[], bool],
    again: Collection[EntryId] | None,
    mark: str | None = None,
) -> None:
    """Do what a run lacks; see `carry_on`."""
    run, ends, tell = plan.run, Breaker(), noter(store, plan.run, watch)
    entries = entries_to_do(store, plan, again, tell)
    sharing = Sharing(store, {key: e.fit_key for key, e in entries.items()}, execution)
    cancelled = asked_at_most_every(ASKED, lambda: is_cancelled(store, run))

    def halt() -> bool:
        return stop() or ends.stopped is not None or cancelled()

    def take(event: Event) -> None:
        if isinstance(event, Note):
            tell(event.message, event.facts)
        elif not sharing.is_at_others(event):
            entry = entries[event.key]
            record(store, run, event, entry, execution)
            faultpoint("run.after_event", type(event).__name__)
            watch(event, entry)
            tell_all(mended_by(event), tell)
            ends.note(event, entry)

    reason = "interrupted"
    try:
        by = {} if mark is None else {"by": mark}
        append_event(store, run, {"event": "begun", "tasks": len(entries), **by})
        faultpoint("run.after_begun")
        take_all(sharing.run(open_backend(execution), list(entries), halt), take)
        faultpoint("run.before_ended")
        reason = "cancelled" if is_cancelled(store, run) else ends.reason(stop())
    finally:
        append_event(store, run, {"event": "ended", "reason": reason})
    faultpoint("run.after_ended")


def entries_to_do(
    store: Store, plan: RunPlan, again: Collection[EntryId] | None, tell: Tell
) -> dict[str, Entry]:
    """Return what is to be done of a run, by task, now that nothing damaged is in its way."""
    heard: list[str] = []
    entries = left_to_do(store, plan, again, heard.append)
    check_inputs(store, entries)
    tell_all(heard, tell)
    return {entry.key: entry for entry in entries}


def mended_by(event: Event) -> list[str]:
    """Return what a task found damaged, and made anew."""
    result = event.result if isinstance(event, Done) else None
    return [] if result is None else list(result.get("mended", ()))


def take_all(events: Generator[Event, None, None], take: Callable[[Event], None]) -> None:
    """Take every event; what breaks this off is told to the backend, and no worker outlives it.

    The backend must know: an interrupt ends jobs on other machines too, a lost store does not.
    """
    try:
        for event in events:
            take(event)
    except BaseException as error:
        with suppress(type(error)):
            events.throw(error)
        raise
    finally:
        events.close()


def asked_at_most_every(seconds: float, ask: Callable[[], bool]) -> Callable[[], bool]:
    """Return a question that is asked of the store only so often; yes stays yes."""
    last, answer = -seconds, False

    def asked() -> bool:
        nonlocal last, answer
        if not answer and time.monotonic() - last >= seconds:
            last, answer = time.monotonic(), ask()
        return answer

    return asked
