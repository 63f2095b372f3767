"""Override: ``--set``: values of the command line put into a config before it is validated.

An override is ``path=value``: the path in dots, list items by number from 0, the value in YAML. A
path that begins with none of the top keys is one of ``study`` or of ``execution``, whichever has
it: ``sampler.draws=200`` is ``study.sampler.draws=200``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sweep.config.consistency import suggestion
from sweep.config.execution import Execution
from sweep.config.mistakes import mistake_at
from sweep.config.nodes import MappingItem, Node, Place, line_excerpt
from sweep.config.schema import Study, SweepConfig
from sweep.config.yaml import Refused, compose
from sweep.errors import Mistake
from sweep.words.numbers import count_of

__all__ = ["Assignment", "override"]


@dataclass(frozen=True)
class Assignment:
    """An override given from Python: the path in dots, and the value."""

    path: str
    value: Node


@dataclass(frozen=True)
class PathPart:
    """One part of an override's path, and where it stands."""

    text: str
    place: Place


class Wrong(Exception):
    """An override that cannot be applied."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


def override(root: Node, given: Sequence[str | Assignment]) -> tuple[Node, list[Mistake]]:
    """Return the config's node with the overrides put in, and the mistakes in them."""
    mistakes: list[Mistake] = []
    for number, text in enumerate(given, 1):
        path = text.path if isinstance(text, Assignment) else text.partition("=")[0].strip()
        try:
            root = _apply(root, text, number)
        except Wrong as wrong:
            mistakes.append(mistake_at(wrong.place, path, wrong.message))
        except Refused as refused:
            mistakes += [mistake_at(place, path, message) for place, message in refused.found]
    return root, mistakes


def _apply(root: Node, text: str | Assignment, number: int) -> Node:
    if isinstance(text, Assignment):
        return _put(root, _whole(list(_segments(text.path, text.path, number))), text.value, "")
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        message = "expected path=value, such as sampler.draws=200"
        raise Wrong(_place(text, number, 0), message)
    offset = len(path) + 1
    node, found = compose(value, lambda mark: _place(text, number, offset + mark.index))
    if found:
        raise Refused(found)
    return _put(root, _whole(list(_segments(path, text, number))), node, "")


def _place(text: str, number: int, index: int) -> Place:
    return Place(number, index + 1, line_excerpt(text.replace("\n", " "), index), override=True)


def _segments(path: str, text: str, number: int) -> Iterator[PathPart]:
    index = 0
    for part in path.split("."):
        start = index + len(part) - len(part.lstrip())
        yield PathPart(part.strip(), _place(text, number, start))
        index += len(part) + 1


def _whole(segments: list[PathPart]) -> list[PathPart]:
    """Return the path from the top, for one that may begin below ``study`` or ``execution``."""
    first = segments[0]
    if first.text in SweepConfig.model_fields:
        return segments
    for half, section in (("study", Study), ("execution", Execution)):
        if first.text in section.model_fields:
            return [PathPart(half, first.place), *segments]
    known = [*SweepConfig.model_fields, *Study.model_fields, *Execution.model_fields]
    hint = suggestion(first.text, known) or f" (allowed: {', '.join(known)})"
    message = f"unknown key {first.text!r}{hint}"
    raise Wrong(first.place, message)


def _put(node: Node, segments: list[PathPart], value: Node, above: str) -> Node:
    """Return a copy of ``node`` with ``value`` at the end of the path."""
    if not segments:
        return value
    first, *rest = segments
    path = f"{above}.{first.text}" if above else first.text
    content: Any = {} if node.content is None else node.content
    if isinstance(content, dict):
        old = content.get(first.text)
        below = _put(old.node if old else Node(first.place, {}), rest, value, path)
        return Node(node.place, {**content, first.text: MappingItem(first.place, below)})
    if isinstance(content, tuple):
        index = _index(first, content, above)
        below = _put(content[index], rest, value, path)
        return Node(node.place, (*content[:index], below, *content[index + 1 :]))
    message = f"{above} is a value, not a mapping: it has no key {first.text!r}"
    raise Wrong(first.place, message)


def _index(segment: PathPart, items: tuple[Node, ...], above: str) -> int:
    if not (segment.text.isascii() and segment.text.isdigit() and len(segment.text) < 10):
        message = f"{above} is a list: write an index such as {above}.0, got {segment.text!r}"
        raise Wrong(segment.place, message)
    if int(segment.text) >= len(items):
        count = count_of(len(items), "item")
        message = f"{above} has {count}, counted from 0: there is no {segment.text}"
        raise Wrong(segment.place, message)
    return int(segment.text)
