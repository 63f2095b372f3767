"""Machine: what figures depend on: processor, cores, memory, load, and versions."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["Machine", "machine"]

PACKAGES = ("numba", "numpy", "nutpie", "pymc", "pytensor", "scipy", "jax", "numpyro", "blackjax")
GIGABYTE = 2**30


@dataclass(frozen=True)
class Machine:
    """A machine as it was just now; ``load`` is the average of a minute, None if nobody says.

    ``packages`` holds the versions of those that are installed.
    """

    cpu: str
    cpu_class: str
    cores: int
    memory_gb: float
    load: float | None
    system: str
    python: str
    sweep: str
    packages: dict[str, str]

    @property
    def words(self) -> str:
        """Return it in a line."""
        load = "unknown" if self.load is None else f"{self.load:.2f}"
        return (
            f"{self.cpu} ({self.cpu_class}), {self.cores} cores, {self.memory_gb:.0f} GB, "
            f"load {load} at the start; sweep {self.sweep}, Python {self.python}"
        )


def machine() -> Machine:
    """Return the machine that this process runs on."""
    from sweep import __version__
    from sweep.backends.pool import cores
    from sweep.toolchain import cpu_class

    found = {name: version_of(name) for name in PACKAGES}
    return Machine(
        cpu=processor(),
        cpu_class=cpu_class(),
        cores=cores(),
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIGABYTE, 1),
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        system=platform.platform(),
        python=platform.python_version(),
        sweep=str(__version__),
        packages={name: there for name, there in found.items() if there is not None},
    )


def processor() -> str:
    """Return the processor's name, the architecture where the system does not say."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def version_of(package: str) -> str | None:
    """Return an installed package's version, None if it is absent."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
