"""Resume: go on with a run that is in the store, showing how it gets on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sweep.store import Store

if TYPE_CHECKING:
    from sweep.journal.entries import EntryId
    from sweep.journal.run_plan import RunPlan

__all__ = ["cancel", "carry_on_shown", "detach"]


def carry_on_shown(
    store: Store,
    plan: "RunPlan",
    again: "Sequence[EntryId] | None",
    progress: bool | None,
    lines: bool = False,
    obey_cancel: bool = False,
) -> bool:
    """Do what a run lacks, or try some of its entries again; return whether the user stopped it.

    ``progress`` and ``lines`` are those of `sweep.client.screen.show_sweep`, and ``obey_cancel`` is
    to leave a cancelled run as it is.
    """
    from sweep.client.interrupt import drain_on_interrupt
    from sweep.client.screen import show_sweep
    from sweep.coordinator.execute import carry_on, noter, take_up, tell_all
    from sweep.journal.remaining import left_to_do
    from sweep.journal.runs import forget_cancel

    mark, heard = take_up(store, plan.run), list[str]()
    waiting = left_to_do(store, plan, again, heard.append)
    left = replace(plan, entries=tuple(replace(entry, action="fit") for entry in waiting))
    with show_sweep(left, progress, lines) as screen, drain_on_interrupt(screen.say) as interrupt:
        if not obey_cancel:
            forget_cancel(store, plan.run)
        tell_all(heard, noter(store, plan.run, screen.watch))
        carry_on(store, plan.run, plan.execution, screen.watch, interrupt.stop, again, mark)
    return interrupt.stop()


def detach(store: Store, plan: "RunPlan", verb: Sequence[str]) -> str:
    """Let a job of AWS Batch carry a run on; return the job's id. This machine may then go.

    ``verb`` is what the job is to do: ``["resume", ID]``, or ``retry`` with its patterns.

    Raises
    ------
    UsageError
        If the run's backend is another one.
    """
    from sweep.errors import UsageError
    from sweep.journal.runs import forget_cancel

    execution = plan.execution
    if execution.backend != "batch" or execution.batch is None:
        msg = (
            f"--detach needs `backend: batch`, and the backend is {execution.backend!r}; "
            "on a Ray cluster, `ray job submit -- sweep run CONFIG` does the same"
        )
        raise UsageError(msg)
    from sweep.backends.batch.detached import submit_coordinator
    from sweep.coordinator.execute import take_up

    take_up(store, plan.run)  # the job may wait for hours before it does
    forget_cancel(store, plan.run)
    return submit_coordinator(execution.batch, store, plan.run, verb)


def cancel(store: Store, plan: "RunPlan") -> None:
    """Ask whoever works on a run to start nothing further, and drop what waits on AWS Batch."""
    from sweep.journal.runs import cancel_run

    cancel_run(store, plan.run)
    execution = plan.execution
    if execution.backend == "batch" and execution.batch is not None:
        from sweep.backends.batch.detached import drop_waiting

        keys = {entry.key for entry in plan.entries}
        drop_waiting(execution.batch, store, keys)
