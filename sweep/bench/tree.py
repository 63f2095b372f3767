"""Tree: run a command and see what it takes with all the processes that it starts."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sweep.errors import SweepError

__all__ = ["Tree", "run_watched"]

EVERY = 0.5  # seconds between two looks at the memory: a look costs a millisecond a process
TOLD = 3  # last lines of what a command wrote before it failed
PROC = Path("/proc")


@dataclass(frozen=True)
class Tree:
    """What a command took: seconds, the largest memory of all processes together, how many.

    ``cpu`` is user and system, of the command and all it has waited for. Pages that processes share
    count once in ``peak_mb``; None where the system does not tell.
    """

    wall: float
    cpu: float
    peak_mb: float | None
    processes: int


def run_watched(command: Sequence[str], environment: Mapping[str, str], directory: Path) -> Tree:
    """Run a command to its end.

    Raises
    ------
    SweepError
        If it ends otherwise than well, with the last it said.
    """
    log = directory / "bench.log"
    began = time.perf_counter()
    with log.open("wb") as told:
        process = subprocess.Popen(
            command, env=dict(environment), cwd=directory, stdout=told, stderr=subprocess.STDOUT
        )
        watch = Watch(process.pid)
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()  # it ends what it has started
            process.wait()
            raise
        finally:
            watch.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if process.returncode:
        last = " / ".join(log.read_text(errors="replace").strip().splitlines()[-TOLD:])
        msg = f"{' '.join(command)} left with exit code {process.returncode}: {last}"
        raise SweepError(msg)
    return Tree(wall, used.ru_utime + used.ru_stime, watch.peak_mb, watch.processes)


class Watch:
    """A thread that looks at a process and its descendants until it is told to stop."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.peak_mb: float | None = None
        self.processes = 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self) -> None:
        """Look again and again."""
        while not self.done.wait(EVERY):
            there = family(self.pid)
            sizes = [size for pid in there if (size := memory_mb(pid)) is not None]
            self.processes = max(self.processes, len(there))
            if sizes:
                self.peak_mb = max(self.peak_mb or 0.0, sum(sizes))

    def stop(self) -> None:
        """Stop, once the last look is over."""
        self.done.set()
        self.thread.join()


def family(pid: int) -> list[int]:
    """Return a process and its descendants."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for file in sorted(PROC.glob(f"{one}/task/*/children")):
            try:
                waiting += [int(child) for child in file.read_text().split()]
            except OSError:  # it ended while we looked
                continue
    return found


def memory_mb(pid: int) -> float | None:
    """Return a process's memory, shared pages by their part; None if it is gone or nobody says."""
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), None)
