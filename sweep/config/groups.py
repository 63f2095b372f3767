"""Groups: products of variables, and named groups given by an expression.

In YAML an entry is a list of variables (``[]`` is the total) or a mapping of names to expressions;
one mapping with two names is two groups.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from sweep.config.section import KEY, mistake_at, raise_mistakes, show
from sweep.expression import ExpressionError, columns, parse
from sweep.words.columns import TAKEN

__all__ = ["Group", "Groups"]


@dataclass(frozen=True)
class Group:
    """All combinations of the variables ``by``, or the one group ``name``: cells ``where`` holds.

    ``Group()`` is the total. ``entry`` is its place in the config's list, if it was read there.
    """

    by: tuple[str, ...] = ()
    name: str | None = None
    where: str | None = None
    entry: int | None = field(default=None, compare=False)


def read_groups(entries: Any) -> tuple[Group, ...]:
    """Return the groups of a config's list, or raise all that is wrong with them."""
    if not isinstance(entries, list | tuple):
        raise_mistakes(
            [
                mistake_at(
                    (), f"expected a list of groups such as [[], [region]], got {show(entries)}"
                )
            ]
        )
    if not entries:
        raise_mistakes(
            [mistake_at((), "there is no group to estimate for: write [[]] for the total")]
        )
    placed = [found for index, entry in enumerate(entries) for found in _entry(index, entry)]
    raise_mistakes([*_misread(placed), *_unusable(placed), *_repeated(placed)])
    return tuple(
        replace(group, entry=int(place[0])) for place, group in placed if isinstance(group, Group)
    )


type Placed = tuple[tuple[str | int, ...], Group | str]


def _entry(index: int, entry: Any) -> Iterator[Placed]:
    """Yield each group of one entry with its place, or a message in the group's stead."""
    if isinstance(entry, Group):
        wrong = None if entry.where is None else _condition(entry.where)
        yield (index,), wrong or entry
    elif isinstance(entry, list | tuple):
        yield from _product(index, entry)
    elif isinstance(entry, dict) and entry:
        for name, where in entry.items():
            wrong = _condition(where)
            yield (index, name), wrong or Group(name=name, where=where)
    else:
        got = show(entry) if entry != {} else "an empty mapping"
        yield (index,), f"expected a list of variables or {{name: expression}}, got {got}"


def _product(index: int, entry: Any) -> Iterator[Placed]:
    """Yield the group of a list of variables, or a message for each that does not fit."""
    wrong: list[Placed] = [
        ((index, place), message)
        for place, variable in enumerate(entry)
        if (message := _variable(variable, entry[:place]))
    ]
    yield from wrong or [((index,), Group(by=tuple(entry)))]


def _variable(variable: object, before: Any) -> str | None:
    if not isinstance(variable, str) or not variable:
        return f"expected a variable's name, got {show(variable)}"
    if variable in before:
        return f"{show(variable)} is listed twice"
    return reserved_message(variable) if variable in TAKEN else None


def reserved_message(name: str) -> str:
    """Return the message for a variable that bears the name of an estimates column."""
    return f"{show(name)} is a column of the estimates table or of draws: choose another name"


def _condition(where: object) -> str | None:
    if not isinstance(where, str):
        return f"expected an expression, got {show(where)}"
    try:
        used = columns(parse(where))
    except ExpressionError as error:
        return f"cannot read the expression: {error}"
    reserved = [name for name in TAKEN if name in used]  # each would be a column of that table
    return f"{reserved_message(reserved[0])}, by `rename`" if reserved else None


def _misread(placed: list[Placed]) -> Iterator[Any]:
    for place, message in placed:
        if isinstance(message, str):
            yield mistake_at(place, message)


def _unusable(placed: list[Placed]) -> Iterator[Any]:
    for place, group in placed:
        if isinstance(group, Group) and group.name is not None:
            if not group.name.strip():
                yield mistake_at((*place, KEY), "a group needs a name")
            elif group.name in TAKEN:
                yield mistake_at((*place, KEY), reserved_message(group.name))


def _repeated(placed: list[Placed]) -> Iterator[Any]:
    seen: set[object] = set()
    for place, group in placed:
        if isinstance(group, str):
            continue
        identity = group.name if group.name is not None else frozenset(group.by)
        if identity in seen:
            named = group.name is not None
            what = f"named {show(group.name)}" if named else "of these variables"
            yield mistake_at((*place, KEY) if named else place, f"there is already a group {what}")
        seen.add(identity)


def write_groups(groups: tuple[Group, ...]) -> list[list[str] | dict[str, str]]:
    """Return groups in the shape the config writes them, one entry per group."""
    return [
        list(group.by) if group.name is None else {group.name: group.where or ""}
        for group in groups
    ]


Groups = Annotated[
    tuple[Group, ...],
    PlainValidator(read_groups),
    PlainSerializer(write_groups),
    WithJsonSchema(
        {
            "type": "array",
            "minItems": 1,
            "items": {
                "anyOf": [
                    {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
                    {
                        "type": "object",
                        "additionalProperties": {"type": "string"},
                        "minProperties": 1,
                    },
                ]
            },
        }
    ),
]
