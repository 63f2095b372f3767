"""Forking: workers that are forks of a process which has imported all they need.

A worker needs two seconds of CPU to import; a fork needs none. All else is real: a process of its
own in a session of its own, with pipes, environment, directory and signals, and a child of this
one. ``python -m tests.forking`` is the process that forks; it ends with the one that started it.
"""

import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, NoReturn

__all__ = ["quick_workers", "real_workers"]

ROOT = Path(__file__).parents[1]
PR_SET_CHILD_SUBREAPER = 36  # of linux/prctl.h
READ_AT_START = (
    *("NUMBA_", "OPENBLAS_", "OMP_", "MKL_", "NPY_", "PYTHON", "PYTENSOR", "ARROW_"),
    *("LD_", "LC_", "LANG", "TZ", "MALLOC_"),
)
ROOM = " " * 4096  # in the arguments of the process that forks, for those of a worker


class Forker:
    """The process that forks, from this side."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self.lock = threading.Lock()
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.forking", str(theirs.fileno()), ROOM],
            cwd=ROOT,
            env=self.environment,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()

    def serves(self, environment: Mapping[str, str]) -> bool:
        """Return whether a fork would do: what is read at import must be the same."""
        either = {*self.environment, *environment}
        read = {name for name in either if name.startswith(READ_AT_START)}
        return all(self.environment.get(name) == environment.get(name) for name in read)

    def fork(self, streams: Sequence[int], environment: Mapping[str, str]) -> int:
        """Return the id of a new worker on some streams: a child of this process."""
        request = json.dumps({"environment": dict(environment), "directory": os.getcwd()}).encode()
        libc = ctypes.CDLL(None)
        with self.lock:
            libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
            try:
                socket.send_fds(self.socket, [request], streams)
                return int(self.socket.recv(64))
            finally:
                libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)

    def close(self) -> None:
        """End the process that forks."""
        self.socket.close()
        self.process.kill()
        self.process.wait()


class Forked:
    """A worker, as `subprocess.Popen` has it."""

    def __init__(self, forker: Forker, log: IO[bytes], environment: Mapping[str, str]) -> None:
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        self.pid = forker.fork([theirs_in, theirs_out, log.fileno()], environment)
        os.close(theirs_in)
        os.close(theirs_out)
        self.stdin, self.stdout = os.fdopen(ours_in, "wb"), os.fdopen(ours_out, "rb")
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        if self.returncode is None:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self) -> int:
        """Return the exit code, once it has ended."""
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode


class Starter:
    """Starts workers: forks, where a fork would do, or else new processes."""

    def __init__(self) -> None:
        self.forker: Forker | None = None

    def start(self, command: Sequence[str], **options: Any) -> Any:
        """Start a worker, as `subprocess.Popen` would."""
        environment = options["env"]
        assert list(command[-2:]) == ["-m", "sweep.worker"]
        if self.forker is None:
            self.forker = Forker(environment)
        if not self.forker.serves(environment):
            return subprocess.Popen(command, **options)
        return Forked(self.forker, options["stderr"], environment)


@contextmanager
def quick_workers() -> Iterator[None]:
    """Start the workers of this process as forks while the block runs; on Linux alone."""
    starter = Starter()
    stands_in = SimpleNamespace(Popen=starter.start, PIPE=subprocess.PIPE)
    with instead(stands_in if sys.platform == "linux" else subprocess):
        yield
    if starter.forker is not None:
        starter.forker.close()


@contextmanager
def real_workers() -> Iterator[None]:
    """Start the workers of this process as users do while the block runs."""
    with instead(subprocess):
        yield


@contextmanager
def instead(module: Any) -> Iterator[None]:
    """Let something stand in for ``subprocess`` where workers are started."""
    from sweep.backends import process

    before = vars(process)["subprocess"]
    vars(process)["subprocess"] = module
    try:
        yield
    finally:
        vars(process)["subprocess"] = before


def serve(requests: socket.socket) -> None:
    """Fork a worker for every request, until nobody is there to ask."""
    while True:
        data, streams, _, _ = socket.recv_fds(requests, 1 << 18, 3)
        if not data:
            return
        ours, theirs = os.pipe()
        between = os.fork()
        if between == 0:
            parent = os.getpid()
            if os.fork() == 0:
                become(json.loads(data), streams, theirs, parent)
            os._exit(0)  # the worker is its grandparent's child from now on
        worker = os.read(ours, 64)
        os.waitpid(between, 0)
        requests.send(worker)
        for descriptor in (ours, theirs, *streams):
            os.close(descriptor)


def become(request: Mapping[str, Any], streams: Sequence[int], told: int, parent: int) -> NoReturn:
    """Be a worker, once it can be seen as one, and ``parent`` has handed it on."""
    from tests.chaos.host import worker

    os.setsid()
    be_called([sys.executable, "-m", "sweep.worker"])
    os.write(told, str(os.getpid()).encode())
    while os.getppid() == parent:  # a worker leaves when its parent does
        time.sleep(0.0005)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(request["directory"])
    sys.path[0] = request["directory"]
    worker(request["environment"])


def be_called(arguments: Sequence[str]) -> None:
    """Write other arguments over those that the kernel shows of this process."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])  # arg_start and arg_end
    words = "\0".join(arguments).encode() + b"\0"
    assert len(words) <= end - start
    ctypes.memset(start, 0, end - start)
    ctypes.memmove(start, words, len(words))


def main() -> None:
    """Import everything, then fork whoever is asked for."""
    from sweep.worker.warmup import import_heavy

    import_heavy()
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
