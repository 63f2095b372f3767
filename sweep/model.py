"""Models: the terms of the fast route as data, and model files loaded by their content.

A model file is plain Python that is never imported by name. What it defines chooses the route:
``terms(study, levels)`` returns a `Model` and takes the fast route; ``build(levels, counts,
priors)`` returns a PyMC model and takes the general one.
"""

import ast
import linecache
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from types import ModuleType
from typing import Any, Literal

from sweep.errors import ModelError
from sweep.imports import distributions_of
from sweep.keys import bytes_digest, digest

__all__ = [
    "STUB",
    "Contrast",
    "Covariate",
    "Intercept",
    "Levels",
    "Model",
    "ModelFile",
    "Route",
    "Term",
    "Varying",
    "as_json",
    "from_json",
    "load_model",
    "term_name",
]

type Levels = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Intercept:
    """The linear predictor's constant, Normal(0, sd) on the logit scale."""

    sd: float


@dataclass(frozen=True)
class Contrast:
    """A predictor of two levels, coded -1/2 and +1/2; its coefficient is Normal(0, sd)."""

    predictor: str
    sd: float


@dataclass(frozen=True)
class Varying:
    """Effects of every level of one predictor, or of every pair of levels of two.

    They sum to zero over each predictor. ``scale`` is the half-normal prior's scale for the
    standard deviation of one level's effect, whatever the number of levels.
    """

    predictors: tuple[str, ...]
    scale: float


@dataclass(frozen=True)
class Covariate:
    """A number known for every level of a predictor, standardised; its slope is Normal(0, sd)."""

    predictor: str
    column: str
    sd: float


type Term = Intercept | Contrast | Varying | Covariate
TERMS: dict[str, Callable[..., Term]] = {
    "intercept": Intercept,
    "contrast": Contrast,
    "varying": Varying,
    "covariate": Covariate,
}


@dataclass(frozen=True)
class Model:
    """What a fast model file returns: a likelihood and the terms of its linear predictor."""

    terms: tuple[Term, ...]
    likelihood: Literal["binomial"] = "binomial"


def term_name(term: Term) -> str:
    """Return how the term is called in draws, diagnostics and reports."""
    match term:
        case Intercept():
            return "intercept"
        case Contrast(predictor=predictor):
            return predictor
        case Varying(predictors=predictors):
            return ":".join(predictors)
        case Covariate(predictor=predictor, column=column):
            return f"{predictor}.{column}"


def as_json(model: Model) -> dict[str, Any]:
    """Return the model as it enters a recipe."""
    terms = [{"term": type(t).__name__.lower(), **asdict(t)} for t in model.terms]
    for term in terms:
        if "predictors" in term:
            term["predictors"] = list(term["predictors"])
    return {"likelihood": model.likelihood, "terms": terms}


def from_json(value: Mapping[str, Any]) -> Model:
    """Return the model a recipe names; the inverse of `as_json`."""
    terms = []
    for fields in value["terms"]:
        rest = {k: v for k, v in fields.items() if k != "term"}
        if "predictors" in rest:
            rest["predictors"] = tuple(rest["predictors"])
        terms.append(TERMS[fields["term"]](**rest))
    return Model(tuple(terms), value["likelihood"])


type Route = Literal["fast", "general", "stub"]

STUB = "stub"
"""The name of the model that is none: it tests what is around a fit (`sweep.stub`)."""
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
        If the file is not Python, imports what no key would name, raises when executed, or defines
        neither ``terms`` nor both ``build`` and ``probabilities``.
    """
    if name == STUB:
        return ModelFile(STUB, STUB_SOURCE, STUB, {})
    where = f"models/{name}.py"
    try:
        text = source.decode()
        tree = ast.parse(text, where)
    except (SyntaxError, UnicodeDecodeError) as error:
        msg = f"{where} is not a Python file: {error}"
        raise ModelError(msg) from error
    packages = distributions_of(tree, where)
    module = ModuleType(f"sweep_model_{bytes_digest(source)[:12]}")
    module.__file__ = f"{where}@{bytes_digest(source)[:12]}"
    lines = text.splitlines(keepends=True)
    linecache.cache[module.__file__] = (len(text), None, lines, module.__file__)
    sys.modules[module.__name__] = module  # dataclasses look their module up here
    try:
        exec(compile(text, module.__file__, "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        msg = f"{where} raised {type(error).__name__} when it was loaded: {error}"
        raise ModelError(msg) from error
    names = ("terms", "build", "data", "probabilities")
    functions = {n: module.__dict__[n] for n in names if callable(module.__dict__.get(n))}
    if "terms" not in functions and not {"build", "probabilities"} <= functions.keys():
        msg = (
            f"{where} defines neither terms(study, levels) nor build(levels, counts, priors) with "
            f"probabilities(posterior, cells); it defines {sorted(functions) or 'none of them'}. "
            f"Add one of the two: docs/models.md shows both."
        )
        raise ModelError(msg)
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
