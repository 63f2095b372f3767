"""Mapping: from a Python mapping to a config, and from a mapping of overrides to ``--set``."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from sweep.config.mistakes import mistake_at
from sweep.config.nodes import MappingItem, Node, Place
from sweep.config.override import Assignment
from sweep.config.read import validate
from sweep.config.schema import SweepConfig
from sweep.config.section import show
from sweep.config.yaml import MAX_DEPTH
from sweep.errors import ConfigError, Mistake

__all__ = ["assignments", "config_of"]

NAME = "config"  # in messages, where a file has its path
NOWHERE = Place(0, 0, "")  # a mapping has keys, no lines


def config_of(
    mapping: Mapping[str, Any], overrides: Sequence[str | Assignment] = ()
) -> SweepConfig:
    """Return the config that a mapping says, as the same keys in YAML would.

    Tuples are lists, paths are texts, and numbers may be NumPy's.

    Raises
    ------
    ConfigError
        With every mistake, each under its key.
    """
    wrong: list[Mistake] = []
    root = node_of(mapping, NOWHERE, (), wrong)
    return validate(root, NAME, wrong, overrides)


def assignments(
    overrides: str | Iterable[str] | Mapping[str, Any],
) -> list[str | Assignment]:
    """Return overrides as `override` takes them: texts as they are, a mapping's values as nodes.

    Raises
    ------
    ConfigError
        If a value is none that a config can hold.
    """
    if isinstance(overrides, str):
        return [overrides]
    if not isinstance(overrides, Mapping):
        return list(overrides)
    wrong: list[Mistake] = []
    made: list[str | Assignment] = []
    for number, (path, value) in enumerate(overrides.items(), 1):
        place = Place(number, 1, str(path), override=True)
        made.append(Assignment(str(path), node_of(value, place, (str(path),), wrong)))
    if wrong:
        raise ConfigError(NAME, wrong)
    return made


def node_of(value: Any, place: Place, path: tuple[str, ...], wrong: list[Mistake]) -> Node:
    """Return a value as a node; what a config cannot hold is noted, and null in its place."""
    if type(value).__module__.partition(".")[0] == "numpy" and hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, PurePath):
        value = str(value)
    refusal = why_refused(value, path)
    if refusal:
        wrong.append(mistake_at(place, ".".join(path), refusal))
        return Node(place, None)
    if isinstance(value, Mapping):
        entries = {
            str(key): MappingItem(place, node_of(below, place, (*path, str(key)), wrong))
            for key, below in value.items()
        }
        return Node(place, entries)
    if isinstance(value, list | tuple):
        items = enumerate(value)
        return Node(place, tuple(node_of(v, place, (*path, str(k)), wrong) for k, v in items))
    return Node(place, value)


def why_refused(value: Any, path: tuple[str, ...]) -> str:
    """Return in words why a config cannot hold a value; empty if it can."""
    if len(path) > MAX_DEPTH:
        return f"nested more than {MAX_DEPTH} deep"
    if isinstance(value, str):
        spoilt = "\0" in value or any("\ud800" <= character <= "\udfff" for character in value)
        return "text with a character that cannot be stored" if spoilt else ""
    if isinstance(value, Mapping):
        odd = [key for key in value if isinstance(key, bool) or not isinstance(key, str | int)]
        return f"a key must be text, got {show(odd[0])}" if odd else ""
    if value is None or isinstance(value, bool | int | float | list | tuple):
        return ""
    return f"a config holds text, numbers, lists and mappings, got {type(value).__name__}"
