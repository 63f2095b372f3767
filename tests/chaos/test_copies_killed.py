"""Copies of workers and their originals, killed at random while they fit a PyMC model."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

import sweep
from benchmarks.poison import published, swept
from sweep.worker.forks import POSSIBLE
from tests.support.poison import Room, poisoned, study

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.sampling,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not POSSIBLE, reason="processes are copied on Linux only"),
]

QUESTIONS = 60
ORIGINALS = (5, 10)  # which of the kills are of an original; the others are of copies


def test_kills_change_no_byte(tmp_path: Path) -> None:
    project = poisoned(tmp_path, QUESTIONS)
    asked = study(QUESTIONS, healthy=True, draws=500)
    quiet = swept(project, Room("process"), "quiet", asked)
    config = tmp_path / "killed.yaml"
    config.write_text(project.text(asked, {"store": "killed", "retries": 10}))
    coordinator = subprocess.Popen([sys.executable, "-m", "sweep", "run", str(config)])
    killed = {"original": 0, "copy": 0}
    rng = random.Random(5)
    while coordinator.poll() is None:
        time.sleep(rng.uniform(0.1, 0.8))
        kind = "original" if sum(killed.values()) in ORIGINALS else "copy"
        killed[kind] += kill_one(coordinator.pid, kind, rng)
    assert 0 == coordinator.returncode
    assert len(ORIGINALS) == killed["original"]
    assert killed["copy"] >= 10
    found = published(sweep.open("last", tmp_path / "killed"))
    assert QUESTIONS == len(found)
    assert published(quiet) == found


def kill_one(coordinator: int, kind: str, rng: random.Random) -> int:
    """Kill one of a coordinator's workers that have a copy, or such a copy; return how many."""
    parents = workers()
    copies = [c for c, p in parents.items() if parents.get(p) == coordinator]
    found = copies if kind == "copy" else sorted({parents[c] for c in copies})
    if not found:
        return 0
    with suppress(ProcessLookupError):
        os.kill(rng.choice(found), signal.SIGKILL)
        return 1
    return 0


def workers() -> dict[int, int]:
    """Return every live process that runs as a worker, with its parent's id."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended while we looked
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if state != "Z" and b"sweep.worker" in stat.with_name("cmdline").read_bytes():
                found[int(stat.parent.name)] = int(parent)
    return found
