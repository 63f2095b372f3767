"""Forking: workers and commands that are forks of a process which has imported all they need.

A worker needs two seconds of CPU to import, a command and its workers five; a fork needs none. All
else is real: processes of their own in a session of their own, with pipes, environment, directory
and signals, children of this one. ``python -m tests.forking`` is the process that forks; it ends
with the one that started it.
"""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, NoReturn

from sweep.worker.safe_path import python_command

__all__ = ["Child", "Command", "quick_workers", "real_workers", "start_fork", "start_sweep"]

ROOT = Path(__file__).parents[1]
PR_SET_CHILD_SUBREAPER = 36  # of linux/prctl.h
READ_AT_START = (
    *("NUMBA_", "OPENBLAS_", "OMP_", "MKL_", "NPY_", "PYTHON", "PYTENSOR", "ARROW_"),
    *("LD_", "LC_", "LANG", "TZ", "MALLOC_"),
)
ROOM = " " * 4096  # in the arguments of the process that forks, for those of its forks
WORKER = python_command("sweep.worker")[1:]


class Forker:
    """The process that forks, from this side."""

    def __init__(self) -> None:
        from sweep.worker.environment import warm_environment

        self.around = dict(os.environ)
        self.environment = warm_environment()
        self.lock = threading.Lock()
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.forking", str(theirs.fileno()), ROOM],
            cwd=ROOT,
            env={**self.environment, "PYTHONPATH": str(ROOT)},  # on a safe path no cwd is looked in
            pass_fds=[theirs.fileno()],
        )
        theirs.close()

    def fork(
        self, arguments: Sequence[str], streams: Sequence[int], environment: Mapping[str, str]
    ) -> int:
        """Return the id of a new process on some streams: a child of this one."""
        given = {"arguments": list(arguments), "environment": dict(environment)}
        request = json.dumps({**given, "directory": os.getcwd()}).encode()
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


def alike(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Return whether two environments agree in what libraries read when they are imported."""
    read = {name for name in {*one, *other} if name.startswith(READ_AT_START)}
    return all(one.get(name) == other.get(name) for name in read)


class Child:
    """A process that this one has started, as `subprocess.Popen` has it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        if self.returncode is None:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, once it has ended."""
        end = time.monotonic() + (timeout or 0.0)
        while self.poll() is None:
            if timeout is None:
                self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            else:
                assert time.monotonic() < end, f"process {self.pid} has not ended in {timeout} s"
                time.sleep(0.005)
        return self.poll() or 0

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the process."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Tell the process to end."""
        self.send_signal(signal.SIGTERM)


class Forked(Child):
    """A worker, with its pipes."""

    def __init__(self, forker: Forker, log: IO[bytes], environment: Mapping[str, str]) -> None:
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        super().__init__(forker.fork(WORKER, [theirs_in, theirs_out, log.fileno()], environment))
        os.close(theirs_in)
        os.close(theirs_out)
        self.stdin, self.stdout = os.fdopen(ours_in, "wb"), os.fdopen(ours_out, "rb")


class Starter:
    """Starts workers: forks, where a fork would do, or else new processes."""

    def __init__(self) -> None:
        self._forker: Forker | None = None

    def forker(self) -> Forker:
        """Return the process that forks; it is started when it is first needed."""
        self._forker = self._forker or Forker()
        return self._forker

    def start(self, command: Sequence[str], **options: Any) -> Any:
        """Start a worker, as `subprocess.Popen` would."""
        environment, forker = options["env"], self.forker()
        assert list(command[1:]) == WORKER
        if not alike(environment, forker.environment):
            return subprocess.Popen(command, **options)
        return Forked(forker, options["stderr"], environment)

    def close(self) -> None:
        """End the process that forks, if there is one."""
        if self._forker is not None:
            self._forker.close()


STARTER = Starter()


@contextmanager
def quick_workers() -> Iterator[None]:
    """Start the workers of this process as forks while the block runs; on Linux alone."""
    stands_in = SimpleNamespace(Popen=STARTER.start, PIPE=subprocess.PIPE)
    with instead(stands_in if sys.platform == "linux" else subprocess):
        yield
    STARTER.close()


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


class Command:
    """A running ``sweep ARGUMENTS``: a process, and the file with what it prints."""

    def __init__(self, process: Any, output: IO[bytes]) -> None:
        self.process, self.output, self.text = process, output, ""
        self.pid: int = process.pid
        self.poll, self.kill, self.terminate = process.poll, process.kill, process.terminate

    def wait(self, timeout: float = 300.0) -> int:
        """Return the exit code, once it has ended."""
        code = int(self.process.wait(timeout=timeout))
        if not self.output.closed:
            self.output.seek(0)
            self.text = self.output.read().decode(errors="replace")
            self.output.close()
        return code

    def said(self) -> str:
        """Return what it has printed, on either stream; it has ended."""
        return self.text


def start_sweep(*arguments: str | Path) -> Command:
    """Start a command in this directory and environment: a fork, where that would do."""
    words, output = [str(a) for a in arguments], tempfile.TemporaryFile()  # noqa: SIM115
    forker = STARTER.forker() if sys.platform == "linux" else None
    if forker is None or not alike(os.environ, forker.around):
        command = python_command("sweep", *words)
        started = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        return Command(started, output)
    environment = {**forker.environment, **os.environ}
    command = python_command("sweep", *words)
    return Command(start_fork(command[1:], environment, output), output)


def start_fork(
    arguments: Sequence[str], environment: Mapping[str, str], output: IO[bytes]
) -> Child:
    """Start a fork that is what ``python ARGUMENTS`` would be; it prints to a file."""
    with open(os.devnull, "rb") as nothing:
        streams = [nothing.fileno(), output.fileno(), output.fileno()]
        return Child(STARTER.forker().fork(arguments, streams, environment))


def serve(requests: socket.socket) -> None:
    """Fork a process for every request, until nobody is there to ask."""
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
            os._exit(0)  # the fork is its grandparent's child from now on
        child = os.read(ours, 64)
        os.waitpid(between, 0)
        requests.send(child)
        for descriptor in (ours, theirs, *streams):
            os.close(descriptor)


def become(request: Mapping[str, Any], streams: Sequence[int], told: int, parent: int) -> NoReturn:
    """Be what is asked for, once it can be seen as such, and ``parent`` has handed it on."""
    from tests.chaos.host import be_called, leave, worker

    os.setsid()
    be_called([sys.executable, *request["arguments"]])
    os.write(told, str(os.getpid()).encode())
    while os.getppid() == parent:  # a worker leaves when its parent does
        time.sleep(0.0005)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(request["directory"])
    if request["arguments"] == WORKER:
        worker(request["environment"])
    os.closerange(3, 4096)
    module, *rest = request["arguments"][2:]  # after -P -m
    sys.argv = [module, *rest]
    leave(import_module("sweep.cli" if module == "sweep" else module).main, request["environment"])


def main() -> None:
    """Import everything, then fork whoever is asked for."""
    from tests.chaos.host import fork_workers, import_everything

    import_everything()
    fork_workers()
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
