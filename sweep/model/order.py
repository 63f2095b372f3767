"""Order: the one order of a model's terms, in whichever order its file has put them together.

A file may loop over a set, whose order is another in every process. Terms in another order are
other draws under another key, so an order of the program's own is put upon them: that of the
config, as `models/mrp.py` returns them.
"""

from collections.abc import Sequence
from dataclasses import replace

from sweep.config import Study
from sweep.data.levels import Levels
from sweep.model.terms import Contrast, Covariate, Intercept, Model, Term, Varying

__all__ = ["in_order"]

type Rank = tuple[int | str, ...]


def in_order(model: Model, study: Study, levels: Levels) -> Model:
    """Return a model with its terms in the config's order, and each one's predictors too.

    The intercept, effects of one predictor, of several (those that the study lists first), slopes
    of covariates. What is no predictor, pair or covariate comes last, by its name.
    """
    terms = [written(term, study, levels) for term in model.terms]
    return replace(model, terms=tuple(sorted(terms, key=lambda term: rank(term, study, levels))))


def written(term: Term, study: Study, levels: Levels) -> Term:
    """Return a term of several predictors as the study writes the pair, else in levels' order."""
    if not isinstance(term, Varying):
        return term
    for pair in study.interactions:
        if set(pair) == set(term.predictors):
            return replace(term, predictors=tuple(pair))
    by_place = sorted(term.predictors, key=lambda name: place(name, list(levels)))
    return replace(term, predictors=tuple(by_place))


def rank(term: Term, study: Study, levels: Levels) -> Rank:
    """Return what terms are sorted by; no two terms of a model that can be fitted share it."""
    names = list(levels)
    match term:
        case Intercept():
            return (0,)
        case Contrast(predictor=predictor):
            return (1, *place(predictor, names))
        case Varying(predictors=(predictor,)):
            return (1, *place(predictor, names))
        case Varying(predictors=predictors):
            listed = place(":".join(predictors), [":".join(p) for p in study.interactions])
            return (2, listed[0], *(part for name in predictors for part in place(name, names)))
        case Covariate(predictor=predictor, column=column):
            spec = study.covariates.get(predictor)
            columns = place(column, () if spec is None else spec.columns)
            return (3, *place(predictor, list(study.covariates)), *columns)


def place(name: str, names: Sequence[str]) -> tuple[int, str]:
    """Return where a name stands among some, those that do not last and by letter."""
    return (names.index(name) if name in names else len(names), name)
