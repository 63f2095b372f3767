"""Runs: one `sweep run` of one config: an immutable plan, and what happened, appended.

Status is derived, never stored: from the plan, and from which keys exist.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from sweep.artifacts import damaged, read_done, read_record, write_record
from sweep.errors import UsageError
from sweep.faultpoint import faultpoint
from sweep.keys import digest
from sweep.quarantine import Tell, sound, unheard
from sweep.store import NotStored, Store
from sweep.store.together import together

__all__ = [
    "FAILED_KINDS",
    "append_event",
    "append_log",
    "cancel_run",
    "failure_of",
    "failure_place",
    "forget_cancel",
    "forget_failure",
    "is_cancelled",
    "new_run",
    "outcome_states",
    "plan_of",
    "plan_place",
    "read_events",
    "read_log",
    "read_plan",
    "recent_plans",
    "remember_failure",
    "remembered",
    "runs_in",
]

FAILED_KINDS = ("data", "model", "timeout")
"""Kinds of failure that would happen again, and are remembered."""


TOLD = {
    "begun": {"at"},
    "ended": {"at", "reason"},
    "started": {"at", "outcome"},
    "done": {"at", "outcome"},
    "failed": {"at", "outcome", "kind", "message"},
    "note": {"at", "message"},
    "report": {"at", "report"},
}
"""What readers of an event take from it: without, its line is as good as torn."""

RUN = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")
LONGEST = 200  # bytes of a log's name
RECENT, AT_ONCE = 64, 16  # runs whose plans are looked through; how many at a time


def new_run(store: Store, plan: Mapping[str, Any]) -> str:
    """Write a run's plan; return its id: date, time and four digits of the second's fraction.

    Ids sort as the runs began, also those of one second.
    """
    now = datetime.now(UTC)
    for attempt in range(100):
        fraction = (now.microsecond * 65_536 // 1_000_000 + attempt) % 65_536
        run = f"{now:%Y%m%d-%H%M%S}-{fraction:04x}"
        started = now.isoformat(timespec="seconds")
        if write_record(store, plan_place(run), {**plan, "run": run, "started": started}):
            return run
    msg = "no free run id"
    raise AssertionError(msg)  # nobody begins a hundred runs in two milliseconds


def runs_in(store: Store) -> list[str]:
    """Return the ids of all runs, newest first."""
    names = (name.split("/") for name in store.list("runs/"))
    return sorted({n[1] for n in names if n[-1] == "plan.json"}, reverse=True)


def recent_plans(store: Store) -> Iterator[list[dict[str, Any]]]:
    """Yield the plans of the newest runs, newest first, some at a time; older runs are left out."""
    known = runs_in(store)[:RECENT]
    for start in range(0, len(known), AT_ONCE):
        block = known[start : start + AT_ONCE]
        yield together(lambda run: plan_of(store, run), block)


def read_plan(store: Store, run: str) -> dict[str, Any]:
    """Return a run's plan; an id may be cut short, and ``last`` is the newest.

    Raises
    ------
    UsageError
        If no run, or more than one, goes by that name.
    CorruptArtifact
        If the plan is damaged, or another run's.
    """
    if RUN.fullmatch(run):  # a whole id needs no look at all the others
        with suppress(NotStored):
            return plan_of(store, run)
    known = runs_in(store)
    found = known[:1] if run == "last" else [r for r in known if r == run]
    found = found or [r for r in known if r.startswith(run) or r.endswith(run)]
    if len(found) != 1:
        shown = ", ".join(known[:5]) or "none"
        problem = "matches more than one run" if found else "is not a run"
        msg = f"{run!r} {problem} of {store.url}; newest: {shown}"
        raise UsageError(msg)
    return plan_of(store, found[0])


def plan_of(store: Store, run: str) -> dict[str, Any]:
    """Return the plan of the run with this very id; raises as `read_plan` does."""
    plan = read_record(store, plan_place(run))
    if plan.get("run") != run:
        raise damaged(store, plan_place(run), f"expected run {run}, found run {plan.get('run')}")
    return plan


def plan_place(run: str) -> str:
    """Return where a run's plan lies."""
    return f"runs/{run}/plan.json"


def append_event(store: Store, run: str, event: Mapping[str, Any]) -> None:
    """Append one event, stamped, to the run's journal."""
    stamped = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **event}
    faultpoint("journal.before_append", event["event"])
    before = b"\n" if event["event"] == "begun" else b""  # ends a line that a crash may have torn
    store.append(f"runs/{run}/events.jsonl", before + json.dumps(stamped).encode() + b"\n")
    faultpoint("journal.after_append", event["event"])


