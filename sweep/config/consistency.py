"""Consistency: names that must exist, and names that may not, across the fields of a study."""

from collections.abc import Iterator
from typing import Any

from pydantic_core import InitErrorDetails

from sweep.config.groups import reserved_message
from sweep.config.section import KEY, Fields, mistake_at, show
from sweep.expression import ExpressionError, columns, parse
from sweep.words.columns import TAKEN
from sweep.words.names import nearest_name

__all__ = ["mistakes_across", "suggestion"]


def suggestion(word: str, allowed: list[str]) -> str:
    """Return ``" - did you mean 'x'?"``, or nothing when no allowed word is close."""
    near = nearest_name(word, allowed)
    return "" if near is None else f" - did you mean '{near}'?"


def mistakes_across(study: Fields) -> list[InitErrorDetails]:
    """Return the mistakes between the fields of a raw study."""
    predictors = study.get("predictors")
    found = [*_names(study), *_outcome_names(study), *_circles(study)]
    if isinstance(predictors, dict) and predictors:
        names = list(predictors)
        found += [*_interactions(study, names), *_covariates(study, names)]
        found += [*_nuisance(study, names), *_population(study, names)]
        found += [*_labels(study, names)]
        found += _scales(study, names)
    return found


def _names(study: Fields) -> Iterator[InitErrorDetails]:
    predictors = study.get("predictors")
    for name in predictors if isinstance(predictors, dict) else ():
        if name in TAKEN:
            yield mistake_at(("predictors", name, KEY), reserved_message(name))
        elif ":" in str(name):
            yield mistake_at(("predictors", name, KEY), "a predictor's name may not hold a colon")


def _circles(study: Fields) -> Iterator[InitErrorDetails]:
    """Yield derived variables whose cases look at themselves by way of others.

    One that names itself means the file's column.
    """
    derived = study.get("derive")
    rules = derived if isinstance(derived, dict) else {}
    seen = {name: _seen_by(rule) & rules.keys() - {name} for name, rule in rules.items()}
    for name in rules:
        reached: set[str] = set()
        waiting = [*seen[name]]
        while waiting:
            reached.add(other := waiting.pop())
            waiting += seen[other] - reached
        if name in reached:
            others = ", ".join(sorted(show(other) for other in reached - {name}))
            words = f"its cases look at {others}, whose cases look at it: give one another name"
            yield mistake_at(("derive", name, KEY), words)


def _seen_by(rule: object) -> set[str]:
    """Return what the cases of a derived variable name, raw or already read."""
    apart = [_get(rule, key) for key in ("survey", "population")]
    cases = [case for one in (rule, *apart) for case in _listed(_get(one, "cases"))]
    texts = [_get(case, "when") for case in cases]
    return {name for text in texts if isinstance(text, str) for name in _columns(text)}


def _columns(text: str) -> frozenset[str]:
    try:
        return columns(parse(text))
    except ExpressionError:  # told where it stands
        return frozenset()


def _listed(value: object) -> list[object]:
    return [*value] if isinstance(value, list | tuple) else []


def _outcome_names(study: Fields) -> Iterator[InitErrorDetails]:
    rules = study.get("outcomes")
    seen: set[str] = set()
    for index, rule in enumerate(rules if isinstance(rules, list | tuple) else ()):
        name = _get(rule, "name")
        if not isinstance(name, str) or _get(rule, "match") is not None:
            continue
        if name in seen:
            yield mistake_at(
                ("outcomes", index, "name"), f"there is already an outcome {show(name)}"
            )
        seen.add(name)


def _pairs(study: Fields) -> Iterator[tuple[int, tuple[str, str]]]:
    pairs = study.get("interactions")
    for index, pair in enumerate(pairs if isinstance(pairs, list | tuple) else ()):
        if isinstance(pair, list | tuple) and len(pair) == 2:
            first, second = pair
            if isinstance(first, str) and isinstance(second, str):
                yield index, (first, second)


