"""Processes of the emulation: a job's attempt is a process tree with its output in a file."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.forking import Child, start_fork

__all__ = ["Attempt", "kill_tree", "start"]

FORKS = "EMULATION_FORKS"
"""Set where children of arrays may be forks of one warm process; see `tests.forking`."""
CHILD = ["-P", "-m", "sweep.backends.batch_child"]

INHERITED = ("PATH", "HOME", "XDG_CACHE_HOME", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LANG")
"""The image and the instance: what a container finds without being told."""


@dataclass
class Attempt:
    """A running process and the file that its output goes to."""

    process: "subprocess.Popen[bytes] | Child"
    output: IO[bytes]

    def text(self) -> str:
        """Return what was printed, and close the file."""
        self.output.seek(0)
        text = self.output.read().decode(errors="replace")
        self.output.close()
        return text


def start(command: Sequence[str], environment: Mapping[str, str]) -> Attempt:
    """Start a job's command as a container would: no more environment than it is given."""
    inherited = {k: os.environ[k] for k in INHERITED if k in os.environ}
    cloud = {k: v for k, v in os.environ.items() if k.startswith("AWS_")}
    environment = {**inherited, **cloud, **environment}
    output = tempfile.TemporaryFile()  # noqa: SIM115 # open as long as the attempt runs
    if FORKS in os.environ and list(command[1:4]) == CHILD:
        return Attempt(start_fork(command[1:], environment, output), output)
    process = subprocess.Popen(
        list(command),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=tempfile.gettempdir(),
        start_new_session=True,
    )
    return Attempt(process, output)


def descendants(pid: int) -> list[int]:
    """Return a process's children, their children and so on, whatever their sessions."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it ended while we looked
            continue
        parents.setdefault(parent, []).append(int(stat.parent.name))
    found, waiting = [], [pid]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def kill_tree(attempt: Attempt) -> None:
    """End a process and everything below it at once, as the end of a host does."""
    process = attempt.process
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGSTOP)  # so that it starts nothing while we look
    below = descendants(process.pid)
    process.kill()
    for pid in below:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()
