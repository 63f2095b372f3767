"""Unused: keys of a config that would change nothing are refused.

Some do nothing beside what else the config says: a derivation that nothing names, a setting that is
another backend's. What a model file uses only it can tell, so it is asked: of a file of terms,
whether its terms are others when the key says something else. A model of PyMC is given levels,
counts and priors, and cannot see the rest. The stub is no model, and takes every config as it is.
"""

from collections.abc import Iterator
from typing import Any

from sweep.config import Cases, Execution, Priors, Study, SweepConfig
from sweep.config.nodes import Origin
from sweep.config.section import KEY
from sweep.data.design import Design
from sweep.data.findings import Findings
from sweep.data.levels import Levels
from sweep.data.rules import every_rule, source_column
from sweep.errors import ModelError
from sweep.expression import columns, parse
from sweep.model.files import ModelFile
from sweep.model.order import in_order
from sweep.model.terms import Covariate, Model, as_json
from sweep.planning.tasks import terms_of
from sweep.words.names import did_you_mean

__all__ = ["check_used"]

type Place = tuple[int | str, ...]


def check_used(config: SweepConfig, file: ModelFile, design: Design, findings: Findings) -> None:
    """Refuse derivations, priors, scales, interactions, covariates and settings that do nothing.

    What stands there as it would by default is let be. Each is a mistake of its key.
    """
    study = config.study
    found: list[tuple[Place, str]] = [*idle_derivations(study)]
    if file.route == "fast":
        model = terms_of(file, study, design)
        found += [*idle_priors(study, file, design, model, config.origin)]
        found += [*idle_interactions(study, file, design, model), *idle_covariates(study, model)]
    elif file.route == "general":
        found += keys_not_given(study, file)
    told = [(("study", *place), message) for place, message in found]
    told += [(("execution", *place), words) for place, words in idle_settings(config.execution)]
    for path, message in told:
        findings.mistake(path, message)


def idle_derivations(study: Study) -> Iterator[tuple[Place, str]]:
    """Yield the derived variables that nothing names."""
    named = {p.column or name for name, p in study.predictors.items()}
    named |= {name for group in study.groups for name in group.by}
    named |= {name for margin in study.population.margins for name in margin.by}
    conditions = [study.survey.filter, study.population.filter]
    conditions += [margin.filter for margin in study.population.margins]
    conditions += [study.survey.universe, *study.survey.exclude_respondents.values()]
    conditions += [group.where for group in study.groups]
    conditions += [rule.base for rule in study.outcomes]
    named |= {name for text in conditions if text is not None for name in columns(parse(text))}
    named |= named_by_rules(study, named)
    for name in study.derive:
        if name not in named:
            guess = did_you_mean(name, sorted(named))
            words = (
                f"no predictor, group, filter or base uses {name!r}: remove it, or name it there"
            )
            yield ("derive", name, KEY), f"{words}.{guess}" if guess else words


def named_by_rules(study: Study, named: set[str]) -> set[str]:
    """Return what the derived variables that are named name themselves, one by way of another."""
    rules = [(name, rule) for name, _, _, rule in every_rule(study)]
    found, size = set(named), 0
    while len(found) > size:
        size = len(found)
        for name, rule in (pair for pair in rules if pair[0] in found):
            one = {source_column(name, rule)} - {name}
            found |= set(rule.columns) - {name} if isinstance(rule, Cases) else one
    return found - named


def idle_settings(execution: Execution) -> Iterator[tuple[Place, str]]:
    """Yield the settings that say something to another backend, or to a queue that is not there."""
    if execution.backend == "batch" and execution.workers != "auto":
        words = "jobs of AWS Batch run as many fits at a time as they have batch.vcpus: remove it"
        yield ("workers",), words
    batch = execution.batch
    if batch is None or batch.on_demand_price_per_vcpu_hour is None:
        return
    if batch.on_demand_queue is None:
        place = ("batch", "on_demand_price_per_vcpu_hour")
        yield place, "there is no on_demand_queue that costs it: remove it, or name the queue"


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
