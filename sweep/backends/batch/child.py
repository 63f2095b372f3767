"""Child: one job of an array: its part of the tasks, run by the same workers as anywhere.

``python -P -m sweep.backends.batch_child --store URL --array NAME`` takes the part
that AWS_BATCH_JOB_ARRAY_INDEX says. It leaves with 0 when each of its tasks has an end, a model's
failure included: that is an answer. Told to stop (SIGTERM, as before a Spot host goes), it ends its
workers and leaves with 143 at once: a publication is whole or not there.
"""

import argparse
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import closing
from typing import Any, NoReturn

from sweep.backends.batch.arrays import read_array
from sweep.backends.batch.completions import ended_keys, put_end
from sweep.backends.events import Done, Started
from sweep.backends.local import Local
from sweep.store import open_store
from sweep.worker.claims import let_go_of_task

__all__ = ["main", "run_child"]

TERMINATED = 128 + signal.SIGTERM


def run_child(url: str, name: str, environment: Mapping[str, str]) -> int:
    """Run a child's part of an array; return how many of its tasks were done now."""
    store = open_store(url)
    array = read_array(store, name)
    index = int(environment.get("AWS_BATCH_JOB_ARRAY_INDEX", "0"))
    attempt = int(environment.get("AWS_BATCH_JOB_ATTEMPT", "1"))
    part = dict.fromkeys(array.part(index))
    ended = ended_keys(store, name, part) if attempt > 1 else {}
    left = [key for key in part if key not in ended]  # what others did, the worker finds done
    # A worker's death is reported, not tried again here: it may need a job with more memory.
    holder = environment.get("AWS_BATCH_JOB_ID") or f"{name}:{index}"  # its attempts are one
    local = Local(array.vcpus, 0, array.timeout, array.stall, array.keep_draws, holder)
    at_work: set[str] = set()
    try:
        with closing(local.run(left, url, lambda: False)) as events:
            for event in events:
                if isinstance(event, Started):
                    at_work.add(event.key)
                elif isinstance(event, Done):
                    at_work.discard(event.key)
                    put_end(store, name, event, attempt)
                    say(event)
    finally:
        for key in at_work:  # told to stop: whoever does them next need not wait
            let_go_of_task(store, key)
    return len(left)


def say(event: Done) -> None:
    """Print how a task ended, for the job's log."""
    if event.failure is None:
        sys.stdout.write(f"done {event.key}\n")
    else:
        text = f"{event.log}{event.failure.traceback}"
        sys.stdout.write(
            f"{text}failed {event.key} {event.failure.kind}: {event.failure.message}\n"
        )
    sys.stdout.flush()


def leave(number: int, frame: Any) -> NoReturn:
    """Unwind at once, ending the workers on the way; a second signal changes nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(TERMINATED)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description="Run one child of an array.")
    parser.add_argument("--store", required=True, help="the store's URL")
    parser.add_argument("--array", required=True, help="the array's name")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, leave)
    run_child(given.store, given.array, os.environ)
    # Python's own end brings back the default action, and a job that is done would count as killed.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
