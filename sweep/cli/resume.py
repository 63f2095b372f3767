"""Resume: the verbs that go on with a run that is in the store: resume, retry and cancel."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.options import Detach, Format, Printed, RunId, Select, StorePath, open_run

if TYPE_CHECKING:
    from sweep.client.handle import Run
    from sweep.journal.entries import EntryId

ObeyCancel = Annotated[
    bool,
    typer.Option(
        "--obey-cancel",
        help="Start nothing if the run was cancelled: for coordinators that nobody watches.",
    ),
]

__all__ = ["cancel", "resume", "retry", "send_away"]


def resume(
    run: RunId = "last",
    store: StorePath = None,
    detach: Detach = False,
    obey_cancel: ObeyCancel = False,
    format_: Printed = Format.table,
) -> None:
    """Finish a run after a stop, a crash or a lost coordinator.

    Needs the store alone: any machine and any working directory will do. What failed for a reason
    that would happen again is left as it is.
    """
    opened = open_run(run, store)
    if detach:
        send_away(opened, ["resume", opened.id], format_)
    else:
        leave(opened, None, obey_cancel, format_)


def retry(
    select: Select,
    run: RunId = "last",
    store: StorePath = None,
    detach: Detach = False,
    obey_cancel: ObeyCancel = False,
    format_: Printed = Format.table,
) -> None:
    """Try again what a run has no estimates for, or what is selected of it.

    What is selected is sampled anew also where only its draws are gone or damaged.
    """
    from sweep.journal.remaining import unfinished_entries

    opened = open_run(run, store)
    left = unfinished_entries(opened.store, opened.plan, select)  # refuses what selects nothing
    if detach:
        patterns = [word for pattern in select for word in ("--select", pattern)]
        send_away(opened, ["retry", opened.id, *patterns], format_)
    else:
        leave(opened, left, obey_cancel, format_)


def leave(opened: "Run", again: "list[EntryId] | None", obey_cancel: bool, format_: Format) -> None:
    """Carry a run on, tell how it ended, and leave with its exit code."""
    from sweep.cli.exit_codes import exit_code
    from sweep.cli.output import print_json
    from sweep.cli.summary import closing_lines, run_facts, say
    from sweep.client.handle import Run
    from sweep.client.resume import carry_on_shown

    started = time.monotonic()
    interrupted = carry_on_shown(opened.store, opened.plan, again, None, True, obey_cancel)
    finished = Run(opened.store, opened.id)
    say("\n".join(closing_lines(finished, time.monotonic() - started, None)))
    if format_ is Format.json:
        print_json(run_facts(finished, None))
    raise typer.Exit(exit_code(finished, False, interrupted))


def send_away(opened: "Run", verb: list[str], format_: Format) -> None:
    """Let a job do a verb to a run, and say how to look at it."""
    from sweep.cli.output import print_json
    from sweep.cli.summary import option, say
    from sweep.client.command import sweep_command
    from sweep.client.resume import detach

    job = detach(opened.store, opened.plan, verb)
    say(f"run {opened.id} goes on without this machine, coordinated by job {job}")
    also = "(also logs, estimates, cancel, retry)"
    say(f"next    {sweep_command()} status {opened.id}{option(opened)}   {also}")
    if format_ is Format.json:
        print_json({"run": opened.id, "store": opened.store.url, "job": job})


def cancel(run: RunId = "last", store: StorePath = None) -> None:
    """Stop a run, wherever it is coordinated: no further fit starts; those that run now end first.

    `sweep resume` goes on with it.
    """
    from sweep.cli.summary import option, say
    from sweep.client.command import sweep_command
    from sweep.client.verbs import run_row

    opened = open_run(run, store)
    if run_row(opened.store, opened.id)["ended"] == "complete":
        say(f"run {opened.id} had ended: there was nothing to cancel")
        return
    opened.cancel()
    say(f"run {opened.id} is cancelled: fits that run now end first, and no other starts")
    say(f"next    {sweep_command()} resume {opened.id}{option(opened)}   (goes on with it)")