def read_events(store: Store, run: str) -> list[dict[str, Any]]:
    """Return the run's events; a line that a crash tore, or a bad disk spoilt, is left out."""
    try:
        lines = store.get(f"runs/{run}/events.jsonl").split(b"\n")
    except NotStored:
        return []
    return [event for line in lines[:-1] if (event := parsed(line)) is not None]


def parsed(line: bytes) -> dict[str, Any] | None:
    """Return an event's line as data, None if it is torn, spoilt or empty."""
    try:
        event = json.loads(line)
    except ValueError:  # bytes that are no text as well
        return None
    needed = TOLD.get(str(event.get("event"))) if isinstance(event, dict) else None
    return event if needed is not None and needed <= event.keys() else None


def log_name(run: str, outcome: str) -> str:
    """Return where an outcome's log lies; any outcome name makes a file name."""
    name = quote(outcome, safe="").replace(".", "%2E")
    if len(name) > LONGEST:  # a whole question in Cyrillic; a file's name has 255 bytes
        name = f"{name[: LONGEST - 20]}-{digest(outcome)[:12]}"
    return f"runs/{run}/logs/{name}.log"


def append_log(store: Store, run: str, outcome: str, text: str) -> None:
    """Append to an outcome's log."""
    if text:
        store.append(log_name(run, outcome), text.encode())
        faultpoint("log.after_append")


def read_log(store: Store, run: str, outcome: str) -> str:
    """Return an outcome's log, empty if it has none."""
    try:
        return store.get(log_name(run, outcome)).decode(errors="replace")
    except NotStored:
        return ""


def remember_failure(store: Store, fit_key: str, failure: Mapping[str, Any]) -> None:
    """Remember a failure that would happen again, in place of an earlier one."""
    forget_failure(store, fit_key)
    write_record(store, failure_place(fit_key), {**failure, "fit": fit_key})
    faultpoint("failure.after_remember")


def failure_place(fit_key: str) -> str:
    """Return where the failure of a fit is remembered."""
    return f"failures/{fit_key}.json"


def failure_of(store: Store, fit_key: str) -> dict[str, Any] | None:
    """Return the remembered failure of a fit, None if there is none.

    Raises
    ------
    CorruptArtifact
        If it is damaged, or another fit's.
    """
    place = failure_place(fit_key)
    try:
        failure = read_record(store, place)
    except NotStored:
        return None
    if (found := failure.pop("fit", None)) != fit_key:
        raise damaged(store, place, f"expected the failure of fit {fit_key}, found that of {found}")
    return failure


def remembered(store: Store, fit_key: str, tell: Tell = unheard) -> dict[str, Any] | None:
    """Return what `failure_of` does; what is damaged is moved aside, and the fit tried again."""
    place = failure_place(fit_key)
    return sound(store, place, lambda: failure_of(store, fit_key), tell)


def forget_failure(store: Store, fit_key: str) -> None:
    """Forget a remembered failure, to try again."""
    faultpoint("failure.before_forget")
    store.delete(failure_place(fit_key))


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


def outcome_states(store: Store, plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row per outcome of a run: status, reason and diagnostics, from what exists.

    Status is ``ok``, ``flagged``, ``failed``, ``cancelled`` (the run ended before it) or
    ``pending``.
    """
    ended = last_ends(read_events(store, plan["run"]))
    return together(lambda o: {**described(o), **state_of(store, o, ended)}, plan["outcomes"])


def described(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a reader calls the outcome."""
    return {k: outcome[k] for k in ("outcome", "label", "brand", "metric", "tags")}


def last_ends(events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return each outcome's last failure in this run, and whether the run ended (key ``""``)."""
    ends: dict[str, Any] = {}
    for event in events:
        if event["event"] == "failed":
            ends[event["outcome"]] = event
        elif event["event"] == "ended":
            ends[""] = event
        elif event["event"] == "begun":
            ends.pop("", None)
    return ends


def state_of(store: Store, outcome: Mapping[str, Any], ended: Mapping[str, Any]) -> dict[str, Any]:
    """Return one outcome's state."""
    if outcome["failure"] is not None:
        return failed(outcome["failure"])
    with suppress(NotStored):
        meta = read_done(store, "estimates", outcome["estimates"]).meta
        return {**meta, "reason": "; ".join(meta["reasons"]) or None}
    failure = ended.get(outcome["outcome"]) or failure_of(store, outcome["fit"])
    if failure is not None:
        return failed(failure)
    if "" in ended:
        reason = f"the run ended before its turn: {ended['']['reason']}"
        return {"status": "cancelled", "reason": reason}
    return {"status": "pending", "reason": None}


def failed(failure: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state of a failed outcome."""
    return {"status": "failed", "reason": failure["message"], "kind": failure["kind"]}
