"""Toolchain: what besides the recipe's data can change a number, and the environment of a worker.

``TRANSFORM``, ``FIT`` and ``ESTIMATE`` are bumped by hand when the meaning of their modules
changes; a test pins a fingerprint of those modules, so that nobody can forget.
"""

import os
import platform
import sys
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Literal

from sweep.keys import digest

__all__ = [
    "ESTIMATE",
    "FIT",
    "TRANSFORM",
    "UNWANTED",
    "cpu_class",
    "fast_route",
    "table_writer",
    "toolchain",
    "worker_environment",
]

TRANSFORM = 4
FIT = 2
ESTIMATE = 3

FAST = ("llvmlite", "numba", "numpy", "nutpie", "scipy")
GENERAL = (*FAST, "pymc", "pytensor")

# The x86-64 levels of the psABI, by the flag that only the level has.
LEVELS = (("avx512vl", "x86-64-v4"), ("avx2", "x86-64-v3"))
POINTER_TESTED = ("0.16.11",)  # versions of nutpie whose private classes take our pointers
BLAS = {"x86-64-v4": "Haswell", "x86-64-v3": "Haswell"}
# KiB. OpenBLAS cuts matrices by the size of the cache it finds, and sums in that order: machines of
# one class differ in it, and a variable of the user's may. 512 was seen to change last bits.
L2_SIZE = "512"
CODE = ("BOUNDSCHECK", "CPU_FEATURES", "DISABLE_JIT", "ENABLE_AVX", "LOOP_VECTORIZE", "OPT")
UNWANTED = (
    *("GOTO_BLOCK_FACTOR", "OPENBLAS_BLOCK_FACTOR", "NPY_DISABLE_CPU_FEATURES"),
    *(f"NUMBA_{name}" for name in (*CODE, "DISABLE_INTEL_SVML", "SLP_VECTORIZE")),
)
"""Variables that would change numbers and that a worker must not inherit."""

# PyTensor's own defaults, set explicitly: the last value of a repeated flag wins, and all of them
# win over a user's ~/.pytensorrc.
PYTENSOR = "floatX=float64,mode=Mode,optimizer=o4,numba__fastmath=True"

# The target that both classes compile for: 512-bit vectors were no faster than 256-bit ones. Numba
# adds the features of the very CPU, so machines of v4 do not run v3's code to the last instruction;
# a class has keys of its own, and no run mixes them.
MACHINE_CODE = {"x86-64-v4": "x86-64-v3", "x86-64-v3": "x86-64-v3"}


@cache
def cpu_class() -> str:
    """Return the class of instruction sets here; within one, the same inputs give the same bytes.

    On x86-64 a level of the psABI, elsewhere the machine's own name.
    """
    machine = platform.machine()
    info = Path("/proc/cpuinfo")
    if machine != "x86_64" or not info.exists():
        return machine
    line = next((x for x in info.read_text().splitlines() if x.startswith("flags")), "")
    flags = set(line.split())
    return next((level for flag, level in LEVELS if flag in flags), "x86-64")


def fast_route() -> Literal["pointer", "from_pyfunc"]:
    """Return how the fast density reaches nutpie: as machine code, or as a Python function."""
    return "pointer" if version("nutpie") in POINTER_TESTED else "from_pyfunc"


def table_writer() -> str:
    """Return the version of what writes Parquet: each writes the same table in bytes of its own."""
    return version("pyarrow")


def toolchain(
    route: Literal["fast", "general", "stub"], packages: Sequence[str] = ()
) -> dict[str, str | int | None]:
    """Return what enters a fit's recipe: versions of what computes, the route, the CPU class.

    ``packages`` are further distributions, which a model file imports, by version and contents; one
    that is not installed is None.
    """
    if route == "stub":
        return {"numpy": version("numpy"), "FIT": FIT, "cpu": cpu_class(), "route": route}
    names = FAST if route == "fast" else GENERAL
    taken = fast_route() if route == "fast" else "compile_pymc_model"
    tools: dict[str, str | int | None] = {name: identity(name) for name in packages}
    tools |= {name: version(name) for name in names}
    if route == "general":
        tools["python"] = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return {**tools, "FIT": FIT, "cpu": cpu_class(), "route": taken}


@cache
def identity(name: str) -> str | None:
    """Return a distribution's version and a digest of its files, None if it is not installed.

    A package of one's own changes more often than its version. The digests of its files are in its
    RECORD, which the installer wrote; what depends on the place of installation is left out.
    """
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return None
    files = {
        str(file): f"{file.hash.mode}={file.hash.value}" if file.hash else None
        for file in found.files or ()
        if not {"..", "__pycache__"} & set(file.parts) and ".dist-info" not in file.parts[0]
    }
    return f"{found.version} {digest(files)[:12]}"


def pytensor_flags(given: str) -> str:
    """Return PyTensor's flags with those that decide numbers pinned; others are the user's."""
    if given.endswith(PYTENSOR):
        return given
    return f"{given},{PYTENSOR}".lstrip(",")


def worker_environment(cache_directory: Path) -> dict[str, str]:
    """Return the variables to set before a worker starts.

    One thread each; Numba's target by the CPU class rather than this very CPU, and its cache in a
    place of its own. Numba still adds what this CPU can to the target: machines of one class are
    seen to compute the same bytes, those of two classes need not, and have different keys. A model
    file that goes through a set, prints or opens a text does so alike in every process and locale.
    """
    kind = cpu_class()
    threads = ("OMP", "OPENBLAS", "MKL", "NUMBA")
    environment = {f"{name}_NUM_THREADS": "1" for name in threads}
    environment |= {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
    environment["PYTHONSAFEPATH"] = "1"  # what a model may start imports from no folder either
    environment["NUMBA_CACHE_DIR"] = str(cache_directory)
    environment["OPENBLAS_L2_SIZE"] = L2_SIZE
    environment["PYTENSOR_FLAGS"] = pytensor_flags(os.environ.get("PYTENSOR_FLAGS", ""))
    if kind in BLAS:
        environment |= {"OPENBLAS_CORETYPE": BLAS[kind], "NUMBA_CPU_NAME": MACHINE_CODE[kind]}
    return environment
