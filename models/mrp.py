"""Multilevel regression for one binary outcome, to be poststratified.

An intercept, a contrast for every predictor of two levels, a varying intercept for every predictor
of three or more, a varying intercept for every interaction the config lists, and a slope for every
covariate. Priors come from the config's ``priors``. This file is the model: edit it, and every
outcome that uses it is fitted again; edit a comment, and nothing is.
"""

from sweep.config import Study
from sweep.model import Contrast, Covariate, Intercept, Levels, Model, Term, Varying


def terms(study: Study, levels: Levels) -> Model:
    """Return the terms of the linear predictor (docs/models.md)."""
    priors = study.priors
    made: list[Term] = [Intercept(priors.intercept)]
    for predictor, labels in levels.items():
        if len(labels) == 2:
            made.append(Contrast(predictor, priors.contrast))
        elif len(labels) > 2:
            made.append(Varying((predictor,), priors.scales.get(predictor, priors.scale)))
    for pair in study.interactions:
        scale = priors.scales.get(":".join(pair), priors.interaction_scale)
        made.append(Varying(tuple(pair), scale))
    for predictor, covariate in study.covariates.items():
        made += [Covariate(predictor, column, priors.covariate) for column in covariate.columns]
    return Model(tuple(made))
