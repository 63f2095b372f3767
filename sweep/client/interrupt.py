"""Interrupt: Ctrl-C once lets the running fits end; a second, or SIGTERM, ends them at once.

What runs on other machines outlives SIGTERM: a host that goes away takes its coordinator only.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

__all__ = ["Interrupt", "drain_on_interrupt"]

TERMINATED = 128 + signal.SIGTERM
DRAINING = "Stopping: the fits that run now will end first. Ctrl-C again ends them at once."


@dataclass
class Interrupt:
    """How often the user has asked to stop."""

    count: int = 0

    def stop(self) -> bool:
        """Return whether nothing further is to be started."""
        return self.count > 0


@contextmanager
def drain_on_interrupt(say: Callable[[str], None]) -> Iterator[Interrupt]:
    """Take SIGINT while the block runs: the first is counted and told, the second is raised.

    SIGTERM unwinds: workers are ended and the journal is closed, then the process leaves with 143.
    Only the main thread can take signals; in another one nothing changes.
    """
    interrupt = Interrupt()

    def handle(number: int, frame: Any) -> None:
        interrupt.count += 1
        if interrupt.count > 1:
            raise KeyboardInterrupt
        say(DRAINING)

    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = signal.signal(signal.SIGINT, handle)
    ended = signal.signal(signal.SIGTERM, leave)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, ended)


def leave(number: int, frame: Any) -> NoReturn:
    """Unwind; a second signal changes nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(TERMINATED)
