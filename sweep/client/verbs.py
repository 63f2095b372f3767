"""Verbs: a sweep from Python: run it, plan it, explain it, and open the runs of a store."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.client.arguments import as_list, whole_above_0
from sweep.client.handle import Run
from sweep.journal.partial import partial_words
from sweep.keys import Json
from sweep.store import Store, open_store
from sweep.store.directory_root import warn_if_exposed

if TYPE_CHECKING:
    import pandas as pd

    from sweep.config import SweepConfig
    from sweep.planning.explain import Explanation
    from sweep.planning.plan import Plan

__all__ = ["explain", "open", "plan", "run", "runs"]

type Config = str | Path | Mapping[str, Any]
type Overrides = str | Iterable[str] | Mapping[str, Any]

PLAN_COLUMNS = ("outcome", "label", "brand", "metric", "tags", "n", "action")
RUN_COLUMNS = (
    *("run", "name", "started", "outcomes", "taken", "fitted", "failed", "ended", "seconds"),
    "partial",
)


def run(  # noqa: PLR0913 # the options of the command
    config: Config,
    *,
    select: str | Iterable[str] = (),
    set: Overrides = (),  # named as on the command line
    sample: int | None = None,
    limit: int | None = None,
    retry_failed: bool = False,
    progress: bool | None = None,
) -> Run:
    """Run a sweep; what is in the store already is taken from there.

    An interrupt first lets the running fits end, a second ends them; no main guard is needed.

    Parameters
    ----------
    config
        Path of the YAML file, or what it would say, as a dict. Paths in it are relative to the
        file, or to the working directory; the store lies there too unless it says otherwise.
    select
        Globs of outcomes, ``tag:NAME`` or ``status:STATE``.
    set
        Overrides, as ``"sampler.draws=200"`` or ``{"sampler.draws": 200}``.
    sample, limit, retry_failed
        At most so many respondents, so many outcomes; try remembered failures again.
    progress
        Whether to show progress on standard error; None shows it on a terminal or in a notebook.

    Returns
    -------
    Run
        Also when outcomes failed, or are mistaken: see `Run.failures`, `Run.raise_for_failures`.

    Raises
    ------
    ConfigError, DataError, ModelError, UsageError
        If config, data, model file and arguments do not fit together; nothing has run then.
    """
    read, store, made = read_and_plan(config, select, set, sample, limit, retry_failed)
    return execute_shown(read, store, made, progress)[0]


def execute_shown(
    config: "SweepConfig", store: Store, made: "Plan", progress: bool | None, lines: bool = False
) -> tuple[Run, bool]:
    """Carry a plan out, shown as it goes; return its run, and whether an interrupt stopped it."""
    from sweep.client.interrupt import drain_on_interrupt
    from sweep.client.screen import show_sweep
    from sweep.coordinator.execute import execute

    with (
        show_sweep(made.record, progress, lines=lines) as screen,
        drain_on_interrupt(screen.say) as interrupt,
    ):
        run_id = execute(config, store, made, screen.watch, interrupt.stop)
    return Run(store, run_id), interrupt.stop()


def read_and_plan(
    config: Config,
    select: str | Iterable[str] = (),
    overrides: Overrides = (),
    sample: int | None = None,
    limit: int | None = None,
    retry_failed: bool = False,
) -> "tuple[SweepConfig, Store, Plan]":
    """Return the config, its store and the plan; nothing has been fitted.

    Raises
    ------
    UsageError
        If ``sample`` or ``limit`` is no whole number above 0, before anything is read.
    """
    from sweep.config import assignments, config_of, read_config

    sample, limit = whole_above_0("sample", sample), whole_above_0("limit", limit)
    given = assignments(overrides)
    if isinstance(config, Mapping):
        file, directory, read = None, Path.cwd(), config_of(config, given)
    else:  # before the imports below: mistakes are told fast
        file, read = str(Path(config).resolve()), read_config(config, given)
        directory = Path(file).parent
    from sweep.coordinator.execute import plan_sweep
    from sweep.planning.selection import Selection

    selection = Selection(tuple(as_list(select)), limit, sample)
    store, made = plan_sweep(read, directory, selection, retry_failed)
    warn_if_exposed(store.url)
    return read, store, replace(made, record=replace(made.record, config_file=file))


def plan(
    config: Config,
    *,
    select: str | Iterable[str] = (),
    set: Overrides = (),  # named as on the command line
    sample: int | None = None,
    limit: int | None = None,
) -> "pd.DataFrame":
    """Return what a run would do: one row per outcome, with ``action`` and ``n``.

    ``action`` is ``taken`` (in the store), ``estimate`` (draws are in the store), ``fit``, or
    ``failed`` (nobody asked, or a remembered failure). ``n`` is missing where it is below the
    study's minimum base: withheld. Raises as `run` does.
    """
    import pandas as pd

    from sweep.estimates.table import shown_base

    read, _, made = read_and_plan(config, select, set, sample, limit)
    for message in made.mended:
        warnings.warn(message, stacklevel=2)
    least = read.study.minimum_base
    rows = [
        (*e.names().values(), ", ".join(e.tags), shown_base(e.n, least), e.action)
        for e in made.entries
    ]
    return pd.DataFrame(rows, columns=list(PLAN_COLUMNS)).astype({"n": "Int64"})


def explain(  # the options of the command
    config: Config,
    outcome: str | None = None,
    *,
    select: str | Iterable[str] = (),
    set: Overrides = (),  # named as on the command line
    sample: int | None = None,
    limit: int | None = None,
) -> "pd.DataFrame":
    """Return why a run would fit, estimate or take each outcome; nothing is fitted.

    One row per field that differs from the nearest stored result: ``outcome``, ``action`` (as in
    `plan`), ``reason``, ``field``, ``old``, ``new``, ``words``, and ``run``, which planned that
    result. An outcome without differences is one row with nulls. Raises as `run` does.
    """
    import pandas as pd

    found = explain_outcomes(config, outcome, select, set, sample, limit)
    rows = [
        (
            *(e.outcome, e.action, e.reason),
            *((None,) * 4 if d is None else (d.field, d.old, d.new, d.words)),
            None if e.nearest is None else e.nearest.run,
        )
        for e in found
        for d in e.differences or (None,)
    ]
    columns = ["outcome", "action", "reason", "field", "old", "new", "words", "run"]
    return pd.DataFrame(rows, columns=columns, dtype="object")


def explain_outcomes(
    config: Config,
    outcome: str | None = None,
    select: str | Iterable[str] = (),
    overrides: Overrides = (),
    sample: int | None = None,
    limit: int | None = None,
) -> "list[Explanation]":
    """Return the explanation of each outcome of a plan, or of the one that is named.

    Raises
    ------
    UsageError
        If ``outcome`` and patterns were both given.
    """
    from glob import escape

    from sweep.errors import UsageError

    patterns = as_list(select)
    if outcome is not None and patterns:
        msg = f"the outcome {outcome!r} and --select {patterns[0]} were both given: choose one"
        raise UsageError(msg)
    patterns = patterns if outcome is None else [escape(outcome)]
    _, store, made = read_and_plan(config, patterns, overrides, sample, limit)
    from sweep.planning.explain import explain as explain_plan

    return explain_plan(store, made)


def open(run_id: str = "last", store: str | Path = ".sweep") -> Run:
    """Open a run by its id, the beginning or the end of it, or ``last``: the last whole run.

    It warns if a newer run covers a part of its sweep, by ``limit``, ``select`` or ``sample``.

    Raises
    ------
    UsageError
        If there is no such run, or more than one; for ``last`` also if every run is partial.
    """
    opened = Run(open_store(store), run_id)
    warn_if_exposed(opened.store.url)
    if opened.passed_over is not None:
        warnings.warn(opened.passed_over, stacklevel=2)
    return opened


def runs(store: str | Path = ".sweep") -> "pd.DataFrame":
    """Return one row per run of a store, newest first; one whose plan is damaged says so."""
    import pandas as pd

    from sweep.errors import CorruptArtifact
    from sweep.journal.runs import runs_in

    def row_of(run_id: str) -> Json:
        try:
            return run_row(opened, run_id)
        except CorruptArtifact:
            return {"run": run_id, "ended": "its plan is damaged: see `sweep verify`"}

    opened = open_store(store)
    warn_if_exposed(opened.url)
    rows = [row_of(run_id) for run_id in runs_in(opened)]
    return pd.DataFrame(rows, columns=list(RUN_COLUMNS))


def run_row(store: Store, run_id: str) -> Json:
    """Return what a run's plan and journal say of it.

    ``ended`` is why it ended (``complete``, ``stopped``, ``interrupted``), null if it has not;
    ``partial`` which part of its sweep it covers, null if it is the whole.
    """
    from sweep.journal.events import entry_of, read_events
    from sweep.journal.runs import read_plan

    made, events = read_plan(store, run_id), read_events(store, run_id)
    actions = [entry.action for entry in made.entries]
    done = {entry_of(e): "taken" in e for e in events if e["event"] == "done"}
    failed = {entry_of(e) for e in events if e["event"] == "failed"} - done.keys()
    last = max((k for k, e in enumerate(events) if e["event"] == "begun"), default=0)
    ends = [e for e in events[last:] if e["event"] == "ended"]
    return {
        "run": made.run,
        "name": made.name,
        "started": made.started,
        "outcomes": len(actions),
        "taken": actions.count("taken") + list(done.values()).count(True),
        "fitted": list(done.values()).count(False),
        "failed": len(failed) + actions.count("failed"),
        "ended": ends[-1]["reason"] if ends else None,
        "seconds": between(events[0]["at"], ends[-1]["at"]) if ends else None,
        "partial": partial_words(made),
    }


def between(first: str, last: str) -> float | None:
    """Return the seconds between two stamps of a journal; None if clocks that differ made them."""
    from datetime import datetime

    seconds = (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()
    return seconds if seconds >= 0 else None