def _interactions(study: Fields, names: list[str]) -> Iterator[InitErrorDetails]:
    seen: set[frozenset[str]] = set()
    for index, pair in _pairs(study):
        for place, name in enumerate(pair):
            if name not in names:
                yield mistake_at(("interactions", index, place), _unknown(name, names))
        if pair[0] == pair[1]:
            yield mistake_at(
                ("interactions", index), "an interaction needs two different predictors"
            )
        elif frozenset(pair) in seen:
            yield mistake_at(("interactions", index), f"{pair[0]} and {pair[1]} are already paired")
        seen.add(frozenset(pair))


def _covariates(study: Fields, names: list[str]) -> Iterator[InitErrorDetails]:
    covariates = study.get("covariates")
    for name in covariates if isinstance(covariates, dict) else ():
        if name not in names:
            yield mistake_at(("covariates", name, KEY), _unknown(name, names))


def _labels(study: Fields, names: list[str]) -> Iterator[InitErrorDetails]:
    labels, groups = study.get("labels"), study.get("groups")
    products = [g for g in groups if isinstance(g, list)] if isinstance(groups, list) else []
    variables = [*names, *(str(name) for product in products for name in product)]
    for name in labels if isinstance(labels, dict) else ():
        if name not in variables:
            there = list(dict.fromkeys(variables))
            message = (
                f"labels are of predictors and of variables in groups, here {', '.join(there)}"
                f"{suggestion(str(name), there)}"
            )
            yield mistake_at(("labels", name, KEY), message)


def _nuisance(study: Fields, names: list[str]) -> Iterator[InitErrorDetails]:
    nuisance = study.get("nuisance")
    for name in nuisance if isinstance(nuisance, dict) else ():
        if name not in names:
            yield mistake_at(("nuisance", name, KEY), _unknown(name, names))
        levels = _get(_get(study.get("predictors"), name), "levels")
        at = _get(_get(nuisance, name), "at")
        if isinstance(levels, list | tuple) and at is not None and str(at) not in map(str, levels):
            hint = suggestion(str(at), [str(level) for level in levels])
            message = f"{show(at)} is not among the levels of predictor {show(name)}{hint}"
            yield mistake_at(("nuisance", name, "at"), message)


def _population(study: Fields, names: list[str]) -> Iterator[InitErrorDetails]:
    """Yield the nuisances that population says something of, which it cannot."""
    nuisance, population = study.get("nuisance"), study.get("population")
    margins, maps = _get(population, "margins"), _get(population, "map")
    absent = [name for name in nuisance if name in names] if isinstance(nuisance, dict) else []
    for index, margin in enumerate(margins if isinstance(margins, list | tuple) else ()):
        by = _get(margin, "by")
        for place, name in enumerate(by if isinstance(by, list | tuple) else ()):
            if name in absent:
                message = f"{show(name)} is a nuisance, which the population lacks: remove it here"
                yield mistake_at(
                    ("population", "margins", index, "by", place), f"{message} or there"
                )
    for name in maps if isinstance(maps, dict) else ():
        if name in absent:
            message = f"{show(name)} is a nuisance, which the population lacks: remove the map"
            yield mistake_at(("population", "map", name, KEY), message)


def _scales(study: Fields, names: list[str]) -> Iterator[InitErrorDetails]:
    scales = _get(study.get("priors"), "scales")
    pairs = {frozenset(pair) for _, pair in _pairs(study)}
    terms = [*names, *(":".join(pair) for _, pair in _pairs(study))]
    seen: set[frozenset[str]] = set()
    for term in scales if isinstance(scales, dict) else ():
        words = str(term).split(":")
        parts = frozenset(words)
        if term not in names and not (len(words) == 2 and parts in pairs):
            hint = suggestion(str(term), terms) or f"; there are {', '.join(terms)}"
            yield mistake_at(
                ("priors", "scales", term, KEY), f"no predictor or interaction {show(term)}{hint}"
            )
        elif parts in seen:
            yield mistake_at(
                ("priors", "scales", term, KEY), "this interaction already has a scale"
            )
        seen.add(parts)


def _unknown(name: str, names: list[str]) -> str:
    hint = suggestion(name, names) or f"; there are {', '.join(names)}"
    return f"no predictor {show(name)}{hint}"


def _get(section: object, key: str) -> Any:
    """Return a field of a section, raw or already read."""
    return section.get(key) if isinstance(section, dict) else getattr(section, key, None)
