"""A model's terms stand in the config's order, in whichever order its file made them."""

import random
from types import SimpleNamespace
from typing import Any

from sweep.model.order import in_order
from sweep.model.terms import Contrast, Covariate, Intercept, Model, Term, Varying

LEVELS = {"sex": ("f", "m"), "age": ("a", "b", "c"), "region": ("n", "s", "w")}
STUDY: Any = SimpleNamespace(
    interactions=(("region", "sex"), ("sex", "age")),
    covariates={"region": SimpleNamespace(columns=("rain", "income"))},
)
USUAL: tuple[Term, ...] = (
    Intercept(3.0),
    Contrast("sex", 1.0),
    Varying(("age",), 0.5),
    Varying(("region",), 0.5),
    Varying(("region", "sex"), 0.2),
    Varying(("sex", "age"), 0.2),
    Varying(("age", "region"), 0.2),
    Covariate("region", "rain", 1.0),
    Covariate("region", "income", 1.0),
    Covariate("age", "wage", 1.0),
)


def turned(term: Term) -> Term:
    """Return a term with its predictors the other way round."""
    return Varying(term.predictors[::-1], term.scale) if isinstance(term, Varying) else term


def test_any_order_of_terms_becomes_the_configs() -> None:
    for seed in range(50):
        terms: list[Term] = list(USUAL)
        random.Random(seed).shuffle(terms)
        assert Model(USUAL) == in_order(Model(tuple(terms)), STUDY, LEVELS)


def test_pairs_are_written_as_the_config_has_them_else_in_the_order_of_levels() -> None:
    assert Model(USUAL) == in_order(Model(tuple(turned(t) for t in USUAL)), STUDY, LEVELS)


def test_names_that_are_nowhere_have_an_order_too() -> None:
    strange = (Contrast("a", 1.0), Contrast("b", 1.0), Covariate("x", "y", 1.0))
    assert Model(strange) == in_order(Model(strange[::-1]), STUDY, LEVELS)
