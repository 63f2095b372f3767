"""Recording: what an event of a backend means for a run's journal, its logs, and its memory.

Remembered are failures that would happen again. The claim is let go of last: whoever waits for it
then finds out why.
"""

from sweep.artifacts.artifact import exists
from sweep.backends.events import Done, Failure, Progress, Started
from sweep.config import Execution
from sweep.journal.entries import Entry
from sweep.journal.events import append_event
from sweep.journal.failures import FAILED_KINDS, PastFailure, forget_failure, remember_failure
from sweep.journal.logs import append_log
from sweep.keys import Json
from sweep.store import Store
from sweep.worker.claims import let_go

__all__ = ["record"]


def record(
    store: Store,
    run: str,
    event: Started | Progress | Done,
    entry: Entry,
    execution: Execution,
) -> None:
    """Append an event to the run's journal and log; remember failures that would happen again."""
    if isinstance(event, Started):
        facts = {**entry.id.as_json(), "attempt": event.attempt}
        append_event(store, run, {"event": "started", **facts})
    elif isinstance(event, Done):
        append_log(store, run, entry.id, event.log)
        if event.failure is None:
            record_success(store, run, event, entry)
        else:
            record_failure(store, run, event, event.failure, entry, execution)


def record_success(store: Store, run: str, event: Done, entry: Entry) -> None:
    """Note that the entry's estimates stand; an earlier failure is no longer true."""
    forget_failure(store, entry.fit_key)
    append_event(store, run, {"event": "done", **entry.id.as_json(), **success_facts(event)})
    if event.attempt > 1:  # the one before may have died at work
        let_go(store, entry.fit_key)


def record_failure(  # of `record`
    store: Store,
    run: str,
    event: Done,
    failure: Failure,
    entry: Entry,
    execution: Execution,
) -> None:
    """Note a failure; remember it if it would happen again, and was seen by this run's workers."""
    facts = {"kind": failure.kind, "message": failure.message, **entry.id.as_json()}
    append_log(store, run, entry.id, failure.traceback)
    append_event(store, run, {"event": "failed", **facts, "attempt": event.attempt})
    if event.taken:
        return
    if exists(store, "estimates", entry.key):  # whoever published them
        forget_failure(store, entry.fit_key)
    elif failure.kind in FAILED_KINDS:
        limit = failure.limit or None
        deadline = getattr(execution, limit) if limit else None
        past = PastFailure(failure.kind, failure.message, entry.name, limit, deadline)
        remember_failure(store, entry.fit_key, past)
    let_go(store, entry.fit_key)


def success_facts(event: Done) -> Json:
    """Return what the journal says of a success; ``taken`` from another run, if it was."""
    assert event.result is not None
    facts = {"status": event.result["status"], "seconds": round(event.result["seconds"], 3)}
    return {**facts, "taken": True} if event.taken or event.result.get("hit") else facts
