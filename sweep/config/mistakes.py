"""Mistakes: how a config's are worded and placed: from pydantic's terms to the user's."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sweep.config import derive
from sweep.config.consistency import suggestion
from sweep.config.nodes import MappingItem, Node, Origin, Place
from sweep.config.population import PopulationTable
from sweep.config.schema import SweepConfig
from sweep.config.section import KEY, show
from sweep.errors import Mistake, MistakenConfig

__all__ = ["OverrideMistake", "misfit_error", "mistake_at", "mistakes_of"]

ARMS: dict[object, type[BaseModel]] = {
    "<cut>": derive.Cut,
    "<recode>": derive.Recode,
    "<cases>": derive.Cases,
    "<lookup>": derive.Lookup,
    "<apart>": derive.Apart,
    "<table>": PopulationTable,
}
PATTERNS = {
    "name": "letters, digits, spaces and . _ -, beginning with a letter or a digit",
    "model": "the name of a model file without .py: letters, digits, _ and -",
}
KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
}
BOUNDS = {
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than": "less than {lt:g}",
    "less_than_equal": "at most {le:g}",
    "string_too_long": "at most {max_length} characters",
}


@dataclass(frozen=True)
class OverrideMistake(Mistake):
    """A mistake in the text of a ``--set``: the line counts the overrides."""

    def render(self, file: str) -> str:
        """Return the mistake as one of ``--set``, whatever the config's file."""
        return super().render("--set")


def mistake_at(place: Place, path: str, message: str) -> Mistake:
    """Return a mistake at a place of the file or of an override."""
    kind = OverrideMistake if place.override else Mistake
    return kind(place.line, place.column, path, message, place.source)


def misfit_error(
    origin: Origin,
    found: Sequence[tuple[tuple[int | str, ...], str]],
    notes: Sequence[str] = (),
) -> MistakenConfig:
    """Return the error for keys, by their paths, that data or model show to be mistaken.

    ``notes`` are what else was told of the same.
    """
    mistakes = [
        mistake_at(_place(origin.root, loc, ""), ".".join(str(p) for p in loc if p != KEY), message)
        for loc, message in found
    ]
    return MistakenConfig(origin.file, mistakes, notes)


def mistakes_of(error: ValidationError, root: Node) -> list[Mistake]:
    """Return what a validation found, in the user's words and at the places of the nodes."""
    mistakes = []
    for line in error.errors(include_url=False):
        if line["type"] == "too_short" and line["input"]:
            continue  # it is empty only because every item is wrong, and each item says so
        loc = tuple(part for part in line["loc"] if part not in ARMS)
        path = ".".join(str(part) for part in loc if part != KEY)
        message = _message(line["type"], line.get("ctx", {}), line["input"], line)
        mistakes.append(mistake_at(_place(root, loc, line["type"]), path, message))
    return mistakes


def _place(root: Node, loc: tuple[int | str, ...], kind: str) -> Place:
    """Return the key's place for a mistake in a key, else the value's, else the parent's."""
    node, key = root, root.place
    for part in loc:
        step = _step(node, part)
        if step is None:
            break
        key, node = step.key, step.node
    return key if kind == "extra_forbidden" or KEY in loc else node.place


def _step(node: Node, part: int | str) -> MappingItem | None:
    if isinstance(node.content, dict):
        return node.content.get(str(part))
    if isinstance(node.content, tuple) and isinstance(part, int) and part < len(node.content):
        item = node.content[part]
        return MappingItem(item.place, item)
    return None


type Context = Mapping[str, Any]
"""What pydantic says of a mistake, or what is known of its place, by name."""


def _message(kind: str, context: Context, value: object, line: Context) -> str:
    special = SPECIAL.get(kind)
    if special is not None:
        return special(context, value, line)
    if kind in KINDS:
        return f"expected {KINDS[kind]}, got {show(value)}{_hint(kind, value)}"
    if kind in BOUNDS:
        return f"must be {BOUNDS[kind].format(**context)}, got {show(value)}"
    return str(line["msg"])


def _hint(kind: str, value: object) -> str:
    if kind == "string_type" and isinstance(value, int | float):
        return f': write it in quotes, "{show(value)}"'
    return ": write {} for the defaults" if kind == "model_type" and value is None else ""


def _unknown(context: Context, value: object, line: Context) -> str:
    *parent, key = line["loc"]
    allowed = list(_fields(parent))
    return f"unknown key{suggestion(str(key), allowed)} (allowed: {', '.join(allowed)})"


def _choice(context: Context, value: object, line: Context) -> str:
    expected = str(context["expected"])
    close = suggestion(str(value), re.findall(r"'([^']*)'", expected))
    return f"expected {expected}, got {show(value)}{close}"


def _pattern(context: Context, value: object, line: Context) -> str:
    return f"expected {PATTERNS[str(line['loc'][-1])]}; got {show(value)}"


def _empty(context: Context, value: object, line: Context) -> str:
    return "must not be empty"


def _missing(context: Context, value: object, line: Context) -> str:
    return "this key is required"


SPECIAL: dict[str, Callable[[Context, object, Context], str]] = {
    "extra_forbidden": _unknown,
    "literal_error": _choice,
    "string_pattern_mismatch": _pattern,
    "string_too_short": _empty,
    "too_short": _empty,
    "missing": _missing,
}


def _fields(loc: list[int | str]) -> tuple[str, ...]:
    """Return the keys that the section at a pydantic location allows."""
    section: Any = SweepConfig
    for part in loc:
        section = _inside(_bare(section), part)
    return tuple(info.alias or name for name, info in _bare(section).model_fields.items())


def _bare(annotation: Any) -> Any:
    """Return a type without ``Annotated`` and ``| None``."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in {Union, UnionType}:
        arms = [arm for arm in get_args(annotation) if arm is not type(None)]
        return _bare(arms[0]) if len(arms) == 1 else annotation
    return annotation


def _inside(annotation: Any, part: int | str) -> Any:
    """Return the type at one key or index of a type, or the arm of a union that ``part`` names."""
    if part in ARMS:
        return ARMS[part]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.items()
        return next(info.annotation for name, info in fields if part in (name, info.alias))
    arguments = get_args(annotation)
    return arguments[1] if get_origin(annotation) is dict else arguments[0]
