"""Many requests at a time: in order, few in memory, and the first error is told."""

from collections.abc import Iterator
from threading import Barrier, Lock, get_ident

import pytest

from sweep.store.concurrency import AT_ONCE, concurrently


def test_results_stand_in_the_order_of_the_items() -> None:
    assert concurrently(lambda n: n * n, range(1000)) == [n * n for n in range(1000)]
    assert concurrently(lambda n: n, iter(range(3))) == [0, 1, 2]
    assert concurrently(str, []) == []


def test_several_are_at_work_at_a_time() -> None:
    together = Barrier(AT_ONCE, timeout=10)  # broken if fewer wait at it
    threads = concurrently(lambda _: (together.wait(), get_ident())[1], range(AT_ONCE))
    assert len(set(threads)) == AT_ONCE


def test_items_are_made_one_by_one_when_a_thread_is_free() -> None:
    waiting, most, lock = [0], [0], Lock()

    def made() -> Iterator[int]:
        for number in range(500):
            with lock:
                waiting[0] += 1
                most[0] = max(most[0], waiting[0])
            yield number

    def work(number: int) -> int:
        with lock:
            waiting[0] -= 1
        return number

    assert concurrently(work, made()) == list(range(500))
    assert most[0] <= AT_ONCE


def test_the_first_error_by_position_is_raised_and_the_rest_is_left() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number in {20, 30}:
            msg = f"{number}"
            raise ValueError(msg)
        done.append(number)

    with pytest.raises(ValueError, match=r"^20$"):
        concurrently(work, range(100_000))
    assert set(range(20)) <= set(done)
    assert len(done) < 100_000


def test_an_item_that_cannot_be_made_is_an_error_after_those_before_it() -> None:
    def made() -> Iterator[int]:
        yield from range(40)
        msg = "no more"
        raise LookupError(msg)

    done: list[int] = []
    with pytest.raises(LookupError, match="no more"):
        concurrently(done.append, made())
    assert sorted(done) == list(range(40))
