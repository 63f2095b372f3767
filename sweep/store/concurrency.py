"""Concurrency: many requests at a time: a distant store answers each in its own time."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

__all__ = ["concurrently"]

AT_ONCE = 16


def concurrently[A, B](work: Callable[[A], B], items: Iterable[A]) -> list[B]:
    """Return ``work`` of each item, in their order; the first error, by position, is raised."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, items))
