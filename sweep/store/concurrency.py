"""Concurrency: many requests at a time: a distant store answers each in its own time."""

import sys
from collections.abc import Callable, Iterable, Sized
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

__all__ = ["concurrently"]

AT_ONCE = 16
LAST = sys.maxsize


def concurrently[A, B](work: Callable[[A], B], items: Iterable[A]) -> list[B]:
    """Return ``work`` of each item, in their order; the first error, by position, is raised.

    An item is taken when a thread is free for it, by one thread at a time: those of a generator are
    made one by one, and few are in memory. After an error no more are taken.
    """
    given, taking, stopped = enumerate(items), Lock(), Event()
    found: dict[int, B] = {}
    errors: dict[int, BaseException] = {}

    def take() -> tuple[int, A] | None:
        with taking:
            return None if stopped.is_set() else next(given, None)

    def work_on() -> None:
        place = LAST  # of an item that cannot be made: after all that were
        try:
            while (taken := take()) is not None:
                place, item = taken
                found[place] = work(item)
                place = LAST
        except BaseException as error:  # raised below
            errors[place] = error
            stopped.set()

    threads = min(AT_ONCE, len(items)) if isinstance(items, Sized) else AT_ONCE
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            for thread in [pool.submit(work_on) for _ in range(threads)]:
                thread.result()
        finally:
            stopped.set()
    if errors:
        raise errors[min(errors)]
    return [found[place] for place in range(len(found))]
