"""Whole: what must be so of every sweep that was broken and run again."""

import time
from collections import Counter
from pathlib import Path

from sweep.journal.events import RunEvent, read_events
from sweep.journal.runs import runs_in
from tests.chaos.host import is_alive
from tests.chaos.scenes import WORKERS, Case, Golden, reached

__all__ = ["check_whole", "workers_gone"]


def workers_gone(case: Case) -> None:
    """No worker outlives its coordinator by more than its task."""
    pids = {x["pid"] for x in reached(case.record) if x["role"] == "worker"}
    end = time.monotonic() + 30
    while alive := [pid for pid in pids if is_alive(pid)]:
        assert time.monotonic() < end, f"workers {alive} live on"
        time.sleep(0.02)


def check_whole(
    case: Case,
    golden: Golden,
    *,
    killed: bool = False,
    litter: int | None = None,
    stale: tuple[str, ...] = ("claims/", "failures/"),
) -> None:
    """The same bytes as undisturbed, nothing lost, nothing twice, nothing left lying about.

    A coordinator that was ``killed`` leaves its run's journal open. ``litter`` is how many writers
    may have been killed at work; None is any number. ``stale`` is what a coordinator may not have
    come to delete: claims of the dead, and a failure of an outcome whose estimates stand, which is
    then not looked at.
    """
    store = case.store()
    runs = runs_in(store)
    journals = {run: read_events(store, run) for run in runs}
    told = {e["report"] for e in journals[runs[0]] if e["event"] == "report"}
    assert golden.report in told, f"the report is {told}"
    found = case.golden(golden.report)
    assert golden.payload == found.payload, "the report has other bytes"
    lost = sorted(golden.names - found.names)
    assert [] == lost, f"lost: {lost}"
    others = {key for events in journals.values() for e in events if (key := e.get("report"))}
    left = {n for n in found.names - golden.names if n.split("/")[1] not in others}
    extra = sorted(n for n in left if not n.startswith(stale))
    assert len(left) - len(extra) <= WORKERS, f"more than there were workers: {left}"
    assert [] == extra, f"left lying about: {extra}"
    check_once(case, golden, list(journals.values()))
    for run, events in journals.items():
        closed = run == runs[0] or not killed
        assert not closed or is_closed(events), f"the journal of {run} is open: {events}"
    if litter is not None and not case.url.startswith("s3:"):
        found_litter = list(Path(case.url, "tmp").glob("put-*"))
        assert len(found_litter) <= litter, f"left by a writer that lives: {found_litter}"


def check_once(case: Case, golden: Golden, journals: list[list[RunEvent]]) -> None:
    """No outcome is told or published twice, and no more is computed twice than was under way."""
    done = Counter(e["outcome"] for x in journals for e in x if e["event"] == "done")
    assert {1} >= set(done.values()), f"done twice: {done}"
    lines = reached(case.record)
    published = Counter(x["what"] for x in lines if x["point"] == "publish.after_done")
    assert {1} >= set(published.values()), f"published twice: {published}"
    fitted = sum(x["point"] == "fit.after_sample" for x in lines)
    assert fitted <= len(golden.fits) + WORKERS + 1, f"{fitted} fits for {len(golden.fits)}"


def is_closed(events: list[RunEvent]) -> bool:
    """Return whether a journal's last part has its end."""
    words = [e["event"] for e in events if e["event"] in ("begun", "ended")]
    return words[-1:] != ["begun"]
