"""Interrupt: Ctrl-C once lets the running fits end, Ctrl-C twice ends them at once."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

__all__ = ["Interrupt", "draining"]

DRAINING = "Stopping: the fits that run now will end first. Ctrl-C again ends them at once."


@dataclass
class Interrupt:
    """How often the user has asked to stop."""

    count: int = 0

    def stop(self) -> bool:
        """Return whether nothing further is to be started."""
        return self.count > 0


@contextmanager
def draining(say: Callable[[str], None]) -> Iterator[Interrupt]:
    """Take SIGINT while the block runs: the first is counted and told, the second is raised.

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
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
