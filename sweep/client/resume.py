"""Carrying: go on with a run that is in the store, showing how it gets on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweep.client.handle import Run
    from sweep.config import Execution

__all__ = ["cancel", "carry_on_shown", "detach"]


def carry_on_shown(
    run: "Run",
    again: Sequence[str] | None,
    progress: bool | None,
    lines: bool = False,
    obey_cancel: bool = False,
) -> bool:
    """Do what a run lacks, or try some of its outcomes again; return whether the user stopped it.

    ``progress`` and ``lines`` are those of `sweep.client.display.shown`, and ``obey_cancel`` is to
    leave a cancelled run as it is.
    """
    from sweep.client.display import shown
    from sweep.client.interrupt import draining
    from sweep.coordinator.execute import carry_on, noter, take_up, tell_all
    from sweep.journal.remaining import left_to_do
    from sweep.journal.runs import forget_cancel

    mark = take_up(run.store, run.id)
    execution, heard = execution_of(run), list[str]()
    waiting = left_to_do(run.store, run.plan, again, heard.append)
    record = {**run.plan, "outcomes": [{**o, "action": "fit"} for o in waiting]}
    with shown(record, progress, lines) as screen, draining(screen.say) as interrupt:
        if not obey_cancel:
            forget_cancel(run.store, run.id)
        tell_all(heard, noter(run.store, run.id, screen.watch))
        carry_on(run.store, run.id, execution, screen.watch, interrupt.stop, again, mark)
    return interrupt.stop()


def detach(run: "Run", verb: Sequence[str]) -> str:
    """Let a job of AWS Batch carry a run on; return the job's id. This machine may then go.

    ``verb`` is what the job is to do: ``["resume", ID]``, or ``retry`` with its patterns.

    Raises
    ------
    UsageError
        If the run's backend is another one.
    """
    from sweep.errors import UsageError
    from sweep.journal.runs import forget_cancel

    execution = execution_of(run)
    if execution.backend != "batch" or execution.batch is None:
        msg = (
            f"--detach needs `backend: batch`, and the backend is {execution.backend!r}; "
            "on a Ray cluster, `ray job submit -- sweep run CONFIG` does the same"
        )
        raise UsageError(msg)
    from sweep.backends.batch.detached import submit_coordinator
    from sweep.coordinator.execute import take_up

    take_up(run.store, run.id)  # the job may wait for hours before it does
    forget_cancel(run.store, run.id)
    return submit_coordinator(execution.batch, run.store, run.id, verb)


def cancel(run: "Run") -> None:
    """Ask whoever works on a run to start nothing further, and drop what waits on AWS Batch."""
    from sweep.journal.runs import cancel_run

    cancel_run(run.store, run.id)
    execution = execution_of(run)
    if execution.backend == "batch" and execution.batch is not None:
        from sweep.backends.batch.detached import drop_waiting

        keys = {o["estimates"] for o in run.plan["outcomes"]}
        drop_waiting(execution.batch, run.store, keys)


def execution_of(run: "Run") -> "Execution":
    """Return the execution that a run was begun with."""
    from sweep.config import Execution

    return Execution.model_validate(run.plan["config"]["execution"])
