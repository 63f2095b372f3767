"""Recording: what an event of a backend means for a run's journal, its logs, and its memory.

Remembered are failures that would happen again. The claim is let go of last: whoever waits for it
then finds out why.
"""

from typing import Any

from sweep.artifacts.artifact import exists
from sweep.backends.events import Done, Failure, Progress, Started
from sweep.config import Execution
from sweep.journal.events import append_event
from sweep.journal.failures import FAILED_KINDS, forget_failure, remember_failure
from sweep.journal.logs import append_log
from sweep.store import Store
from sweep.worker.claims import let_go

__all__ = ["record"]


def record(
    store: Store,
    run: str,
    event: Started | Progress | Done,
    outcome: dict[str, Any],
    execution: Execution,
) -> None:
    """Append an event to the run's journal and log; remember failures that would happen again."""
    name = outcome["outcome"]
    if isinstance(event, Started):
        append_event(store, run, {"event": "started", "outcome": name, "attempt": event.attempt})
    elif isinstance(event, Done):
        append_log(store, run, name, event.log)
        if event.failure is None:
            record_success(store, run, event, outcome)
        else:
            record_failure(store, run, event, event.failure, outcome, execution)


def record_success(store: Store, run: str, event: Done, outcome: dict[str, Any]) -> None:
    """Note that the outcome's estimates stand; an earlier failure is no longer true."""
    forget_failure(store, outcome["fit"])
    append_event(store, run, {"event": "done", "outcome": outcome["outcome"], **told(event)})
    if event.attempt > 1:  # the one before may have died at work
        let_go(store, outcome["fit"])


def record_failure(  # of `record`
    store: Store,
    run: str,
    event: Done,
    failure: Failure,
    outcome: dict[str, Any],
    execution: Execution,
) -> None:
    """Note a failure; remember it if it would happen again, and was seen by this run's workers."""
    name, fit = outcome["outcome"], outcome["fit"]
    facts = {"kind": failure.kind, "message": failure.message, "outcome": name}
    append_log(store, run, name, failure.traceback)
    append_event(store, run, {"event": "failed", **facts, "attempt": event.attempt})
    if event.taken:
        return
    if exists(store, "estimates", outcome["estimates"]):  # whoever published them
        forget_failure(store, fit)
    elif failure.kind in FAILED_KINDS:
        limit = failure.limit
        deadline = {"limit": limit, "deadline": getattr(execution, limit)} if limit else {}
        remember_failure(store, fit, {**facts, **deadline})
    let_go(store, fit)


def told(event: Done) -> dict[str, Any]:
    """Return what the journal says of a success; ``taken`` from another run, if it was."""
    assert event.result is not None
    facts = {"status": event.result["status"], "seconds": round(event.result["seconds"], 3)}
    return {**facts, "taken": True} if event.taken or event.result.get("hit") else facts
