"""Results: the verbs that read what runs left: status, runs, estimates, report, logs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.options import (
    Format,
    Grouping,
    NamedGroup,
    OutcomePatterns,
    OutputFile,
    Printed,
    RunId,
    StorePath,
    TableFormat,
    TablePrinted,
    Total,
    find_store,
    open_run,
)
from sweep.words.numbers import count_of

if TYPE_CHECKING:
    import pandas as pd

    from sweep.client.handle import Run

__all__ = ["estimates", "logs", "report", "runs", "status"]


def status(
    run: RunId = "last",
    store: StorePath = None,
    all_: Annotated[bool, typer.Option("--all", "-a", help="Also list clean outcomes.")] = False,
    format_: Printed = Format.table,
) -> None:
    """Show how a run's outcomes stand, failures first."""
    from sweep.cli.output import frame_rows, print_json, print_lines
    from sweep.cli.summary import count_words
    from sweep.cli.tables import state_lines
    from sweep.client.verbs import run_row
    from sweep.journal.partial import name_with_part

    opened = open_run(run, store)
    row = run_row(opened.store, opened.id)
    if format_ is Format.json:
        facts = {"counts": opened.counts(), "notes": opened.notes}
        print_json({**row, **facts, "fits": frame_rows(opened.fits())})
        return
    ended = row["ended"] or f"still going, or stopped short: `sweep resume {opened.id}` goes on"
    head = f"{name_with_part(opened.plan)}  run {opened.id}  started {row['started']}  {ended}"
    lines = state_lines(opened.fits(), all_)
    notes = [f"NOTE  {note}" for note in opened.notes]
    counts = count_words(opened.counts())
    print_lines([head, *notes, counts, *([""] if lines else []), *lines])


def runs(store: StorePath = None, format_: Printed = Format.table) -> None:
    """List the runs of a store, newest first."""
    from sweep.cli.output import frame_rows, print_json, print_lines, table_lines
    from sweep.client.verbs import runs as runs_of

    table = runs_of(find_store(store).url)
    rows = frame_rows(table)
    if format_ is Format.json:
        print_json(rows)
    else:
        print_lines(table_lines(rows, list(table.columns)) if rows else ["no runs yet"])


def estimates(  # noqa: PLR0913, PLR0917 # one parameter per option
    run: RunId = "last",
    store: StorePath = None,
    by: Grouping = None,
    total: Total = False,
    outcomes: OutcomePatterns = None,
    group: NamedGroup = None,
    format_: TablePrinted = None,
    output: OutputFile = None,
) -> None:
    """Print the estimates table of a run, or a part of it."""
    grouping, opened = grouping_of(by, total), open_run(run, store)
    kind = format_of(format_, output)
    whole = grouping is None and not outcomes and group is None and output is None
    stored = stored_csv(opened) if whole and kind is TableFormat.csv else None
    if stored is not None:
        say_partial(opened)
        sys.stdout.flush()
        sys.stdout.buffer.write(stored)
        return
    table = opened.estimates(grouping, outcomes or None, group)
    say_partial(opened)
    data = table_bytes(table, kind)
    if output is not None:
        from sweep.cli.summary import say
        from sweep.client.files import write_whole
        from sweep.client.inputs import refuse_inputs

        refuse_inputs(output, opened.plan, opened.store)
        write_whole(output, data)
        say(f"{count_of(len(table), 'row')} written to {output}")
        return
    refuse_terminal(kind)
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def stored_csv(opened: "Run") -> bytes | None:
    """Return a run's whole table as its report holds it; None if it has none of the run as it is.

    To write 60,000 rows anew takes longer than all else that the command does.
    """
    from sweep.journal.states import outcome_states
    from sweep.results.joined import Joined

    states = outcome_states(opened.store, opened.plan)
    return Joined(opened.store, opened.plan, states).file("estimates.csv")


def format_of(asked: TableFormat | None, output: Path | None) -> TableFormat:
    """Return the format asked for, or else that of the file's name; a table as a last resort."""
    if asked is not None:
        return asked
    suffix = "" if output is None else output.suffix.removeprefix(".").lower()
    return TableFormat(suffix) if suffix in list(TableFormat) else TableFormat.table


def say_partial(opened: "Run") -> None:
    """Say on standard error which part of its sweep a run covers: what is written may not."""
    from sweep.cli.summary import say

    if opened.partial is not None:
        say(f"NOTE  run {opened.id} is partial: {opened.partial}")


def grouping_of(by: str | None, total: bool) -> list[str] | None:
    """Return the grouping that two options ask for.

    Raises
    ------
    UsageError
        If both were given, or ``by`` names no variable: that is not to ask for the totals.
    """
    from sweep.errors import UsageError

    if total and by is not None:
        msg = f"--total and --by {by} were both given: choose one"
        raise UsageError(msg)
    if total:
        return []
    if by is None:
        return None
    names = [name.strip() for name in by.split(",")]
    if "" in names:
        msg = f"--by {by!r} has a variable without a name: write --by region,sex, or --total"
        raise UsageError(msg)
    return names


def refuse_terminal(format_: TableFormat) -> None:
    """Refuse to write Parquet where a person would see it."""
    from sweep.errors import UsageError

    if format_ is TableFormat.parquet and sys.stdout.isatty():
        msg = "Parquet is not text: give --output FILE, or send standard output to a file"
        raise UsageError(msg)


def table_bytes(table: "pd.DataFrame", format_: TableFormat) -> bytes:
    """Return the table in one of its written forms."""
    from sweep.cli.output import frame_rows, json_text
    from sweep.cli.tables import estimate_lines
    from sweep.client.terminal import inert
    from sweep.estimates.formats import to_csv, to_parquet

    if format_ is TableFormat.csv:
        return to_csv(table)
    if format_ is TableFormat.parquet:
        return to_parquet(table)
    if format_ is TableFormat.json:
        return json_text(frame_rows(table), 1).encode()
    return "".join(f"{inert(line)}\n" for line in estimate_lines(table)).encode()


def report(
    run: RunId = "last",
    store: StorePath = None,
    output: Annotated[
        Path,
        typer.Option("--output", "-O", metavar="FILE", help="A name in .html, .parquet or .csv."),
    ] = Path("report.html"),
) -> None:
    """Write a run's report: one self-contained HTML file.

    By the name of the file it is the HTML page, or the whole estimates table.
    """
    from sweep.cli.output import print_lines

    opened = open_run(run, store)
    path = opened.report(output)
    say_partial(opened)
    print_lines([str(path)])


def logs(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or 'last'.")],
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="The outcome's name.")],
    store: StorePath = None,
) -> None:
    """Print what an outcome's attempts printed and raised."""
    from sweep.cli.output import print_lines
    from sweep.cli.summary import say

    text = open_run(run, store).logs(outcome)
    if text:
        print_lines(text.splitlines())
    else:
        say(f"nothing was logged for {outcome} in this run")
