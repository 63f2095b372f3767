"""Local worker processes: they end with whoever asked for them, and die one at a time."""

import os
import signal
from pathlib import Path

import pytest

from sweep.backends import open_backend
from sweep.backends.events import Done, Started
from sweep.backends.local import Local
from sweep.config import Execution
from tests.support.processes import gone, workers

ABSENT = [f"{k:040x}" for k in range(3)]


def never() -> bool:
    return False


def test_nothing_to_do_starts_nothing(tmp_path: Path) -> None:
    assert [] == list(Local(workers=2).run([], str(tmp_path), never))
    assert [] == workers()


def test_a_backend_is_opened_as_the_config_says() -> None:
    execution = Execution(workers=2, retries=5, timeout=3, stall=4, keep=("estimates",))
    wanted = Local(workers=2, retries=5, timeout=3, stall=4, keep_draws=False)
    assert wanted == open_backend(execution)


@pytest.mark.sampling
def test_closing_the_iterator_ends_every_worker(tmp_path: Path) -> None:
    events = Local(workers=2).run(ABSENT, str(tmp_path), never)
    assert isinstance(next(events), Started)
    assert 2 == len(workers())
    events.close()
    assert gone()


@pytest.mark.sampling
def test_there_are_never_more_workers_than_tasks(tmp_path: Path) -> None:
    events = Local(workers=8).run(ABSENT[:1], str(tmp_path), never)
    next(events)
    assert 1 == len(workers())
    events.close()
    assert gone()


@pytest.mark.sampling
def test_stop_before_the_first_task_runs_nothing(tmp_path: Path) -> None:
    assert [] == list(Local(workers=1).run(ABSENT, str(tmp_path), lambda: True))
    assert gone()


@pytest.mark.sampling
@pytest.mark.starts
@pytest.mark.parametrize("retries", [0, 2])
def test_a_task_is_tried_so_often_and_then_lost(tmp_path: Path, retries: int) -> None:
    """Each worker is killed while it still imports, so it is certain to have the task."""
    killed: list[int] = []
    ends: list[Done] = []
    for event in Local(workers=1, retries=retries).run(ABSENT[:1], str(tmp_path), never):
        if isinstance(event, Done):
            ends.append(event)
        elif isinstance(event, Started):
            (process,) = workers()
            os.kill(process, signal.SIGKILL)
            killed.append(event.attempt)
    assert list(range(1, retries + 2)) == killed
    assert [(ABSENT[0], retries + 1)] == [(e.key, e.attempt) for e in ends]
    assert ends[0].failure is not None
    assert "worker lost" == ends[0].failure.kind
    often = "1 time" if retries == 0 else f"{retries + 1} times"
    assert f"was killed by SIGKILL {often}" in ends[0].failure.message
    assert gone()
