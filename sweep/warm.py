"""Warm: machine code and imports, made ready before the first task.

The process that compiles a Numba function and one that loads it from the cache were seen to give
different last bits. So a throwaway process compiles, and workers only ever load.
"""

import subprocess
import sys
from pathlib import Path

from sweep.errors import SweepError, UsageError
from sweep.faultpoint import faultpoint
from sweep.keys import digest
from sweep.store.cached import cache_root
from sweep.toolchain import UNWANTED, toolchain, worker_environment

__all__ = ["cache_directory", "compile_kernels", "import_heavy", "warm_environment"]

NUMBA_SETTINGS = ".numba_config.yaml"


def import_heavy() -> None:
    """Import what every task needs, so that no task pays for it."""
    import nutpie  # noqa: F401 # imported for its effect
    import pandas  # noqa: F401

    import sweep.tasks  # noqa: F401


def compile_kernels() -> None:
    """Compile every kernel by calling it on one small problem, dense and sparse."""
    import numpy as np

    from sweep.cells import Counts, cells_of
    from sweep.effects import blocks_of
    from sweep.grid import grid_of, problem_of
    from sweep.kernels import whitened
    from sweep.laplace import approximate
    from sweep.model import Intercept, Model, Varying
    from sweep.pointer import compile_pointers

    levels = {"a": ("1", "2", "3"), "b": tuple("1234567")}
    model = Model((Intercept(1.0), Varying(("a",), 1.0), Varying(("b",), 1.0)))
    grid = grid_of(blocks_of(model, levels, {}), levels)
    index = np.arange(21, dtype=np.int64)
    counts = Counts(index, cells_of(index, levels), np.ones(21), np.full(21, 2.0))
    problem = problem_of(grid, counts)
    a = approximate(problem)
    w = np.zeros(problem.dim)
    whitened(w, problem.data, problem.layout, a.centre, a.spread, np.empty(problem.dim))
    compile_pointers()


def cache_directory() -> Path:
    """Return where machine code of this toolchain and these kernels lies."""
    sources = [Path(__file__).with_name(name) for name in ("kernels.py", "pointer.py")]
    stats = [[str(s), s.stat().st_mtime_ns, s.stat().st_size] for s in sources]
    key = digest([toolchain("fast"), stats])
    return cache_root() / "numba" / key[:16]


def refuse_settings(file: Path) -> None:
    """Refuse a file with which Numba changes machine code, and so the last bits of fits."""
    if file.exists():
        msg = (
            f"{file}: every worker would compile by Numba's settings there, and fits would come "
            "out with other last bits than their keys promise: move it, or start elsewhere"
        )
        raise UsageError(msg)


def warm_environment() -> dict[str, str]:
    """Return a worker's environment, its machine code compiled if this is the first time.

    Raises
    ------
    UsageError
        If Numba would read settings in this directory.
    SweepError
        If the kernels do not compile here.
    """
    import os

    refuse_settings(Path.cwd() / NUMBA_SETTINGS)
    directory = cache_directory()
    inherited = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    environment = {**inherited, **worker_environment(directory)}
    ready = directory / "ready"
    if not ready.exists():
        faultpoint("warm.before_compile")
        directory.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "sweep.worker", "--compile"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            msg = f"the kernels do not compile here (cache {directory}):\n{done.stderr.strip()}"
            raise SweepError(msg)
        faultpoint("warm.after_compile")
        ready.touch()
        faultpoint("warm.after_ready")
    return environment
