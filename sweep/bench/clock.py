"""Clock: the CPU that a piece of work takes, in all threads and in processes that it has ended."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Spent", "spent"]


@dataclass(frozen=True)
class Spent:
    """Seconds of CPU, user and system, and on the clock."""

    cpu: float
    wall: float


def cpu_seconds() -> float:
    """Return the CPU of this process so far, and of the children that it has waited for."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def spent[Result](work: Callable[[], Result]) -> tuple[Result, Spent]:
    """Do some work; return its result and what it took."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    result = work()
    return result, Spent(cpu_seconds() - cpu, time.perf_counter() - wall)
