"""Coordinator: run a sweep's missing tasks on a backend, and join what came of them.

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

from sweep.artifacts.quarantine import Tell
from sweep.backends import open_backend
from sweep.backends.events import Done, Event, Note
from sweep.config import Execution, SweepConfig
from sweep.coordinator.breaker import Ends
from sweep.coordinator.recording import record
from sweep.coordinator.sharing import Sharing
from sweep.errors import CorruptArtifact, UsageError
from sweep.faultpoint import faultpoint
from sweep.journal.events import append_event
from sweep.journal.remaining import check_inputs, left_to_do, spoilt
from sweep.journal.runs import is_cancelled, new_run, plan_place, read_plan
from sweep.maintenance.generation import generation
from sweep.planning.plan import Plan, make_plan, settled, write_tasks
from sweep.planning.selection import Selection
from sweep.results.report import publish_report
from sweep.store import Store, open_store

__all__ = ["Watcher", "begin", "carry_on", "execute", "plan_sweep", "store_of", "take_up"]

ASKED = 2.0  # seconds between two looks at whether the run is cancelled

type Watcher = Callable[[Event, dict[str, Any]], None]


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
    watch: Watcher = lambda event, outcome: None,
    stop: Callable[[], bool] = lambda: False,
) -> str:
    """Run what is left of a plan; return the run's id. A failure is an outcome's state."""
    run = begin(store, plan, watch)
    left = settled(store, plan).names_to_do()
    carry_on(store, run, config.execution, watch, stop, left)
    return run


def begin(store: Store, plan: Plan, watch: Watcher = lambda event, outcome: None) -> str:
    """Store a plan and its tasks; return the run's id. From here on the store is enough.

    The tasks come first: a run that exists can be carried on. They are looked at again if
    `sweep gc` deleted before it could find the run.
    """
    entries, heard = plan.record["outcomes"], list(plan.mended)
    keys = [o["estimates"] for o in entries if o["estimates"] in plan.tasks]
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
        watch(Note(message, facts), {})

    return tell


def tell_all(messages: Iterable[str], tell: Tell) -> None:
    """Report, in order, the messages that concurrent work has collected."""
    for message in messages:
        tell(message)


def carry_on(  # noqa: PLR0913, PLR0917 # what a run needs, and how it is watched
    store: Store,
    run: str,
    execution: Execution,
    watch: Watcher = lambda event, outcome: None,
    stop: Callable[[], bool] = lambda: False,
    again: Collection[str] | None = None,
    mark: str | None = None,
) -> None:
    """Do what a run lacks, and join it all; of a run that is cancelled, nothing further.

    With ``again`` only these outcomes, also if they failed for a reason that would happen again.
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
        names = spoilt(store, plan, tell)
        if not names:
            raise
        do_tasks(store, plan, execution, watch, stop, names)
        publish_report(store, run, tell)


def do_tasks(  # noqa: PLR0913, PLR0917 # of `carry_on`
    store: Store,
    plan: dict[str, Any],
    execution: Execution,
    watch: Watcher,
    stop: Callable[[], bool],
    again: Collection[str] | None,
    mark: str | None = None,
) -> None:
    """Do what a run lacks; see `carry_on`."""
    run, ends, tell = plan["run"], Ends(), noter(store, plan["run"], watch)
    outcomes = left_of(store, plan, again, tell)
    sharing = Sharing(store, {key: o["fit"] for key, o in outcomes.items()}, execution)
    cancelled = seldom(lambda: is_cancelled(store, run), ASKED)

    def halt() -> bool:
        return stop() or ends.stopped is not None or cancelled()

    def take(event: Event) -> None:
        if isinstance(event, Note):
            tell(event.message, event.facts)
        elif not sharing.claimed(event):
            record(store, run, event, outcomes[event.key], execution)
            faultpoint("run.after_event", type(event).__name__)
            watch(event, outcomes[event.key])
            tell_all(mended_by(event), tell)
            ends.note(event, outcomes[event.key])

    reason = "interrupted"
    try:
        by = {} if mark is None else {"by": mark}
        append_event(store, run, {"event": "begun", "tasks": len(outcomes), **by})
        faultpoint("run.after_begun")
        drained(sharing.run(open_backend(execution), list(outcomes), halt), take)
        faultpoint("run.before_ended")
        reason = "cancelled" if is_cancelled(store, run) else ends.reason(stop())
    finally:
        append_event(store, run, {"event": "ended", "reason": reason})
    faultpoint("run.after_ended")


def left_of(
    store: Store, plan: Mapping[str, Any], again: Collection[str] | None, tell: Tell
) -> dict[str, dict[str, Any]]:
    """Return what is to be done of a run, by task, now that nothing damaged is in its way."""
    heard: list[str] = []
    outcomes = {o["estimates"]: o for o in left_to_do(store, plan, again, heard.append)}
    check_inputs(store, plan, list(outcomes))
    tell_all(heard, tell)
    return outcomes


def mended_by(event: Event) -> list[str]:
    """Return what a task found damaged, and made anew."""
    result = event.result if isinstance(event, Done) else None
    return [] if result is None else list(result.get("mended", ()))


def drained(events: Generator[Event, None, None], take: Callable[[Event], None]) -> None:
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


def seldom(ask: Callable[[], bool], seconds: float) -> Callable[[], bool]:
    """Return a question that is asked of the store only so often; yes stays yes."""
    last, answer = -seconds, False

    def asked() -> bool:
        nonlocal last, answer
        if not answer and time.monotonic() - last >= seconds:
            last, answer = time.monotonic(), ask()
        return answer

    return asked
