"""Engines: the samplers that can be compared, what each needs, and whether that is here."""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sweep.errors import UsageError
from sweep.words.names import did_you_mean

if TYPE_CHECKING:
    from sweep.bench.case import Make

__all__ = ["ENGINES", "OURS", "REFERENCE", "Engine", "absence", "make_of", "named_engines"]

OURS, REFERENCE = "ours", "reference"


@dataclass(frozen=True)
class Engine:
    """One sampler: in words, the function that makes it, and what it needs.

    ``make`` is ``module:function``, of `sweep.bench`: imported only where the engine runs.
    ``packages`` are importable names, ``programs`` names on the path, ``r_packages`` those of R.
    ``first_call_compiles``: what its first call takes beyond the others is compilation. ``routes``
    are those of the models that it can fit; ``allowed`` as in `sweep.bench.agreement.agreement_of`.
    """

    words: str
    make: str
    packages: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    r_packages: tuple[str, ...] = ()
    first_call_compiles: bool = False
    routes: tuple[str, ...] = ("fast",)
    allowed: float = 0.0


ENGINES: Mapping[str, Engine] = {
    OURS: Engine(
        "as `sweep run` fits it, diagnostics and remedies included",
        "ours:make_ours",
        first_call_compiles=True,
        routes=("fast", "general"),
    ),
    "nuts": Engine("our density, nutpie's NUTS", "ours:make_nuts", first_call_compiles=True),
    "pymc": Engine(
        "PyMC on cells, nutpie's NUTS", "pymc_nuts:make_cells", routes=("fast", "general")
    ),
    "pymc-rows": Engine("PyMC on respondents, nutpie's NUTS", "pymc_nuts:make_rows"),
    "numpyro": Engine(
        "NumPyro's NUTS on an outer sum written by hand",
        "numpyro_nuts:make_numpyro",
        ("jax", "numpyro"),
        first_call_compiles=True,
    ),
    "blackjax": Engine(
        "BlackJAX's NUTS on an outer sum written by hand",
        "blackjax_nuts:make_blackjax",
        ("jax", "blackjax"),
        first_call_compiles=True,
    ),
    "rstanarm": Engine(
        "R's rstanarm on cells, with priors of its own: within a fifth of a standard deviation",
        "rstanarm:make_rstanarm",
        programs=("Rscript",),
        r_packages=("rstanarm",),
        allowed=0.2,
    ),
}
"""Every engine by the name it is asked for with, in the order they are shown."""

OWN_REFERENCE = Engine("what all are held to", "ours:make_reference", routes=("fast", "general"))


def engine_named(name: str) -> Engine:
    """Return an engine, or what all are held to."""
    return OWN_REFERENCE if name == REFERENCE else ENGINES[name]


def named_engines(text: str) -> tuple[str, ...]:
    """Return the engines that ``ours,nuts`` names, each once.

    Raises
    ------
    UsageError
        If one is unknown, or none is named.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in ENGINES]
    if unknown:
        guess = did_you_mean(unknown[0], list(ENGINES))
        msg = f"--engines: there is no {unknown[0]!r}.{guess} There are {', '.join(ENGINES)}"
        raise UsageError(msg)
    if not names:
        msg = f"--engines names none: give some of {', '.join(ENGINES)}"
        raise UsageError(msg)
    return names


def absence(name: str) -> str | None:
    """Return why an engine cannot run here and what to do, None if it can; nothing is imported."""
    engine = engine_named(name)
    packages = [p for p in engine.packages if find_spec(p) is None]
    programs = [p for p in engine.programs if shutil.which(p) is None]
    if packages:
        return f"not installed: pip install {' '.join(packages)}"
    if programs:
        return f"there is no {programs[0]} on the path"
    lacking = [p for p in engine.r_packages if not is_in_r(p)]
    return f"not installed: install.packages({lacking[0]!r}) in R" if lacking else None


def is_in_r(package: str) -> bool:
    """Return whether R has a package."""
    asked = f"quit(status = !nzchar(system.file(package = '{package}')))"
    command = ["Rscript", "--vanilla", "-e", asked]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def make_of(name: str) -> "Make":
    """Return the function that makes an engine of a case."""
    module, _, function = engine_named(name).make.partition(":")
    found: Make = getattr(import_module(f"sweep.bench.{module}"), function)
    return found
