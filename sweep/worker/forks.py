"""Forks: a worker that has compiled a model stays as it is, and copies of it do the tasks.

A model's code may end its process, or stand still until it is ended. Another process would import
and compile for many seconds; a copy (a fork) of one that has is there at once, and its machine
code is the same to the bit. The original never samples: a fork has none of the sampler's threads.
"""

import ctypes
import gc
import os
import select
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from sweep.keys import Json

__all__ = ["POSSIBLE", "leaving_with", "run_in_copies"]

POSSIBLE = sys.platform == "linux"
"""Whether a process may be copied here: elsewhere, libraries of the system do not survive it."""
PR_SET_PDEATHSIG = 1  # of linux/prctl.h


@contextmanager
def leaving_with(parent: int) -> Iterator[None]:
    """End this process when its parent has: nobody is left to end a fit that hangs."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(1):
            if os.getppid() != parent:
                os._exit(1)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def run_in_copies(guard: ExitStack, reply: Callable[[Json], None]) -> bool:
    """Make this process the original of copies; return in each of them whether it is the first.

    The first goes on with the task at hand. Those after it, each made when the one before has died
    and a task is there, know nothing of it. The original does not return: it ends when a copy
    finds no more tasks, or with its parent. ``guard`` holds what ends a process with its parent.
    """
    guard.close()  # a copy has none of its original's threads
    original, parent, first = os.getpid(), os.getppid(), True
    gc.freeze()  # or collecting garbage would touch, and so duplicate, every page
    while (copy := fork()) > 0:
        with leaving_with(parent):
            code = os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])
            if code == 0:
                os._exit(0)
            reply({"event": "lost", "pid": copy, "code": code})
            select.select([sys.stdin], [], [])
        first = False
    if copy < 0:
        guard.enter_context(leaving_with(parent))
        return first
    os.setpgid(0, 0)  # what a model may start is ended with this copy
    end_with(original)
    reply({"event": "copy", "pid": os.getpid()})
    return first


def end_with(original: int) -> None:
    """Have the kernel kill this copy the moment its original dies, even in a call that hangs.

    Otherwise an orphaned fit would outlive its worker, and report its end.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # fails for no valid signal
    if os.getppid() != original:  # it died before that
        os._exit(1)


def fork() -> int:
    """Return 0 in a copy of this process, the copy's id in this one, -1 if there can be none.

    Python warns of other threads, whose locks a copy would find taken for ever: those of OpenBLAS
    and jemalloc are theirs to restore, and they do; there are no others.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        try:
            return os.fork()
        except OSError as error:  # no memory, or too many processes: it works without, too
            sys.stderr.write(f"this worker goes on without a copy of itself: {error}\n")
            return -1
