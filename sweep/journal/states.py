"""States: what became of each outcome of a run, derived from what exists."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from sweep.artifacts.artifact import read_done
from sweep.journal.events import read_events
from sweep.journal.failures import failure_of
from sweep.store import NotStored, Store
from sweep.store.concurrency import together

__all__ = ["outcome_states"]


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
