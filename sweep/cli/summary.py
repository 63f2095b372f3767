"""Summary: the last lines of a run: what failed, the count of outcomes, and what to do next."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.cli.options import nearest_store
from sweep.client.command import sweep_command
from sweep.client.progress import duration
from sweep.client.terminal import inert
from sweep.keys import Json

if TYPE_CHECKING:
    import pandas as pd

    from sweep.client.handle import Run

__all__ = ["closing_lines", "count_words", "lost_lines", "option", "run_facts", "say"]

SHOWN = 10  # failures told at the end


def say(text: str) -> None:
    """Print progress on standard error."""
    sys.stderr.write(inert(text) + "\n")
    sys.stderr.flush()


def closing_lines(run: "Run", seconds: float, report: Path | None) -> list[str]:
    """Return what a run says last."""
    counts = run.counts()
    words = f"{count_words(counts)}  {duration(seconds)}  run {run.id}"
    done = "Done." if run.partial is None else f"Done, partial: {run.partial}."
    lines = [f"NOTE  {note}" for note in run.notes]
    lines += [*lost_lines(run.failures, run.id, option(run)), f"{done} {words}"]
    lines += [f"report  {report}"] if report else []
    sweep = sweep_command()
    which = "" if run.partial is None else f" {run.id}"  # it is never the last whole run
    lines.append(f"next    {sweep} report{which}{option(run)}   (one HTML file)")
    lines.append(f"        {sweep} estimates{which} --total{option(run)}   (-o json|csv|parquet)")
    if counts["cancelled"]:
        lines.append(f"        {sweep} resume {run.id}{option(run)}   (goes on where it stopped)")
    elif can_be_retried(run):
        lines.append(f"        {sweep} retry {run.id} --select status:failed{option(run)}")
    return lines


def can_be_retried(run: "Run") -> bool:
    """Return whether something failed that another try may mend: not where nobody was asked."""
    failed = set(run.failures["outcome"])
    return any(e.failure is None and e.name in failed for e in run.plan.entries)


def option(run: "Run") -> str:
    """Return the option that names the run's store, empty if verbs find it by themselves."""
    near = nearest_store()
    if near is not None and str(near.resolve()) == run.store.url:
        return ""
    return f" --store {shlex.quote(run.store.url)}"


def count_words(counts: Mapping[str, int]) -> str:
    """Return the counts by status as ``ok=196 flagged=3 failed=1 cancelled=0 total=200``."""
    shown = {k: v for k, v in counts.items() if v or k != "pending"}
    return " ".join(f"{k}={v}" for k, v in {**shown, "total": sum(counts.values())}.items())


def lost_lines(lost: "pd.DataFrame", run: str, store: str) -> list[str]:
    """Return the failures with their reasons, most of them told, and how to see more."""
    rows: list[Any] = list(lost[lost["status"] == "failed"].itertuples(index=False))
    lines = [f"FAIL  {r.outcome}  {r.reason}" for r in rows[:SHOWN]]
    if len(rows) > SHOWN:
        lines.append(f"... and {len(rows) - SHOWN} more: {sweep_command()} status {run}{store}")
    if rows:
        outcome = shlex.quote(rows[0].outcome)
        lines.append(f"      {sweep_command()} logs {run} {outcome}{store}")
    return lines


def run_facts(run: "Run", report: Path | None) -> Json:
    """Return what a program wants to know of a run that has ended."""
    counts = run.counts()
    return {
        "run": run.id,
        "name": run.plan.name,
        "store": run.store.url,
        "counts": counts,
        "total": sum(counts.values()),
        "partial": run.partial,
        "report": None if report is None else str(report),
    }
