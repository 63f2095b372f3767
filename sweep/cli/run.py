"""Run: the verbs that fit: run, a whole sweep on its backend, and fit, one outcome right here."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.exit_codes import BROKEN, exit_code
from sweep.cli.options import (
    Config,
    Detach,
    Format,
    Limit,
    Printed,
    ReportPath,
    RetryFailed,
    Sample,
    Select,
    Set,
    Strict,
)

if TYPE_CHECKING:
    import pandas as pd

    from sweep.config import SweepConfig
    from sweep.journal.run_plan import RunPlan
    from sweep.keys import Json
    from sweep.planning.plan import Plan
    from sweep.store import Store

__all__ = ["fit", "run"]


def run(  # noqa: PLR0913, PLR0917 # one parameter per option
    config: Config,
    select: Select,
    set_: Set,
    sample: Sample = None,
    limit: Limit = None,
    retry_failed: RetryFailed = False,
    strict: Strict = False,
    report: ReportPath = None,
    detach: Detach = False,
    format_: Printed = Format.table,
) -> None:
    """Run a sweep: fit what the store lacks, then join it all.

    What an earlier run has done is taken from the store. Ctrl-C lets the running fits end; the
    same command goes on later.
    """
    from sweep.cli.output import print_json
    from sweep.cli.summary import closing_lines, run_facts, say
    from sweep.client.files import check_report_path
    from sweep.client.inputs import refuse_inputs
    from sweep.client.verbs import execute_shown, read_and_plan

    if report is not None:
        check_report_path(report)
    started = time.monotonic()
    read, store, made = read_and_plan(config, select, set_, sample, limit, retry_failed)
    if report is not None:
        refuse_inputs(report, made.record, store)
    say("\n".join([opening(made, read.execution.backend), *notice_words(made)]))
    if detach:
        start_away(read, store, made, format_)
        return
    finished, interrupted = execute_shown(read, store, made, None, lines=True)
    written = None if report is None else finished.report(report)
    say("\n".join(closing_lines(finished, time.monotonic() - started, written)))
    if format_ is Format.json:
        print_json(run_facts(finished, written))
    code = exit_code(finished, strict, interrupted)
    raise typer.Exit(code if made.mistakes is None or interrupted else BROKEN)


def start_away(config: "SweepConfig", store: "Store", made: "Plan", format_: Format) -> None:
    """Store a plan and let a job carry it out.

    Raises
    ------
    UsageError
        If the config's backend is not ``batch``.
    """
    from sweep.cli.resume import send_away
    from sweep.client.handle import Run
    from sweep.coordinator.execute import begin
    from sweep.errors import UsageError
    from sweep.journal.failures import forget_failure
    from sweep.planning.plan import replan_if_collected
    from sweep.store.concurrency import concurrently

    if config.execution.backend != "batch":
        msg = f"--detach needs execution.backend: batch, not {config.execution.backend!r}"
        raise UsageError(msg)
    run_id = begin(store, made)
    made = replan_if_collected(store, made)
    again = [entry.fit_key for entry in made.left()]
    concurrently(lambda fit: forget_failure(store, fit), again)  # the job knows the store alone
    send_away(Run(store, run_id), ["resume", run_id], format_)


def notice_words(made: "Plan") -> list[str]:
    """Return what was inferred of the data, a line for each, and what is mistaken in the config."""
    lines = [f"notice: {notice}" for notice in made.record.notices]
    if made.mistakes is not None:
        lines += [str(made.mistakes), "What is mistaken is not fitted; the other outcomes are."]
    return lines


def opening(made: "Plan", backend: str) -> str:
    """Return the line that says what is about to happen."""
    from sweep.cli.plan import action_words, actions_of
    from sweep.journal.partial import name_with_part
    from sweep.words.numbers import count_of

    outcomes = f"{count_of(len(made.entries), 'outcome')}, {action_words(actions_of(made))}"
    return f"{name_with_part(made.record)}: {outcomes}; {backend}"


def fit(
    config: Config,
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="The outcome's name.")],
    set_: Set,
    sample: Sample = None,
    format_: Printed = Format.table,
) -> None:
    """Fit one outcome in this process, to debug a model.

    Prints the diagnostics and the estimates.
    """
    become_worker()
    from glob import escape

    from sweep.artifacts.artifact import read as read_artifact
    from sweep.cli.plan import WORDS
    from sweep.cli.summary import say
    from sweep.client.verbs import read_and_plan
    from sweep.errors import DataError
    from sweep.estimates.formats import from_parquet
    from sweep.estimates.table import as_shown, shown_base
    from sweep.journal.partial import sample_words
    from sweep.planning.plan import write_tasks
    from sweep.words.numbers import count_of

    read, store, made = read_and_plan(config, escape(outcome), set_, sample, None, True)
    entry = made.entries[0]
    if entry.failure is not None:
        msg = f"{outcome!r} cannot be fitted: {entry.failure.message}"
        raise DataError(msg)
    for message in made.mended:
        say(message)
    write_tasks(store, made, [entry.key], say)
    base = shown_base(entry.n, read.study.minimum_base)
    answers = "number of answers withheld" if base is None else count_of(base, "answer")
    say(f"{outcome}: {answers}, {WORDS[entry.action]}")
    result = fitted_here(store, made.record, "draws" in read.execution.keep)
    table = from_parquet(read_artifact(store, "estimates", entry.key).payload["estimates.parquet"])
    rows = as_shown(table, read.study.survey.weight)
    show_fit(outcome, {**result, "n": base, "partial": sample_words(made.record)}, rows, format_)


def fitted_here(store: "Store", plan: "RunPlan", keep_draws: bool) -> "Json":
    """Do the one task of a plan in this process, shown as a run is; return what happened.

    Raises
    ------
    ModelError
        If the model file is wrong; it names the outcome.
    """
    from sweep.backends.events import Done, Progress, Started
    from sweep.client.screen import show_sweep
    from sweep.errors import ModelError
    from sweep.worker.memory import Memory
    from sweep.worker.serve import work

    (entry,) = plan.entries
    key, memory = entry.key, Memory()
    with show_sweep(plan, None, lines=True) as screen:
        memory.watch = lambda phase, count: screen.watch(Progress(key, phase, count), entry)
        screen.watch(Started(key, 0, 1), entry)
        try:
            result = work(store, key, keep_draws, memory)
        except ModelError as error:
            msg = f"{entry.id}: {error}"
            raise ModelError(msg) from error
        screen.watch(Done(key, 1, result, None), entry)
    return result


def become_worker() -> None:
    """Start this process anew with a worker's environment, unless it has it.

    Machine code and threads are then a worker's, and so are the bytes of what is published.
    """
    import os
    import sys

    from sweep.toolchain import UNWANTED
    from sweep.worker.environment import warm_environment
    from sweep.worker.safe_path import python_command

    environment = warm_environment()
    other = any(os.environ.get(name) != value for name, value in environment.items())
    if other or any(name in os.environ for name in UNWANTED):
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(sys.executable, python_command("sweep", *sys.argv[1:]), environment)


def show_fit(outcome: str, result: "Json", table: "pd.DataFrame", format_: Format) -> None:
    """Print one fit's state, diagnostics and estimates."""
    from sweep.cli.output import frame_rows, print_json, print_lines
    from sweep.cli.tables import estimate_lines

    fit = ("status", "reasons", "n", "draws", "seconds", "hit", "remedies", "diagnostics")
    facts = {"outcome": outcome, **{k: result[k] for k in (*fit, "partial")}}
    facts["checks"] = result.get("checks", {})
    if format_ is Format.json:
        print_json({**facts, "estimates": frame_rows(table)})
        return
    part = "" if facts["partial"] is None else f" (partial: {facts['partial']})"
    lines = [f"{outcome}: {facts['status']}{part}"]
    lines += [f"  {reason}" for reason in facts["reasons"]]
    lines += [f"  remedy applied: {remedy}" for remedy in facts["remedies"]]
    lines.append("taken from the store" if facts["hit"] else f"fitted in {facts['seconds']:.1f} s")
    numbers = {k: v for k, v in facts["diagnostics"].items() if k != "reasons"}
    lines += [f"  {name:14} {value}" for name, value in numbers.items()]
    for check, figures in facts["checks"].items():
        lines += [f"  {f'{check} {name}':20} {value}" for name, value in figures.items()]
    print_lines([*lines, "", *estimate_lines(table)])
