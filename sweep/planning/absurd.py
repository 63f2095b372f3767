"""Absurd: priors that no survey question can have been meant by are refused, at their key.

All outcomes share the priors, so these must leave room for rare answers and for common ones, and
must not expect one of the two of every question.
"""

from sweep.config import Priors, Study, SweepConfig
from sweep.data.findings import Findings
from sweep.model.effects import blocks_of
from sweep.model.prior_range import EXTREME, PriorRange, prior_range
from sweep.model.terms import (
    Contrast,
    Covariate,
    Intercept,
    Model,
    Term,
    Varying,
    from_json,
    term_name,
)
from sweep.planning.tasks import Shared

__all__ = ["MOST_EXTREME", "NARROWEST", "check_priors"]

type KeyPath = tuple[str | int, ...]

MOST_EXTREME = 0.5
"""At most this prior probability that nearly nobody, or nearly everybody, says yes."""
NARROWEST = 0.2
"""The least width of the prior's middle 90 %: else rare and common answers are both ruled out."""


def check_priors(config: SweepConfig, shared: Shared, findings: Findings) -> PriorRange | None:
    """Return what the priors say of the total, None where the model does not say it in terms.

    If that is absurd, it is a mistake of the prior that makes it so.
    """
    if shared.file.route != "fast":
        return None
    model, design = from_json(shared.fit["model"]), shared.prepared.design
    found = prior_range(blocks_of(model, design.levels, design.covariates), design.frame)
    if (complaint := complaint_of(found)) is None:
        return found
    narrow = found.width < NARROWEST
    term = next(t for t in model.terms if isinstance(t, Intercept)) if narrow else widest(model)
    path, sd = key_of(term, config.study)
    usual = usual_of(path)
    advice = f"write a {'larger' if narrow else 'smaller'} one{usual}"
    words = f"{prior_words(term)} on the logit scale: {complaint}: {advice}"
    if sd != sd_of(term):
        path, words = ("model",), f"models/{shared.file.name}.py has {term_name(term)} ~ {words}"
    findings.mistake(("study", *path), words)
    return found


def complaint_of(found: PriorRange) -> str | None:
    """Return what is absurd in a prior's range, None if nothing is."""
    beyond = f"below {EXTREME[0]:.0%} or above {EXTREME[1]:.0%}".replace("%", " %")
    for share, of in ((found.extreme_total, "the total"), (found.extreme_cell, "a cell")):
        if share > MOST_EXTREME:
            return (
                f"before any answer, {of} is {beyond} with probability {share:.2f} "
                f"(allowed {MOST_EXTREME:g})"
            )
    if found.width < NARROWEST:
        return (
            f"before any answer, the total lies between {100 * found.lower:.0f} % and "
            f"{100 * found.upper:.0f} % with probability 0.9, narrower than "
            f"{100 * NARROWEST:.0f} points"
        )
    return None


def widest(model: Model) -> Term:
    """Return the term of the largest prior."""
    return max(model.terms, key=sd_of)


def sd_of(term: Term) -> float:
    """Return a term's prior standard deviation, or the scale of it."""
    return term.scale if isinstance(term, Varying) else term.sd


def prior_words(term: Term) -> str:
    """Return a term's prior as a reader would write it."""
    if isinstance(term, Varying):
        return f"an sd ~ HalfNormal({term.scale:g})"
    return f"Normal(0, {term.sd:g})"


def key_of(term: Term, study: Study) -> tuple[KeyPath, float]:
    """Return the key of the config that a term's prior is from by default, and its value."""
    priors = study.priors
    match term:
        case Intercept():
            name = "intercept"
        case Contrast():
            name = "contrast"
        case Covariate():
            name = "covariate"
        case Varying(predictors=predictors):
            if (own := ":".join(predictors)) in priors.scales:
                return ("priors", "scales", own), priors.scales[own]
            name = "scale" if len(predictors) == 1 else "interaction_scale"
    return ("priors", name), getattr(priors, name)


def usual_of(path: KeyPath) -> str:
    """Return what a key is by default, in words."""
    name = "scale" if "scales" in path else str(path[-1])
    return f" (by default {getattr(Priors(), name):g})"
