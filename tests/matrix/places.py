"""Places: the answers, levels, codes and names that a config holds, with their paths."""

from collections.abc import Iterator
from typing import Any

__all__ = ["KEY", "LISTS", "Path", "texts_of_config"]

type Path = tuple[str | int, ...]

KEY = "\0key"
LISTS = ("success", "failure", "dont_know_values", "not_asked", "none")


def texts_of_config(study: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield the answers, levels, codes and names of a config with their paths.

    A path that ends in ``KEY`` is the key itself.
    """
    for k, rule in enumerate(study["outcomes"]):
        yield from ((("outcomes", k, *path), text) for path, text in texts_of_rule(rule))
    survey, keys = study["survey"], ("weight", "filter", "universe")
    yield from ((("survey", key), survey[key]) for key in keys if key in survey)
    for name, condition in survey.get("exclude_respondents", {}).items():
        yield ("survey", "exclude_respondents", name), condition
    for i, value in enumerate(survey.get("missing_values", ())):
        yield ("survey", "missing_values", i), value
    yield from ((("predictors", name, KEY), name) for name in study["predictors"])
    for name, rule in study["derive"].items():
        yield ("derive", name, KEY), name
        yield from ((("derive", name, *path), text) for path, text in texts_of_derived(rule))
    yield from ((("nuisance", n, "at"), v["at"]) for n, v in study.get("nuisance", {}).items())
    yield from texts_of_population(study["population"])
    for k, group in enumerate(study["groups"]):
        parts = group.items() if isinstance(group, dict) else enumerate(group)
        yield from ((("groups", k, part), text) for part, text in parts)


def texts_of_rule(rule: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield those of a rule of outcomes."""
    for key in LISTS:
        yield from (((key, i), str(v)) for i, v in enumerate(rule.get(key, ())))
    if isinstance(rule.get("dont_know"), dict):
        yield from ((("dont_know", word, KEY), word) for word in rule["dont_know"])
    named = "column" if "column" in rule else "match" if "match" in rule else "name"
    yield from (((key,), rule[key]) for key in (named, "base") if key in rule)


def texts_of_derived(rule: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield those of a derived variable."""
    yield from (
        ((key,), rule[key]) for key in ("cut", "column", "from", "otherwise") if key in rule
    )
    for k, case in enumerate(rule.get("cases", ())):
        yield from ((("cases", k, key), text) for key, text in case.items())
    table = rule.get("lookup", {})
    yield from ((("lookup", key), table[key]) for key in ("key", "value") if key in table)
    yield from ((("labels", i), v) for i, v in enumerate(rule.get("labels", ())))
    for old, new in rule.get("recode", {}).items():
        yield ("recode", old, KEY), old
        yield ("recode", old), new


def texts_of_population(population: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield those of the population."""
    for old, new in population.get("map", {}).get("sex", {}).items():
        yield ("population", "map", "sex", old, KEY), old
        yield ("population", "map", "sex", old), new
    if "size" in population:
        yield ("population", "size"), population["size"]
    for k, margin in enumerate(population.get("margins", ())):
        yield from ((("population", "margins", k, "by", i), v) for i, v in enumerate(margin["by"]))
        shares = margin.get("shares", {})
        yield from ((("population", "margins", k, "shares", v, KEY), v) for v in shares)
