"""Environment: the variables and places that workers start with."""

import subprocess
from pathlib import Path

from sweep.errors import SweepError, UsageError
from sweep.faultpoint import faultpoint
from sweep.keys import digest
from sweep.store.cache import cache_root
from sweep.toolchain import UNWANTED, toolchain, worker_environment
from sweep.worker.private import make_private, refuse_shared
from sweep.worker.safe_path import python_command, safe_pythonpath

__all__ = ["cache_directory", "warm_environment"]

NUMBA_SETTINGS = ".numba_config.yaml"


def cache_directory() -> Path:
    """Return where machine code of this toolchain and these kernels lies."""
    folder = Path(__file__).parents[1] / "inference"
    sources = [folder / name for name in ("kernels.py", "pointer.py")]
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
        If Numba would read settings in this directory, or somebody else may write to its cache.
    SweepError
        If the kernels do not compile here.
    """
    import os

    refuse_settings(Path.cwd() / NUMBA_SETTINGS)
    directory = cache_directory()
    make_private(directory)
    refuse_shared(directory)
    inherited = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    environment = {**inherited, **worker_environment(directory)}
    environment["PYTHONPATH"] = safe_pythonpath(environment.get("PYTHONPATH", ""))
    ready = directory / "ready"
    if not ready.exists():
        faultpoint("warm.before_compile")
        command = python_command("sweep.worker", "--compile")
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            msg = f"the kernels do not compile here (cache {directory}):\n{done.stderr.strip()}"
            raise SweepError(msg)
        faultpoint("warm.after_compile")
        ready.touch()
        faultpoint("warm.after_ready")
    return environment
