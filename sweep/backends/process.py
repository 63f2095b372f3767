"""Process: one warm worker, ``python -P -m sweep.worker``, with JSON lines on its pipes.

Nothing is pickled, and notebooks need no main guard. The worker leaves when its input ends or its
parent dies.
"""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sweep.keys import Json
from sweep.worker.safe_path import python_command

__all__ = ["Process", "start"]

LOG_TAIL = 20_000  # characters of a worker's output kept with a task


@dataclass(eq=False)
class Process:
    """One worker process, the task it has, and when that last moved (seconds, monotonic).

    ``starved`` is how many processes the kernel had ended for want of memory when it got its task.
    ``copy`` is the pid of the fork now running tasks, None if there is none; ``killed`` the pid of
    one that was ended from here, and ``code`` the exit code of one that ended by itself.
    """

    number: int
    process: "subprocess.Popen[bytes]"
    log: IO[bytes]
    buffer: bytes = b""
    key: str | None = None
    given: float = 0.0
    since: float | None = None
    moved: float | None = None
    phase: str = ""
    logged: int = 0
    starved: int = 0
    copy: int | None = None
    killed: int | None = None
    code: int | None = None

    def fileno(self) -> int:
        """Return the descriptor of its answers, for a selector."""
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def alive(self) -> bool:
        """Return whether the process runs."""
        return self.process.poll() is None

    def give(self, key: str, request: Mapping[str, Any]) -> None:
        """Hand over a task; if it is dead already, reading its pipe will say so."""
        self.key, self.since, self.moved, self.phase, self.code = key, None, None, "", None
        self.given, self.starved = time.monotonic(), memory_kills()
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return

    def answers(self) -> list[Json] | None:
        """Return the answers that have come, None once the process has ended."""
        data = os.read(self.fileno(), 1 << 16)
        if not data:
            self.process.wait()
            return None
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def moves(self, phase: str) -> None:
        """Take note that the task moved on."""
        self.moved, self.phase = time.monotonic(), phase

    def output(self) -> str:
        """Return what the process printed since the last call."""
        descriptor = self.log.fileno()  # its offset is the worker's too, so it is not moved
        text = os.pread(descriptor, os.fstat(descriptor).st_size - self.logged, self.logged)
        self.logged += len(text)
        return text.decode(errors="replace")[-LOG_TAIL:]

    def death(self) -> str:
        """Return how the process ended, in words."""
        code = self.process.returncode if self.code is None else self.code
        if code < 0:
            return f"was killed by {signal.Signals(-code).name}"
        return f"left with exit code {code}"

    def starving(self) -> bool:
        """Return whether it was the kernel that ended it, for want of memory."""
        code = self.process.returncode if self.code is None else self.code
        return code == -signal.SIGKILL and memory_kills() > self.starved

    def kill_copy(self) -> None:
        """Kill the copy that does the tasks, and its children: it leads a group of its own."""
        if self.copy is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.copy, signal.SIGKILL)
        self.copy, self.killed = None, self.copy

    def kill(self) -> None:
        """Kill the process, its children, and its copy: it leads a group of its own."""
        self.kill_copy()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def end(self) -> None:
        """End the process, with those that a model may have started, and close its pipes."""
        if self.alive():
            self.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.log):
            if pipe is not None and not pipe.closed:
                try:
                    pipe.close()
                except BrokenPipeError:  # unsent bytes for a dead process
                    continue


def memory_kills() -> int:
    """Return how many processes this kernel has ended for want of memory; 0 where it tells none."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))


def start(number: int, environment: Mapping[str, str]) -> Process:
    """Start a worker in a session of its own, so that Ctrl-C is the coordinator's to handle."""
    log = tempfile.TemporaryFile()  # noqa: SIM115 # open as long as the worker lives
    process = subprocess.Popen(
        python_command("sweep.worker"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=dict(environment),
        start_new_session=True,
    )
    return Process(number, process, log)
