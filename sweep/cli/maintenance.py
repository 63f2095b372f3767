"""Maintenance: the verbs that keep a store in order: verify and gc."""

import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.options import (
    Format,
    Grace,
    KeepRuns,
    OlderThan,
    Printed,
    StorePath,
    find_store,
)
from sweep.client.command import sweep_command
from sweep.keys import Json
from sweep.words.numbers import bytes_words

if TYPE_CHECKING:
    from sweep.maintenance.gc import Garbage
    from sweep.maintenance.verify import Finding, Tally
    from sweep.store import Store

__all__ = ["gc", "verify"]

FAULTS = ("damaged", "missing", "unknown")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
EVERY = 2.0  # seconds between two lines of progress


def verify(
    store: StorePath = None,
    quarantine: Annotated[
        bool,
        typer.Option(
            "--quarantine", help="Move what is damaged aside: the next run makes it anew."
        ),
    ] = False,
    format_: Printed = Format.table,
) -> None:
    """Read all that a store holds, and say what is damaged, missing or left over.

    Leaves with exit code 1 if something is damaged or missing. What is left over (stray) does no
    harm: `sweep gc` removes it.
    """
    from sweep.cli.output import print_json, print_lines
    from sweep.maintenance.verify import Tally
    from sweep.maintenance.verify import verify as look_at

    opened, tally = find_filled_store(store), Tally()
    watch = progress_printer(tally_words)
    found = []
    for finding in look_at(opened, tally, watch, quarantine):
        found.append(finding)
        if format_ is Format.table:
            print_lines([f"{finding.state:8} {finding.name}  {finding.message}"])
    if format_ is Format.json:
        print_json(verify_facts(opened, tally, found, quarantine))
    else:
        print_lines(verify_lines(tally, found, quarantine))
    raise typer.Exit(any(finding.state in FAULTS for finding in found))


def tally_words(tally: "Tally") -> str:
    """Return how far it is."""
    return f"{tally.units.total():,} looked at, {bytes_words(tally.bytes)}"


def verify_facts(
    store: "Store", tally: "Tally", found: Sequence["Finding"], quarantine: bool
) -> Json:
    """Return what was found."""
    return {
        "store": store.url,
        "checked": dict(sorted(tally.units.items())),
        "bytes": tally.bytes,
        "counts": {state: [f.state for f in found].count(state) for state in (*FAULTS, "stray")},
        "quarantined": quarantine,
        "findings": [{"state": f.state, "name": f.name, "message": f.message} for f in found],
    }


def verify_lines(tally: "Tally", found: Sequence["Finding"], quarantine: bool) -> list[str]:
    """Return the last lines: what was looked at, what was found, what to do."""
    counts = Counter(f.state for f in found)
    looked = ", ".join(f"{folder} {count:,}" for folder, count in sorted(tally.units.items()))
    words = ", ".join(f"{count:,} {state}" for state, count in counts.items()) or "all sound"
    lines = [f"{looked}; {bytes_words(tally.bytes)} of payload: {words}"]
    sweep = sweep_command()
    if counts["damaged"] and not quarantine:
        lines.append(f"next    {sweep} verify --quarantine   (moves what is damaged aside)")
    elif counts["damaged"]:
        lines.append("moved to quarantine/; the next `sweep run` makes anew what it needs of it")
    if counts["stray"]:
        lines.append(f"next    {sweep} gc   (shows what nobody needs; --delete removes it)")
    return lines


def gc(
    store: StorePath = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete it, not only show it.")] = False,
    grace: Grace = "24h",
    keep_runs: KeepRuns = None,
    older_than: OlderThan = None,
    format_: Printed = Format.table,
) -> None:
    """Show what no run needs, and delete it with --delete.

    Whatever a run of the store refers to is kept: its design, counts, draws, estimates, reports and
    logs. Without --keep-runs and --older-than no run is forgotten; one that works never is.
    """
    from sweep.cli.output import print_json, print_lines
    from sweep.maintenance.gc import Rules, collect

    opened = find_filled_store(store)
    oldest = None if older_than is None else seconds_of("--older-than", older_than)
    rules = Rules(seconds_of("--grace", grace), keep_runs, oldest)
    found = collect(opened, rules, delete, progress_printer(progress_words))
    if format_ is Format.json:
        print_json(gc_facts(opened, found, delete))
    else:
        print_lines(gc_lines(found, delete))


def progress_words(done: tuple[int, int]) -> str:
    """Return how far it is."""
    return f"{done[0]:,} of {done[1]:,}"


def gc_facts(store: "Store", found: Sequence["Garbage"], delete: bool) -> Json:
    """Return what is garbage, or was."""
    return {
        "store": store.url,
        "deleted": delete,
        "files": sum(len(one.names) for one in found),
        "bytes": sum(one.bytes for one in found),
        "garbage": [{"unit": o.unit, "files": list(o.names), "bytes": o.bytes} for o in found],
    }


def gc_lines(found: Sequence["Garbage"], delete: bool) -> list[str]:
    """Return what is garbage by folder, and what was or can be done about it."""
    from sweep.cli.output import table_lines

    if not found:
        return ["nothing to delete"]
    rows = []
    for folder in sorted({one.folder for one in found}):
        of_it = [one for one in found if one.folder == folder]
        files, size = sum(len(o.names) for o in of_it), sum(o.bytes for o in of_it)
        row = {"": folder, "number": len(of_it), "files": files, "size": bytes_words(size)}
        rows.append(row)
    total = bytes_words(sum(one.bytes for one in found))
    advice = f"can be deleted: {sweep_command()} gc --delete"
    last = f"{total} deleted" if delete else f"{total} {advice}"
    return [*table_lines(rows, ["", "number", "files", "size"]), last]


def find_filled_store(store: str | None) -> "Store":
    """Open a store that holds something.

    Raises
    ------
    UsageError
        If it holds nothing: it is likely another one that is meant.
    """
    from sweep.errors import UsageError

    opened = find_store(store)
    if next(opened.list(), None) is None:
        msg = f"there is nothing in {opened.url}: is this the store you mean?"
        raise UsageError(msg)
    return opened


def seconds_of(option: str, text: str) -> float:
    """Return an age in seconds.

    Raises
    ------
    UsageError
        If it is not a number and a unit.
    """
    from sweep.errors import UsageError

    number, unit = text[:-1], text[-1:]
    if text == "0":
        return 0.0
    if unit not in UNITS or not re.fullmatch(r"[0-9]{1,6}", number):
        units = ", ".join(UNITS)
        msg = f"{option} {text!r}: write a number up to 999999 and one of {units}, such as 24h"
        raise UsageError(msg)
    return float(int(number) * UNITS[unit])


def progress_printer[T](words: Callable[[T], str]) -> Callable[[T], None]:
    """Return what tells progress on a terminal, every two seconds."""
    last = time.monotonic()

    def watch(value: T) -> None:
        nonlocal last
        if sys.stderr.isatty() and time.monotonic() - last > EVERY:
            last = time.monotonic()
            sys.stderr.write(f"{words(value)}\n")

    return watch
