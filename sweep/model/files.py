"""Files: what a model file defines, found by its own words, and run."""

import ast
import linecache
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

from sweep.errors import ModelError
from sweep.keys import bytes_digest, digest
from sweep.model.imports import distributions_of
from sweep.model.lines import CALLED_WITH, check_signatures, first_line, last_line_in, line_words
from sweep.model.terms import parse_file
from sweep.words.values import clip

__all__ = ["STUB", "ModelFile", "Route", "load_model", "tree_digest"]

type Route = Literal["fast", "general", "stub"]

STUB = "stub"
"""The name of the model that is none: it tests what is around a fit (`sweep.inference.stub`)."""

STUB_SOURCE = b"# The stub fits nothing: it tests what is around a fit.\n"


@dataclass(frozen=True)
class ModelFile:
    """A model file, executed: its functions, and the identity of what it says.

    ``digest`` is of the syntax tree without positions and docstrings, so a comment refits nothing;
    ``packages`` are the installed distributions it imports.
    """

    name: str
    source: bytes
    digest: str
    functions: Mapping[str, Any]
    packages: tuple[str, ...] = ()

    @property
    def filename(self) -> str:
        """Return under which name the file is executed: two versions can live side by side."""
        return f"models/{self.name}.py@{bytes_digest(self.source)[:12]}"

    def place(self, function: str) -> str:
        """Return file, line and name of one of its functions, for a message to begin with."""
        return f"models/{self.name}.py:{first_line(self.functions[function])}: {function}()"

    @property
    def route(self) -> Route:
        """Return which route the file takes."""
        if self.name == STUB:
            return "stub"
        return "fast" if "terms" in self.functions else "general"


def load_model(name: str, source: bytes) -> ModelFile:
    """Execute a model file's source under a module name that carries its digest.

    Two versions of one file can live side by side, and tracebacks show its lines.

    Raises
    ------
    ModelError
        If the file is not Python, imports what no key would name, raises when executed, defines
        neither ``terms`` nor both ``build`` and ``probabilities``, or these take other arguments.
    """
    if name == STUB:
        return ModelFile(STUB, STUB_SOURCE, STUB, {})
    path = f"models/{name}.py"
    text, tree = parse_file(name, source)
    packages = distributions_of(tree, path)
    module = ModuleType(f"sweep_model_{bytes_digest(source)[:12]}")
    module.__file__ = f"{path}@{bytes_digest(source)[:12]}"
    lines = text.splitlines(keepends=True)
    linecache.cache[module.__file__] = (len(text), None, lines, module.__file__)
    sys.modules[module.__name__] = module  # dataclasses look their module up here
    try:
        exec(compile(text, module.__file__, "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        line = last_line_in(error, module.__file__)
        told = f"raised {type(error).__name__} when it was loaded: {clip(error)}"
        msg = f"{line_words(name, source, line)} {told}"
        raise ModelError(msg) from error
    functions = {n: module.__dict__[n] for n in CALLED_WITH if callable(module.__dict__.get(n))}
    if "terms" not in functions and not {"build", "probabilities"} <= functions.keys():
        msg = (
            f"{path} defines neither terms(study, levels) nor build(levels, counts, priors) with "
            f"probabilities(posterior, cells); it defines {sorted(functions) or 'none of them'}. "
            f"Add one of the two: docs/models.md shows both."
        )
        raise ModelError(msg)
    check_signatures(functions, path)
    return ModelFile(name, source, tree_digest(tree), functions, packages)


def tree_digest(tree: ast.Module) -> str:
    """Return the identity of a syntax tree without positions and docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:]
    return digest(["syntax tree", ast.dump(tree, annotate_fields=True, include_attributes=False)])
