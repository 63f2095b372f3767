"""Unused: keys of a study that would change nothing with the model it names are refused.

What a model file uses only it can tell, so it is asked: of a file of terms, whether its terms are
others when the key says something else. A model of PyMC is given levels, counts and priors, and
cannot see the rest. The stub is no model, and takes every config as it is.
"""

from collections.abc import Iterator
from typing import Any

from sweep.config import Priors, Study, SweepConfig
from sweep.config.mistakes import misfit_error
from sweep.config.nodes import Origin
from sweep.config.section import KEY
from sweep.data.design import Design
from sweep.data.levels import Levels
from sweep.errors import ModelError
from sweep.model.files import ModelFile
from sweep.model.order import in_order
from sweep.model.terms import Covariate, Model, as_json
from sweep.planning.tasks import terms_of

__all__ = ["check_used"]

type Place = tuple[int | str, ...]


def check_used(config: SweepConfig, file: ModelFile, design: Design) -> None:
    """Refuse priors, scales, interactions and covariates that change nothing.

    What stands there as it would by default is let be.

    Raises
    ------
    ConfigError
        With the line of each.
    """
    study = config.study
    found: list[tuple[Place, str]] = []
    if file.route == "fast":
        model = terms_of(file, study, design)
        found += [*idle_priors(study, file, design, model, config.origin)]
        found += [*idle_interactions(study, file, design, model), *idle_covariates(study, model)]
    elif file.route == "general":
        found += keys_not_given(study, file)
    if found:
        raise misfit_error(
            config.origin, [(("study", *place), message) for place, message in found]
        )


def makes_other_terms(
    study: Study, file: ModelFile, design: Design, model: Model, **changed: Any
) -> bool:
    """Return whether a file makes other terms of a changed study, or refuses it.

    Both are put into the order of the study as it is: another order alone is no other model.
    """
    try:
        other = terms_of(file, study.model_copy(update=changed), design)
    except ModelError:
        return True
    return as_json(in_order(other, study, design.levels)) != as_json(model)


def idle_priors(
    study: Study, file: ModelFile, design: Design, model: Model, origin: Origin
) -> Iterator[tuple[Place, str]]:
    """Yield the priors that no term has."""
    given, usual = study.priors, Priors()

    def used(**changed: Any) -> bool:
        priors = given.model_copy(update=changed)
        return makes_other_terms(study, file, design, model, priors=priors)

    for name in Priors.model_fields:
        value = getattr(given, name)
        if name != "scales" and value != getattr(usual, name) and not used(**{name: 2 * value}):
            yield ("priors", name), f"no term of models/{file.name}.py uses it: remove it"
    idle = [
        term
        for term, scale in given.scales.items()
        if not used(scales={**given.scales, term: 2 * scale})
    ]
    for term in idle:
        place = ("priors", "scales", scale_as_written(origin, term), KEY)
        yield (
            place,
            f"no term of models/{file.name}.py has this scale{scale_advice(term, design.levels)}",
        )


def scale_advice(term: str, levels: Levels) -> str:
    """Return why nothing has a scale, and what may have one."""
    why = {
        1: f": {term!r} has one level in the population, and no effect",
        2: f": {term!r} has two levels, so its prior is study.priors.contrast",
    }.get(len(levels.get(term, ())), "")
    varying = [name for name, labels in levels.items() if len(labels) > 2]
    return f"{why}; remove it (scales are for {', '.join([*varying, 'interactions'])})"


def scale_as_written(origin: Origin, term: str) -> str:
    """Return an interaction's scale as the file has it, which may be the other way round."""
    node: Any = origin.root
    for part in ("study", "priors", "scales"):
        if not isinstance(node.content, dict) or part not in node.content:
            return term
        node = node.content[part].node
    same = [key for key in node.content or () if set(key.split(":")) == set(term.split(":"))]
    return same[0] if same else term


def idle_interactions(
    study: Study, file: ModelFile, design: Design, model: Model
) -> Iterator[tuple[Place, str]]:
    """Yield the pairs without which the terms are the same."""
    pairs = study.interactions
    for index in range(len(pairs)):
        rest = pairs[:index] + pairs[index + 1 :]
        if not makes_other_terms(study, file, design, model, interactions=rest):
            words = f"models/{file.name}.py makes the same terms without this pair: remove it"
            yield ("interactions", index), words


def idle_covariates(study: Study, model: Model) -> Iterator[tuple[Place, str]]:
    """Yield the columns that no term has, wherever the terms know them from."""
    used = {(t.predictor, t.column) for t in model.terms if isinstance(t, Covariate)}
    for predictor, spec in study.covariates.items():
        for index, column in enumerate(spec.columns):
            if (predictor, column) not in used:
                place = ("covariates", predictor, "columns", index)
                yield place, f"no term of the model is a Covariate({predictor!r}, {column!r})"


def keys_not_given(study: Study, file: ModelFile) -> Iterator[tuple[Place, str]]:
    """Yield what a model of PyMC is not given."""
    why = (
        f"models/{file.name}.py defines build(), which is given levels, counts and priors only: "
        "remove this, and write it into the model file if the model is to have it"
    )
    for index in range(len(study.interactions)):
        yield ("interactions", index), why
    for predictor in study.covariates:
        yield ("covariates", predictor, KEY), why
