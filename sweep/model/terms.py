"""Terms: the models of the fast route as data.

A model file is plain Python that is never imported by name. What it defines chooses the route:
``terms(study, levels)`` returns a `Model` and takes the fast route; ``build(levels, counts,
priors)`` returns a PyMC model and takes the general one.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sweep.errors import ModelError
from sweep.keys import Json
from sweep.model.lines import line_words

__all__ = [
    "Contrast",
    "Covariate",
    "Intercept",
    "Model",
    "Term",
    "Varying",
    "as_json",
    "from_json",
    "term_name",
]


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


def as_json(model: Model) -> Json:
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


def parse_file(name: str, source: bytes) -> tuple[str, ast.Module]:
    """Return a model file's text and syntax tree.

    Raises
    ------
    ModelError
        If it is not Python; it says which line.
    """
    try:
        text = source.decode()
        return text, ast.parse(text, f"models/{name}.py")
    except (SyntaxError, UnicodeDecodeError, ValueError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        words = error.msg if isinstance(error, SyntaxError) else error
        msg = f"{line_words(name, source, line)} is not Python: {words}"
        raise ModelError(msg) from error
