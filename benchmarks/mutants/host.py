"""Host: a private copy of the tree, and forks of this process that run its tests.

This process has imported what takes long (NumPy, pandas, PyMC, ...) and nothing of the package, so
that a fork imports the copy's, with the bug in it, in a fraction of a second.
"""

import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from benchmarks.mutants.choose import Mutant
from benchmarks.mutants.coverage import Lines
from benchmarks.mutants.targets import COPIED, IGNORED_TESTS, ROOT

__all__ = ["Copy", "Verdict", "copy_into", "warm_up"]

HEAVY = (
    *("numpy", "pandas", "pyarrow.parquet", "scipy.optimize", "scipy.sparse", "scipy.special"),
    *("numba", "nutpie", "nutpie.compiled_pyfunc", "arviz", "pymc", "pytensor", "xarray", "boto3"),
    *("pydantic", "rich.progress", "typer", "jinja2", "ruamel.yaml", "pytest"),
)
QUICK = "not slow and not browser and not chaos and not reference"
OWN = ("sweep", "tests", "benchmarks")
KILLED = -1  # exit code of a run that had to be ended


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: the tests that were tried, and the first that failed, if any."""

    tried: int
    by: str | None
    seconds: float


@dataclass(frozen=True)
class Copy:
    """A copy of the tree in a directory of its own, ``tree``; everything else lies beside it."""

    tree: Path

    def learn(self, modules: list[str], only: list[str]) -> Path:
        """Run the quick tests on the tree as it is; return the file with what they ran."""
        path = self.tree.parent / "ran.json"
        ignored = [f"--ignore-glob={self.tree / pattern}" for pattern in IGNORED_TESTS]

        def run() -> int:
            import pytest

            lines = Lines(self.tree / "sweep", modules)
            code = pytest.main([*only, "-m", QUICK, *ignored, *self.options("learn")], [lines])
            lines.write(path)
            return int(code)

        code = self.fork(run, "learn", 3600)
        if not path.is_file():
            said = (self.tree.parent / "learn.txt").read_text()
            msg = f"the tests could not be run (exit code {code}):\n{said[-4000:]}"
            raise RuntimeError(msg)
        return path

    def try_out(self, mutant: Mutant, tests: list[str], expected: float) -> Verdict:
        """Plant a bug, run some tests till one fails, and take the bug out again."""
        started, source = time.monotonic(), self.tree / "sweep" / mutant.module
        before, times = source.read_bytes(), source.stat()

        def run() -> int:
            import pytest

            sys.dont_write_bytecode = True
            return int(pytest.main([*tests, "-x", "--timeout=120", *self.options(mutant.name)]))

        try:
            source.write_bytes(mutant.site.apply(before))
            os.utime(source, (times.st_atime, times.st_mtime + 60))  # no compiled file is its
            code = self.fork(run, mutant.name, 120 + 10 * expected) if tests else 0
        finally:
            source.write_bytes(before)
            os.utime(source, (times.st_atime, times.st_mtime))
            shutil.rmtree(self.tree.parent / f"pytest-{mutant.name}", ignore_errors=True)
        by = None if code == 0 else "time" if code == KILLED else self.failed(mutant.name)
        return Verdict(len(tests), by, round(time.monotonic() - started, 1))

    def options(self, name: str) -> list[str]:
        """Return what pytest is told in every run."""
        aside = self.tree.parent / f"pytest-{name}"
        return ["-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", f"--basetemp={aside}"]

    def failed(self, name: str) -> str:
        """Return the first test that failed, from what pytest printed."""
        for line in (self.tree.parent / f"{name}.txt").read_text(errors="replace").splitlines():
            if line.startswith(("FAILED ", "ERROR ")):
                return line.split(" ", 1)[1].split(" - ")[0]
        return "it cannot be imported"

    def fork(self, run: Callable[[], int], name: str, limit: float) -> int:
        """Return the exit code of a fork that does something in the copy, `KILLED` if too slow."""
        child = os.fork()
        if child == 0:
            self.become(run, self.tree.parent / f"{name}.txt")
        end = time.monotonic() + limit
        while not (done := os.waitpid(child, os.WNOHANG))[0]:
            if time.monotonic() > end:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return KILLED
            time.sleep(0.01)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # workers that a failed test has left behind
        return os.waitstatus_to_exitcode(done[1])

    def become(self, run: Callable[[], int], output: Path) -> None:
        """Be a process that works in the copy; never returns."""
        code = 70
        try:
            os.setsid()
            descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            for stream in (1, 2):
                os.dup2(descriptor, stream)
            os.chdir(self.tree)
            os.environ["PYTHONPATH"] = str(self.tree)
            for name in [n for n in sys.modules if n.partition(".")[0] in OWN]:
                del sys.modules[name]
            sys.path[:] = [str(self.tree), *(p for p in sys.path if Path(p).resolve() != ROOT)]
            code = run()
        except BaseException:  # it is told: nobody else would
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def copy_into(directory: Path) -> Copy:
    """Copy what the tests need into a directory."""
    tree = directory.resolve() / "tree"
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=ignored)
        else:
            shutil.copy2(source, tree / name)
    return Copy(tree)


def warm_up() -> None:
    """Import what takes long, and check that nothing of the package came with it."""
    for name in HEAVY:
        import_module(name)
    assert "sweep" not in sys.modules, "the forks would test the package as it is"
