"""YAML: a text in, nodes with their places out, and nothing dangerous accepted.

Only what a config needs is read: mappings with plain keys, lists, and scalars. Anchors, aliases,
merge keys, tags, directives and duplicate keys are refused while the events go by, before anything
is built from them. Scalars follow the core schema of YAML 1.2, with one difference: a number with a
leading zero, such as 01, is text, for it is a code and not a quantity. Dates, yes and no are text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.scanner import Scanner, ScannerError

from sweep.config.nodes import MappingItem, Node, Place, Scalar

__all__ = ["MAX_DEPTH", "UNDECIDED", "Refused", "compose", "reader"]

MAX_DEPTH = 20
MAX_DIGITS = 40
MAX_FOUND = 50  # after so many refused constructs the rest of a text is not worth reading
NULL = ("", "~", "null", "Null", "NULL")
WORDS: dict[str, bool | None] = {
    **dict.fromkeys(NULL),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
UNDECIDED = "!decide"
"""The tag of a value that is still to be decided: `sweep init --from` writes it."""

ODD = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class Refused(Exception):
    """Reading stopped here; carries everything refused up to and with this."""

    def __init__(self, found: list[tuple[Place, str]]) -> None:
        super().__init__(found)
        self.found = found


def compose(text: str, place: Callable[[Any], Place]) -> tuple[Node, list[tuple[Place, str]]]:
    """Return the node that a text stands for, and what was refused in it.

    ``place`` makes a place of a mark, which has ``line``, ``column`` and ``index`` from 0.

    Raises
    ------
    Refused
        If the text cannot be read to its end.
    """
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.reader import ReaderError

    reading = Reading(iter(()), place)
    try:
        reading.events = iter(reader().parse(text))
        return _document(reading), reading.found
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reading.stop(mark, " ".join(filter(None, [error.problem, error.context])))
    except ReaderError as error:
        message = f"the character {text[error.position]!r} is not allowed"
        reading.stop(_mark(text, error.position), message)
    except (ValueError, OverflowError) as error:
        reading.stop(reading.mark, f"cannot read what follows: {error}")


def _tag_words(tag: str) -> str:
    if tag == UNDECIDED:
        return "still to be decided: write, in place of !decide, what the comment beside it asks"
    return f"tags are refused, got {tag[:40]}"


@dataclass(frozen=True, slots=True)
class Mark:
    """A position in a text, from 0, as the YAML reader counts them."""

    line: int
    column: int
    index: int


def _mark(text: str, index: int) -> Mark:
    head = text[:index]
    return Mark(head.count("\n"), index - head.rfind("\n") - 1, index)


@dataclass
class Reading:
    """The events still to come, how deep we are, and what was refused so far."""

    events: Iterator[Any]
    place: Callable[[Any], Place]
    found: list[tuple[Place, str]] = field(default_factory=list)
    depth: int = 0
    mark: Any = Mark(0, 0, 0)

    def next(self) -> tuple[str, Any]:
        """Return the next event and its kind, such as ``Scalar`` or ``MappingStart``."""
        event = next(self.events)
        self.mark = event.start_mark or self.mark
        kind = type(event).__name__.removesuffix("Event")
        if kind == "Alias":
            self.refuse(event.start_mark, "aliases (*name) are refused: write the value out")
        elif getattr(event, "anchor", None) is not None:
            self.refuse(event.start_mark, "anchors (&name) are refused: write values where used")
        if getattr(event, "tag", None) is not None:
            self.refuse(event.start_mark, _tag_words(str(event.tag)))
        return kind, event

    def refuse(self, mark: Any, message: str) -> None:
        """Note something that is refused, and go on."""
        self.found.append((self.place(mark), message))
        if len(self.found) >= MAX_FOUND:
            raise Refused(self.found)

    def stop(self, mark: Any, message: str) -> NoReturn:
        """Note something that is refused, and read no further."""
        self.found.append((self.place(mark or self.mark), message))
        raise Refused(self.found) from None


def _document(reading: Reading) -> Node:
    """Read the one document of a text; no document is null."""
    reading.next()
    kind, event = reading.next()
    if kind == "StreamEnd":
        return Node(reading.place(Mark(0, 0, 0)), None)
    if event.version is not None or event.tags:
        reading.refuse(event.start_mark, "directives (%YAML, %TAG) are refused")
    node = _node(reading, *reading.next())
    reading.next()
    kind, event = reading.next()
    if kind != "StreamEnd":
        reading.stop(event.start_mark, "a second document begins here: a config is one document")
    return node


def _node(reading: Reading, kind: str, event: Any) -> Node:
    place = reading.place(event.start_mark)
    if kind == "Scalar":
        return Node(place, _scalar(reading, event))
    if kind == "Alias":
        return Node(place, None)
    reading.depth += 1
    if reading.depth > MAX_DEPTH:
        reading.stop(event.start_mark, f"nested more than {MAX_DEPTH} deep")
    node = Node(place, _mapping(reading) if kind == "MappingStart" else _list(reading))
    reading.depth -= 1
    return node


def _list(reading: Reading) -> tuple[Node, ...]:
    items = []
    while (event := reading.next())[0] != "SequenceEnd":
        items.append(_node(reading, *event))
    return tuple(items)


def _mapping(reading: Reading) -> dict[str, MappingItem]:
    entries: dict[str, MappingItem] = {}
    while (event := reading.next())[0] != "MappingEnd":
        key = _key(reading, *event)
        place = reading.place(event[1].start_mark)
        mark = event[1].start_mark
        node = _node(reading, *reading.next())
        if key in entries:
            first = entries[key].key.line
            reading.refuse(mark, f"duplicate key {key[:60]!r}: it is already on line {first}")
        elif key is not None:
            entries[key] = MappingItem(place, node)
    return entries


def _key(reading: Reading, kind: str, event: Any) -> str | None:
    """Return a key as the text that was written, or None when it is refused."""
    if kind != "Scalar":
        if kind != "Alias":
            reading.refuse(event.start_mark, "a key must be a word, not a list or a mapping")
            _node(reading, kind, event)
        return None
    written = event.style is None
    if written and event.value == "<<":
        reading.refuse(event.start_mark, "merge keys (<<) are refused: write the keys out")
        return None
    if written and event.value in NULL:
        reading.refuse(event.start_mark, "null is not a key: write it in quotes if it is a word")
        return None
    return _text(reading, event)


def _text(reading: Reading, event: Any) -> str:
    text = str(event.value)
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        reading.refuse(event.start_mark, "text with a character that cannot be stored")
        return ""
    return text


def _scalar(reading: Reading, event: Any) -> Scalar:
    text = _text(reading, event)
    if event.style is not None:
        return text
    if text in WORDS:
        return WORDS[text]
    if ODD.fullmatch(text):
        return float(text.replace(".", "", 1))
    if not NUMBER.fullmatch(text):
        return text
    if len(text) > MAX_DIGITS:
        reading.refuse(event.start_mark, f"a number of more than {MAX_DIGITS} characters")
        return 0
    return int(text) if WHOLE.fullmatch(text) else float(text)


class BoundedScanner(Scanner):
    """A scanner that stops at the first bracket that is nested too deep."""

    def fetch_flow_collection_start(self, TokenClass: Any, to_push: str) -> None:
        """Read an opening bracket."""
        if len(self.flow_context) >= MAX_DEPTH:
            problem = f"nested more than {MAX_DEPTH} deep"
            raise ScannerError(problem=problem, problem_mark=self.reader.get_mark())
        super().fetch_flow_collection_start(TokenClass, to_push)


def reader() -> YAML:
    """Return a new reader of YAML events, in Python throughout."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = BoundedScanner
    return yaml
