"""Workers and coordinators killed at random moments of real fits: run again, the same bytes."""

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from sweep.journal.runs import runs_in
from tests.chaos.host import Running, is_alive
from tests.chaos.scenes import Stage
from tests.chaos.whole import check_whole, workers_gone

pytestmark = [pytest.mark.chaos, pytest.mark.sampling, pytest.mark.timeout(900)]

MOMENTS = {"coordinator": 25, "worker": 25}
AT_ONCE = 2
SEED = 20


@pytest.fixture(scope="module")
def real(stage: Stage) -> tuple[Stage, float]:
    """Return the stage and the seconds that an undisturbed sweep of real fits takes."""
    stage.trace("fresh")
    started = time.monotonic()
    stage.trace("real")
    return stage, time.monotonic() - started


def test_python_started_anew_gives_the_same_bytes(real: tuple[Stage, float]) -> None:
    """What the forks of one process compute is what everybody else's processes do."""
    stage, _ = real
    for scene in ("fresh", "real"):
        with stage.case(scene) as case:
            command = [sys.executable, "-m", "sweep", "run", str(case.directory / "sweep.yaml")]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert 0 == done.returncode, done.stderr
            assert stage.goldens[scene] == case.golden()


@pytest.mark.parametrize("victim", MOMENTS)
def test_a_kill_at_any_moment_leaves_no_trace(real: tuple[Stage, float], victim: str) -> None:
    stage, seconds = real
    rng = random.Random(f"{SEED} {victim}")
    moments = ((k, rng.uniform(0, seconds), rng.random()) for k in itertools.count())
    struck = list[int]()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while left := MOMENTS[victim] - len(struck):
            some = list(itertools.islice(moments, left))
            struck += filter(None, pool.map(lambda m: kill_at(stage, victim, *m), some))
    assert MOMENTS[victim] == len(struck)


def kill_at(stage: Stage, victim: str, number: int, moment: float, choice: float) -> int:
    """Kill a process of a sweep, and carry it on; return its id, 0 if it was over by then."""
    with stage.case("real") as case:
        running = case.start("run", str(case.directory / "sweep.yaml"))
        pid = kill(running, victim, moment, choice)
        code, output = running.wait()
        coordinator = code == -signal.SIGKILL
        assert code == 0 or (coordinator and victim == "coordinator"), output
        workers_gone(case)
        resumed = number % 2 and runs_in(case.store())
        code, output = case.resume() if resumed else case.run()
        assert code == 0, output
        check_whole(case, stage.goldens["real"], killed=coordinator)
    return pid if coordinator or victim == "worker" else 0


def kill(running: Running, victim: str, moment: float, choice: float) -> int:
    """Kill the coordinator, or one of its workers, after some seconds; return its id, or 0."""
    if victim == "coordinator":
        found = [running.pid]
        time.sleep(moment)
    else:
        while not running.workers() and is_alive(running.pid):
            time.sleep(0.01)
        time.sleep(moment)
        found = running.workers()
    for pid in found[int(choice * len(found)) :][:1]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return pid
    return 0
