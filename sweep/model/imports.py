"""Imports: what a model file may import, so that the keys of its fits name all that computes.

A model is one file. Beside it there are the standard library, this package, and installed
distributions, whose versions enter the key. A module that merely lies about could be edited without
any key changing, and a stale fit would be served: it is refused.
"""

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from sweep.errors import ModelError

__all__ = ["distributions_of"]

HIDDEN = frozenset({"imp", "importlib", "pkgutil", "runpy"})
"""Modules of the standard library that import by a name which no syntax tree shows."""


def distributions_of(tree: ast.Module, where: str) -> tuple[str, ...]:
    """Return the names of the installed distributions that a model file imports, sorted.

    Raises
    ------
    ModelError
        If it imports anything else than those, this package and the standard library.
    """
    found: set[str] = set()
    for line, module in import_lines(tree):
        if module in HIDDEN or module.startswith("."):
            raise unnamed_import_error(where, line, module)
        if module == "sweep" or module in sys.stdlib_module_names:
            continue
        there = [d.name for d in candidates(module) if brings_module(d, module)]
        if not there:
            raise unnamed_import_error(where, line, module)
        found.update(there)
    return tuple(sorted(found))


def import_lines(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and top-level name of every import, wherever it stands; ``.`` is relative."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level or str(node.module).partition(".")[0]
        elif isinstance(node, ast.Name) and node.id == "__import__":
            yield node.lineno, "importlib"


def candidates(module: str) -> list[Distribution]:
    """Return the distributions that may have brought a module."""
    try:
        return [distribution(module)]  # most are called as their module, and asking is quick
    except PackageNotFoundError:
        from importlib.metadata import packages_distributions

        return [distribution(name) for name in packages_distributions().get(module, ())]


def brings_module(found: Distribution, module: str) -> bool:
    """Return whether a module would be imported from where a distribution was installed.

    Not so if a folder of the same name comes first, or if the distribution only points to a
    checkout (an editable installation), which can change without its version.
    """
    try:
        spec = find_spec(module)
    except ValueError:  # a module without an origin, such as __main__
        return False
    if spec is None:
        return False
    places = [*(spec.submodule_search_locations or ()), *([spec.origin] if spec.origin else ())]
    root = Path(str(found.locate_file(""))).resolve()
    return any(Path(place).resolve().is_relative_to(root) for place in places)


def unnamed_import_error(where: str, line: int, module: str) -> ModelError:
    """Return the error for an import that no key would name."""
    if module in HIDDEN:
        what = "imports modules by names that no key would hold"
        advice = "write plain import statements"
    elif module.startswith("."):
        what = "has a relative import, and a model is one file"
        advice = "put what it imports into the file"
    else:
        what = (
            f"imports {module!r}, which is not an installed package. A model is one file: an edit "
            f"in {module!r} would change its numbers and no key"
        )
        advice = "put its code into the file, or install it as a package (not as an editable one)"
    return ModelError(f"{where}, line {line}: {what}; {advice}")
