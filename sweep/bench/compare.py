"""Compare: engines on the outcomes of a config, each held to the same reference."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.bench.engines import OURS, REFERENCE, absence, engine_named
from sweep.bench.request import Answer, EngineFailed, Request, carry_out
from sweep.bench.score import Score, score_of
from sweep.errors import DataError, UsageError

if TYPE_CHECKING:
    from sweep.artifacts.tasks import Task
    from sweep.planning.plan import Plan
    from sweep.store import Store

__all__ = ["Comparison", "Run", "compare", "planned"]

type Run = Callable[[Request, Path, Mapping[str, str]], Answer]
"""Carries a request out, in a folder, with an environment."""


@dataclass(frozen=True)
class Comparison:
    """Engines on one outcome: those that ran, in order, and why others did not.

    ``absent`` are those that are not here or cannot fit the model, ``failed`` those that broke off.
    """

    outcome: str
    respondents: int
    estimates: int
    scores: tuple[Score, ...]
    absent: Mapping[str, str]
    failed: Mapping[str, str]

    @property
    def disagree(self) -> tuple[Score, ...]:
        """Return the engines whose posterior is another one."""
        return tuple(score for score in self.scores if score.speed is None)

    def ratio(self, score: Score, compiled: bool) -> float | None:
        """Return how many times as fast our route is, None where either speed is not known.

        Ours is warm in both: its machine code is compiled once per machine, for all models.
        """
        ours = next((s.speed for s in self.scores if s.engine == OURS), None)
        if ours is None or score.speed is None:
            return None
        theirs = score.speed.per_cpu_compiled if compiled else score.speed.per_cpu
        return ours.per_cpu / theirs


def planned(store: "Store", made: "Plan") -> "list[Task]":
    """Return the tasks of a plan, written for processes to read.

    Raises
    ------
    DataError
        If an outcome cannot be fitted.
    """
    from sweep.planning.plan import write_tasks

    if made.mistakes is not None:
        raise made.mistakes
    for entry in made.entries:
        if entry.failure is not None:
            msg = f"{entry.id} cannot be fitted: {entry.failure.message}"
            raise DataError(msg)
    write_tasks(store, made, list(made.tasks))
    return [made.tasks[entry.key] for entry in made.entries]


def compare(
    store: "Store",
    tasks: "Sequence[Task]",
    engines: Sequence[str],
    seed: int,
    repeats: int,
    run: Run = carry_out,
) -> Iterator[Comparison]:
    """Yield the comparison of every task.

    Raises
    ------
    UsageError
        If none of the engines can run here.
    """
    from sweep.worker.environment import warm_environment

    environment = {**warm_environment(), **ONE_THREAD}
    with tempfile.TemporaryDirectory(prefix="sweep-bench-") as folder:
        for task in tasks:
            absent = absent_for(task, engines)
            held = [name for name in engines if name not in absent]

            def ask(engine: str, times: int, task: "Task" = task) -> Answer:
                request = Request(engine, store.url, task.key, seed, times)
                return run(request, Path(folder), environment)

            yield compared(held, absent, repeats, ask)


ONE_THREAD = {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "JAX_ENABLE_X64": "1",
}
"""What JAX reads, so that it computes as the others do."""


def absent_for(task: "Task", engines: Sequence[str]) -> dict[str, str]:
    """Return the engines that cannot fit a task here, each with the reason.

    Raises
    ------
    UsageError
        If that is all of them.
    """
    from sweep.worker.task import route_of

    route = route_of(task)
    absent: dict[str, str] = {}
    for name in engines:
        reason = absence(name)
        if reason is None and route not in engine_named(name).routes:
            reason = f"cannot fit a model of the {route} route"
        if reason is not None:
            absent[name] = reason
    if len(absent) == len(engines):
        told = "; ".join(f"{name}: {reason}" for name, reason in absent.items())
        msg = f"no engine that was asked for can run: {told}"
        raise UsageError(msg)
    return absent


def compared(
    engines: Sequence[str],
    absent: Mapping[str, str],
    repeats: int,
    ask: Callable[[str, int], Answer],
) -> Comparison:
    """Compare some engines on one task; the reference comes first."""
    reference = ask(REFERENCE, 1)
    scores, failed = [], {}
    for name in engines:
        try:
            allowed = engine_named(name).allowed
            scores.append(score_of(ask(name, repeats), reference.values[0], allowed))
        except EngineFailed as error:
            failed[name] = str(error)
    return Comparison(
        reference.outcome,
        reference.respondents,
        len(reference.margins),
        tuple(scores),
        absent,
        failed,
    )
