"""Serve: given a task's key, compute what is missing, publish it, and say so.

``python -P -m sweep.worker`` serves tasks as JSON lines on its pipes until its input ends; the
same ``work`` runs wherever a task runs. A worker holds no state that matters: what it compiled,
and the last design it read.
"""

import contextlib
import gc
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import TYPE_CHECKING

from sweep.errors import Claimed, ForeignToolchain, StoreError
from sweep.faultpoint import become, faultpoint
from sweep.keys import Json
from sweep.store import Store, open_store
from sweep.worker.forks import POSSIBLE, leaving_with, run_in_copies
from sweep.worker.memory import Memory

if TYPE_CHECKING:
    from sweep.artifacts.tasks import Task

__all__ = ["NEEDS_LESS", "main", "serve", "work"]

NEEDS_LESS = (
    "Give it more memory or ask for less: fewer workers at once (execution.workers), fewer draws "
    "(study.sampler.draws), a smaller model"
)


type Reply = Callable[[Json], None]
"""What sends an answer to whoever started this worker: one JSON object, one line."""


def work(store: Store, key: str, keep_draws: bool, memory: Memory, holder: str = "") -> Json:
    """Do one task; return what happened: status, reasons, draws and seconds.

    With a ``holder`` its fit is claimed meanwhile, in that name. A damaged fit, or damaged
    estimates, are moved aside and made anew, and told as ``mended``.

    Raises
    ------
    Claimed
        If workers of another holder are at it.
    ModelError, StoreError
        Whatever kept the task from being done; nothing half-done is visible in the store.
    """
    from sweep.artifacts.tasks import read_task
    from sweep.worker.claims import hold_claim

    memory.mended = []
    if (found := done_before(store, key, keep_draws, memory)) is not None:
        return found
    task = read_task(store, key)
    faultpoint("task.after_read")
    if not holder:
        return done_now(store, task, keep_draws, memory)
    with hold_claim(store, task.fit_key, holder):
        found = done_before(store, key, keep_draws, memory)  # between the first look and the claim
        return done_now(store, task, keep_draws, memory) if found is None else found


def done_before(store: Store, key: str, keep_draws: bool, memory: Memory) -> Json | None:
    """Return what the store says of a task that is done already, None if it is not.

    It is not done if the run keeps draws and the draws these estimates were made from are gone.
    """
    from sweep.artifacts.artifact import exists
    from sweep.artifacts.quarantine import read_if_sound

    found = read_if_sound(store, "estimates", key, tell=memory.tell)
    if found is None or (keep_draws and not exists(store, "fit", found.recipe["fit"])):
        return None
    return {**found.meta, "seconds": 0.0, "hit": True}


def done_now(store: Store, task: "Task", keep_draws: bool, memory: Memory) -> Json:
    """Fit, estimate and publish one task; return what happened."""
    from sweep.worker.task import estimate_task, fit_task

    started = time.perf_counter()
    fitted = fit_task(store, task, keep_draws, memory)
    meta = estimate_task(store, task, fitted, memory)
    compilations = 0 if memory.compiled is None else memory.compiled.compilations
    seconds = time.perf_counter() - started
    told = {"seconds": seconds, "hit": False, "compilations": compilations}
    return {**meta, **told, "mended": memory.mended}


def serve(
    lines: Iterable[str],
    reply: Reply,
    copy: Callable[[], bool] | None = None,
) -> None:
    """Answer each task with one event, until the input ends.

    ``copy`` makes copies of this process once its model is compiled, see
    `sweep.worker.forks.run_in_copies`.
    """
    memory, opened = Memory(), cache(open_store)
    for line in lines:
        request = json.loads(line)
        faultpoint("worker.after_request")
        key = request["key"]
        reply({"event": "started", "key": key})
        memory.watch = teller(key, reply)
        try:
            if copy is not None and compiled_ahead(request, memory):
                first, copy = copy(), None
                opened.cache_clear()  # a copy shares no connection with another
                if not first:
                    continue
            holder = request.get("holder", "")
            result = work(opened(request["store"]), key, request["keep_draws"], memory, holder)
            faultpoint("worker.before_reply")
            reply({"event": "done", "key": key, "result": result})
            faultpoint("worker.after_reply")
        except Exception as error:  # a task's end, whatever it was, is an answer
            reply({"event": "done", "key": key, "failure": failure_event(error)})


def compiled_ahead(request: Json, memory: Memory) -> bool:
    """Compile a task's model before its fit; return whether that serves other outcomes, too.

    Not where nothing needs sampling, nor once this process has sampled.
    """
    from sweep.artifacts.artifact import exists
    from sweep.artifacts.tasks import read_task
    from sweep.worker.task import compile_ahead

    store, key = open_store(request["store"]), request["key"]
    if memory.sampled or exists(store, "estimates", key):
        return False
    task = read_task(store, key)
    return not exists(store, "fit", task.fit_key) and compile_ahead(store, task, memory)


def teller(key: str, reply: Reply) -> Callable[[str, int], None]:
    """Return what tells of a task's progress, but never the same twice."""
    told: list[tuple[str, int]] = []

    def watch(phase: str, count: int) -> None:
        if told[-1:] != [(phase, count)]:
            told[:] = [(phase, count)]
            reply({"event": "progress", "key": key, "phase": phase, "count": count})

    return watch


def failure_event(error: Exception) -> dict[str, str]:
    """Return why a task failed: kind, message, traceback.

    What the machine or the store did is ``storage``, ``memory`` or ``toolchain``, and ``elsewhere``
    is no failure: somebody else is at it. All else would happen again and counts as the model's.
    """
    kind = "model"
    if isinstance(error, Claimed):
        return {"kind": "elsewhere", "message": str(error), "traceback": ""}
    if isinstance(error, StoreError | OSError):
        kind = "storage"
    elif isinstance(error, MemoryError):
        kind = "memory"
    elif isinstance(error, ForeignToolchain):
        kind = "toolchain"
    text = "".join(traceback.format_exception(error))
    message = str(error) or type(error).__name__
    if kind == "memory":
        message = f"out of memory: {message}. {NEEDS_LESS}"
    return {"kind": kind, "message": message, "traceback": text}


def main() -> None:
    """Serve on standard input and output, or compile the kernels and leave (``--compile``)."""
    if sys.argv[1:] == ["--compile"]:
        from sweep.worker.warmup import compile_kernels

        compile_kernels()
        return
    become("worker")
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library or a model prints goes to the log, not into the protocol

    lock = threading.Lock()  # progress comes from the sampler's threads

    def reply(event: Json) -> None:
        with lock:
            out.write(json.dumps(event) + "\n")

    with contextlib.suppress(BrokenPipeError), contextlib.ExitStack() as guard:
        guard.enter_context(leaving_with(os.getppid()))
        from sweep.worker.warmup import import_heavy

        import_heavy()
        gc.freeze()  # what is imported stays: no collection need look at it again
        faultpoint("worker.before_ready")
        reply({"event": "ready"})  # a broken pipe: the coordinator is gone; what is done is stored
        serve(sys.stdin, reply, partial(run_in_copies, guard, reply) if POSSIBLE else None)
