"""Targets: which modules are mutated, and which tests may kill.

The two tables below are all that knows where things lie.
"""

from fnmatch import fnmatch
from pathlib import Path

__all__ = ["COPIED", "IGNORED_TESTS", "ROOT", "TARGETS", "area_of", "modules"]

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("sweep", "tests", "models", "configs", "benchmarks", "docs", "infra", "pyproject.toml")

TARGETS: dict[str, tuple[str, ...]] = {
    "inference": (
        *("inference/fast.py", "inference/checkpoints.py", "inference/nuts.py"),
        *("inference/laplace.py", "inference/grid.py", "inference/general.py"),
        *("diagnostics/verdict.py", "diagnostics/chains.py", "diagnostics/quantiles.py"),
    ),
    "estimates": ("estimates/*.py",),
    "planning": (
        *("planning/plan.py", "planning/prepare.py", "planning/recipes.py"),
        *("planning/selection.py", "planning/tasks.py", "planning/model_files.py"),
        *("planning/counting.py", "planning/coding.py", "planning/population.py"),
        *("planning/answers.py", "planning/asked.py", "planning/groups.py", "planning/lookups.py"),
    ),
    "artifacts": ("artifacts/*.py",),
    "journal": ("journal/*.py",),
    "store": ("store/__init__.py", "store/names.py", "store/directory.py"),
    "data": ("data/*.py",),
}
"""Area to the modules below ``sweep/``, as patterns: ``*`` stands for anything, slashes too."""

IGNORED_TESTS = (
    # They look at the source's text, and would notice any change of it.
    *("*test_fingerprints.py", "*test_calibration.py", "*test_layers.py", "*test_packaging.py"),
    "*test_mutants.py",
    # Their workers and servers are processes of their own: slow, and their lines are not seen.
    *("*test_acceptance.py", "*test_backend_contract.py", "*test_resume.py", "*test_sweep.py"),
    *("*test_forks.py", "*test_failures.py", "*test_full_disk.py", "*test_poison.py"),
    *("*test_surroundings.py", "tests/cases/*"),
    *("*test_s3_*.py", "*test_same_bytes.py", "*test_sharing.py", "*test_verbs.py"),
    # Pages, clusters and what lies before the data.
    *("tests/chaos/*", "tests/aws/*", "tests/infra/*", "tests/report/*", "tests/cli/*"),
    *("tests/config/*", "tests/reference_surveys/*", "*test_simulate.py", "*test_expression.py"),
)
"""Test files that kill no mutants. Of the others, those that ran a mutant's line are tried."""


def area_of(module: str) -> str | None:
    """Return the area of a module, given by its path below ``sweep/``; None if it is no target."""
    for area, patterns in TARGETS.items():
        if any(fnmatch(module, pattern) for pattern in patterns):
            return area
    return None


def modules(package: Path = ROOT / "sweep") -> list[str]:
    """Return the paths, below the package, of the modules to mutate, area by area.

    Raises
    ------
    ValueError
        If a pattern matches no module: it has moved, and so must the pattern.
    """
    there = sorted(p.relative_to(package).as_posix() for p in package.rglob("*.py"))
    for area, patterns in TARGETS.items():
        for pattern in patterns:
            if not any(fnmatch(name, pattern) for name in there):
                msg = f"TARGETS[{area!r}]: {pattern!r} matches no module of {package}"
                raise ValueError(msg)
    areas = list(TARGETS)
    return sorted((m for m in there if area_of(m)), key=lambda m: areas.index(str(area_of(m))))
