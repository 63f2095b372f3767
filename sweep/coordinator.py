"""Coordinator: run a sweep's missing tasks on a backend, and join what came of them.

It holds nothing that the store does not: kill it, run again, and only what is missing is done.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweep.backends import Backend, Done, Event, Note, Started, open_backend
from sweep.config import SweepConfig
from sweep.config.schema import Execution
from sweep.join import publish_report
from sweep.journal import (
    FAILED_KINDS,
    append_event,
    append_log,
    forget_failure,
    new_run,
    remember_failure,
)
from sweep.planning import Plan, Selection, make_plan, write_tasks
from sweep.store import Store, open_store

__all__ = ["Progress", "Watcher", "execute", "plan_sweep", "store_of"]

SYSTEMIC = 20  # so many first outcomes failing alike stop the sweep

type Watcher = Callable[[Event, dict[str, Any]], None]


@dataclass
class Progress:
    """What a run has seen so far: enough to stop a sweep that cannot succeed."""

    messages: list[str] = field(default_factory=list)
    stopped: str | None = None

    def note(self, event: Done) -> None:
        """Take note of an end; stop when the first twenty all failed with the same message."""
        if len(self.messages) < SYSTEMIC:
            self.messages.append("" if event.failure is None else event.failure.message)
            alike = len(set(self.messages)) == 1 and self.messages[0]
            if len(self.messages) == SYSTEMIC and alike:
                self.stopped = f"systemic failure: the first {SYSTEMIC} all ended with {alike!r}"


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
    run = new_run(store, plan.record)
    keys = plan.to_do()
    write_tasks(store, plan, keys)
    append_event(store, run, {"event": "begun", "tasks": len(keys)})
    by_key = {o["estimates"]: o for o in plan.record["outcomes"]}
    for key in keys:
        forget_failure(store, by_key[key]["fit"])  # it is tried again: what comes now counts
    progress = Progress()
    reason = "interrupted"
    events = backend_of(config.execution).run(
        keys, store.url, lambda: stop() or progress.stopped is not None
    )
    try:
        for event in events:
            if isinstance(event, Note):
                append_event(store, run, {"event": "note", "message": event.message, **event.facts})
                watch(event, {})
                continue
            record(store, run, event, by_key[event.key], config.execution.timeout)
            watch(event, by_key[event.key])
            if isinstance(event, Done):
                progress.note(event)
        reason = progress.stopped or ("stopped" if stop() else "complete")
    finally:
        events.close()  # whatever ended this, no worker outlives it
        append_event(store, run, {"event": "ended", "reason": reason})
    publish_report(store, run)
    return run


def backend_of(execution: Execution) -> Backend:
    """Return the backend that a config asks for, with what it says of it."""
    options: dict[str, Any] = {
        "retries": execution.retries,
        "timeout": execution.timeout,
        "keep_draws": "draws" in execution.keep,
    }
    if execution.backend == "local":
        options["workers"] = None if execution.workers == "auto" else execution.workers
    else:
        options["settings"] = getattr(execution, execution.backend)
    return open_backend(execution.backend, **options)


def record(
    store: Store, run: str, event: Started | Done, outcome: dict[str, Any], timeout: float | None
) -> None:
    """Append an event to the run's journal and log; remember failures that would happen again."""
    name = outcome["outcome"]
    if not isinstance(event, Done):
        append_event(store, run, {"event": "started", "outcome": name, "attempt": event.attempt})
        return
    append_log(store, run, name, event.log)
    if event.failure is None:
        assert event.result is not None
        forget_failure(store, outcome["fit"])
        seconds = round(event.result["seconds"], 3)
        status = event.result["status"]
        append_event(
            store, run, {"event": "done", "outcome": name, "status": status, "seconds": seconds}
        )
        return
    failure = {"kind": event.failure.kind, "message": event.failure.message, "outcome": name}
    append_log(store, run, name, event.failure.traceback)
    append_event(store, run, {"event": "failed", **failure, "attempt": event.attempt})
    if event.failure.kind in FAILED_KINDS:
        remember_failure(store, outcome["fit"], {**failure, "deadline": timeout})
