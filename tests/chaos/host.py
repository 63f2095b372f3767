"""Host: a process that has imported everything and runs ``sweep`` in forks of itself.

A coordinator and its workers need ten seconds of CPU to import; a fork needs none. All else is
real: processes of their own, sessions, pipes, signals. ``python -m tests.chaos.host SOCKET`` takes
one request per connection, a line of JSON (``argv``, ``environment``, ``output``), and
answers with two lines: the coordinator's process id, and how it left.
"""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, NoReturn

__all__ = ["Host", "Running", "be_called", "host", "is_alive"]

ROOT = Path(__file__).parents[2]


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass(frozen=True)
class Running:
    """A coordinator that runs in a fork of the host."""

    pid: int
    answers: IO[str]
    output: Path

    def wait(self) -> tuple[int, str]:
        """Return the exit code (minus the signal that killed it), and what it printed."""
        code = int(self.answers.readline())
        self.answers.close()
        return code, self.output.read_text()

    def workers(self) -> list[int]:
        """Return the process ids of its live workers."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it ended while we looked
                state, parent = stat.read_text().rpartition(")")[2].split()[:2]
                if int(parent) == self.pid and state != "Z":
                    found.append(int(stat.parent.name))
        return sorted(found)


@dataclass(frozen=True)
class Host:
    """A running host."""

    address: str

    def start(
        self, *argv: str | Path, output: Path, environment: Mapping[str, str] | None = None
    ) -> Running:
        """Start ``sweep ARGV``; what it prints goes to the file ``output``."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self.address)
        request = {
            "argv": [str(a) for a in argv],
            "environment": dict(environment or {}),
            "output": str(output),
        }
        connection.sendall(json.dumps(request).encode() + b"\n")
        answers = connection.makefile("r")
        connection.close()  # the file keeps it
        return Running(int(answers.readline()), answers, output)


@contextmanager
def host(directory: Path) -> Iterator[Host]:
    """Run a host until the block ends."""
    from sweep.worker.environment import warm_environment

    address = str(directory / "host")
    # Arrow's allocator has a thread of its own, and knows about forks.
    quiet = "ignore:This process:DeprecationWarning"
    process = subprocess.Popen(
        [sys.executable, "-W", quiet, "-m", "tests.chaos.host", address],
        cwd=ROOT,
        env={**warm_environment(), "PYTHONPATH": str(ROOT)},  # on a safe path no cwd is looked in
    )
    try:
        end = time.monotonic() + 120
        while not Path(address).exists():
            assert process.poll() is None, "the host did not start"
            assert time.monotonic() < end, "the host does not answer"
            time.sleep(0.02)
        yield Host(address)
    finally:
        process.kill()
        process.wait()


def import_everything() -> None:
    """Import what coordinators and workers import, and what they import later."""
    import boto3  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    import sweep.backends.local
    import sweep.cli.app
    import sweep.cli.summary
    import sweep.client.display
    import sweep.client.handle
    import sweep.client.screen
    import sweep.coordinator.execute
    import sweep.store.directory
    import sweep.store.s3.store  # noqa: F401
    from sweep.worker.warmup import import_heavy

    import_heavy()


def fork_workers() -> None:
    """Let pools fork their workers instead of starting Python anew."""
    from sweep.backends import process

    def forked(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        assert ["-P", "-m", "sweep.worker"] == command[1:]
        environment = options["env"]
        # The child never comes to execute the command: here it becomes a worker, and leaves.
        return subprocess.Popen(command, preexec_fn=lambda: worker(environment), **options)  # noqa: PLW1509 # there are none

    vars(process)["subprocess"] = SimpleNamespace(Popen=forked, PIPE=subprocess.PIPE)


def worker(environment: Mapping[str, str]) -> NoReturn:
    """Be a worker on the standard streams."""
    from sweep.worker.safe_path import python_command
    from sweep.worker.serve import main

    be_called(python_command("sweep.worker"))
    os.closerange(3, 4096)  # the rest of the pipes; also tells the parent that we are on our way
    sys.stdin = open(0)  # noqa: SIM115 # as long as the process lives
    sys.argv = ["sweep.worker"]
    leave(main, environment)


def be_called(arguments: Sequence[str]) -> None:
    """Write other arguments over those that the kernel shows of this process."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])  # arg_start and arg_end
    words = "\0".join(arguments).encode() + b"\0"
    assert len(words) <= end - start
    ctypes.memset(start, 0, end - start)
    ctypes.memmove(start, words, len(words))


def coordinator(request: Mapping[str, Any]) -> NoReturn:
    """Be the command line."""
    from sweep.cli import main

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    descriptor = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.closerange(3, 4096)
    sys.argv = ["sweep", *request["argv"]]
    leave(main, {**os.environ, **request["environment"]})


def leave(main: Callable[[], None], environment: Mapping[str, str]) -> NoReturn:
    """Run what a process is for, in its environment, and leave as the interpreter would."""
    os.environ.clear()
    os.environ.update(environment)
    code = 0
    try:
        main()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # it is told, as the interpreter tells it
        traceback.print_exc()
        code = 1
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def serve(connection: socket.socket) -> NoReturn:
    """Run one command for whoever is at the other end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with connection.makefile("rw") as told:
        request = json.loads(told.readline())
        child = os.fork()
        if child == 0:
            coordinator(request)
        told.write(f"{child}\n")
        told.flush()
        told.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
    os._exit(0)


def main() -> None:
    """Import everything, then fork a process for every connection."""
    import_everything()
    fork_workers()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    listener = socket.socket(socket.AF_UNIX)
    aside = f"{sys.argv[1]}.new"
    listener.bind(aside)
    listener.listen(64)
    os.rename(aside, sys.argv[1])  # there means: it answers
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            serve(connection)
        connection.close()


if __name__ == "__main__":
    main()
