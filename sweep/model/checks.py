"""Checks: that the terms a model file returned are a model of these predictors."""

import math
from typing import Any

from sweep.config import Study
from sweep.data.levels import Covariates, Levels
from sweep.errors import ModelError
from sweep.model.effects import blocks_of
from sweep.model.files import ModelFile
from sweep.model.order import in_order
from sweep.model.terms import Contrast, Covariate, Intercept, Model, Varying

__all__ = ["check_terms"]


TERMS = (Intercept, Contrast, Varying, Covariate)


def check_terms(
    file: ModelFile, model: Any, study: Study, levels: Levels, covariates: Covariates
) -> Model:
    """Return what ``terms`` returned, in the config's order, if it is a model that can be fitted.

    Raises
    ------
    ModelError
        With the line where ``terms`` begins, if it is no Model, a term is none or has no prior, or
        it names what is no predictor.
    """
    where = file.place("terms")
    if not isinstance(model, Model):
        msg = f"{where} returned {type(model).__name__}, not a Model"
        raise ModelError(msg)
    if not isinstance(model.terms, tuple | list):
        msg = f"{where} returned Model({model.terms!r}): expected a tuple of terms"
        raise ModelError(msg)
    if model.likelihood != "binomial":
        msg = f"{where} returned a Model of likelihood {model.likelihood!r}: there is 'binomial'"
        raise ModelError(msg)
    for number, term in enumerate(model.terms):
        if wrong := why_no_term(term):
            msg = f"{where} returned a Model whose term {number}, {term!r}, {wrong}"
            raise ModelError(msg)
    ordered = in_order(model, study, levels)
    try:
        blocks_of(ordered, levels, covariates)
    except ModelError as error:
        msg = f"{where} returned a Model that cannot be fitted: {error}"
        raise ModelError(msg) from error
    return ordered


def why_no_term(term: Any) -> str:
    """Return in words why something is no term; empty if it is one."""
    if not isinstance(term, TERMS):
        return "is not an Intercept, Contrast, Varying or Covariate"
    prior = term.scale if isinstance(term, Varying) else term.sd
    number = isinstance(prior, int | float) and not isinstance(prior, bool)
    if not (number and math.isfinite(prior) and prior > 0):
        return "has no prior: its scale or sd must be a number above 0"
    if isinstance(term, Varying) and not isinstance(term.predictors, tuple):
        return f"needs a tuple of predictors, such as Varying(('region',), {prior:g})"
    return ""
