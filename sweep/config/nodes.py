"""Nodes: the values of a config, each with the place where it was written."""

from dataclasses import dataclass
from typing import Any

__all__ = ["MappingItem", "Node", "Origin", "Place", "Scalar", "line_excerpt", "value_of"]

type Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written: line and column from 1, the line's text, and in what."""

    line: int
    column: int
    source: str
    override: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A scalar, a mapping or a list, and its place."""

    place: Place
    content: "Scalar | dict[str, MappingItem] | tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class MappingItem:
    """One key of a mapping: where the key is, and its value."""

    key: Place
    node: Node


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where a config was read: the file's name in messages, and its nodes with the overrides.

    It is no part of what a config says, so all origins are equal.
    """

    file: str
    root: Node

    def __eq__(self, other: object) -> bool:
        """Return whether the other is an origin as well."""
        return isinstance(other, Origin)

    def __hash__(self) -> int:
        """Return the same number for all."""
        return hash(Origin)


def line_excerpt(source: str, column: int) -> str:
    """Return as much of a line as helps in a message, without what would move a terminal."""
    shown = source[: max(column + 40, 160)] if column < 400 else ""
    return "".join(character if character.isprintable() else " " for character in shown)


def value_of(node: Node) -> Any:
    """Return the value of a node, without places."""
    if isinstance(node.content, dict):
        return {key: value_of(entry.node) for key, entry in node.content.items()}
    if isinstance(node.content, tuple):
        return [value_of(item) for item in node.content]
    return node.content
