"""SPSS dictionary: two things that a .sav file says and its reader does not hand on.

These are the weight variable and the whole of its multiple-response sets: the reader drops counted
values that are text. The layout is PSPP's "System File Format" (PSPP Developer's Guide, appendix).
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sweep.data.codebook import ResponseSet
from sweep.errors import DataError
from sweep.words.text import text_of

__all__ = ["Dictionary", "dictionary_of"]

HEADER = 176  # bytes
VARIABLE, LABELS, LABELLED, DOCUMENT, EXTENSION, END = 2, 3, 4, 6, 7, 999
SETS, LONG_NAMES, NEW_SETS = 7, 13, 19  # subtypes of extensions


@dataclass(frozen=True)
class Dictionary:
    """The weight variable, the sets, and what of these could not be understood."""

    weight: str | None
    sets: Mapping[str, ResponseSet]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Cursor:
    """A file that is read on from where it is, and how its integers are written."""

    file: BinaryIO
    order: str

    def take(self, size: int) -> bytes:
        """Return the next bytes and go on behind them."""
        data = self.file.read(size) if size >= 0 else b""
        if len(data) != size:
            msg = "its dictionary is cut short"
            raise ValueError(msg)
        return data

    def integer(self) -> int:
        """Return the next 32-bit integer."""
        return int(struct.unpack(f"{self.order}i", self.take(4))[0])


def dictionary_of(path: Path, names: Sequence[str], encoding: str) -> Dictionary:
    """Return what a file's dictionary says of weights and sets, for columns of these names.

    Raises
    ------
    DataError
        If the dictionary is damaged.
    """
    try:
        with path.open("rb") as file:
            header = file.read(HEADER)
            order = "<" if header[64:68] in {b"\2\0\0\0", b"\3\0\0\0"} else ">"
            weighted = struct.unpack(f"{order}i", header[76:80])[0]
            return parse(Cursor(file, order), weighted, names, encoding)
    except (OSError, ValueError, IndexError, struct.error, LookupError) as error:
        msg = f"{path}: what it says of weights and multiple-response sets is damaged: {error}"
        raise DataError(msg) from error


def parse(cursor: Cursor, weighted: int, names: Sequence[str], encoding: str) -> Dictionary:
    """Return what the records say; names in sets are short ones, whatever their case.

    ``weighted`` is the place of the weight among the variable records, counted from 1; 0 is none.
    """
    shorts: list[str] = []
    extensions: dict[int, bytes] = {}
    for kind, content in records(cursor):
        if kind == VARIABLE:
            shorts.append(content.decode(encoding, "replace").strip())
        else:
            extensions[kind] = extensions.get(kind, b"") + content
    full = {name.upper(): name for name in names}
    known = set(names)
    for pair in extensions.get(-LONG_NAMES, b"").decode(encoding, "replace").split("\t"):
        short, _, long = pair.rstrip("\0").partition("=")
        if long in known:
            full[short.upper()] = long
    lines = extensions.get(-SETS, b"") + b"\n" + extensions.get(-NEW_SETS, b"")
    weight = full.get(shorts[weighted - 1].upper()) if weighted else None
    sets, notes = sets_in(lines, full, encoding)
    return Dictionary(weight, sets, notes)


def records(cursor: Cursor) -> Iterator[tuple[int, bytes]]:
    """Yield each variable's short name, and each extension's content under minus its subtype."""
    while (kind := cursor.integer()) != END:
        if kind == VARIABLE:
            yield kind, variable(cursor)
        elif kind == LABELS:
            for _ in range(cursor.integer()):
                cursor.take(8)
                cursor.take(cursor.take(1)[0] // 8 * 8 + 7)  # with its length, a multiple of 8
        elif kind == LABELLED:
            cursor.take(4 * cursor.integer())
        elif kind == DOCUMENT:
            cursor.take(80 * cursor.integer())
        elif kind == EXTENSION:
            subtype = cursor.integer()
            yield -subtype, cursor.take(cursor.integer() * cursor.integer())
        else:
            msg = f"record of type {kind}"
            raise ValueError(msg)


def variable(cursor: Cursor) -> bytes:
    """Return the short name of a variable record, and go on behind it."""
    cursor.integer()  # type: 0, a width, or -1 for the rest of a text
    labelled, missing = cursor.integer(), cursor.integer()
    cursor.take(8)  # how it is printed and written
    name = cursor.take(8)
    if labelled:
        cursor.take((cursor.integer() + 3) // 4 * 4)
    cursor.take(8 * abs(missing))
    return name


def sets_in(
    lines: bytes, full: Mapping[str, str], encoding: str
) -> tuple[dict[str, ResponseSet], tuple[str, ...]]:
    """Return the sets by name without the dollar sign, and a note for each that has no columns."""
    sets: dict[str, ResponseSet] = {}
    notes = []
    for line in filter(None, (line.strip(b"\r\0") for line in lines.split(b"\n"))):
        name, members, found = one_set(line, full, encoding)
        if found is None:
            lost = [m for m in members if m.upper() not in full]
            notes.append(f"the multiple-response set {name!r} names {lost[:5]}, no columns of it")
        else:
            sets[name] = found
    return sets, tuple(notes)


def one_set(
    line: bytes, full: Mapping[str, str], encoding: str
) -> tuple[str, list[str], ResponseSet | None]:
    """Return a set's name, its columns as written, and the set if the file has them all.

    A line is ``$name=`` and one of ``C``, ``D5 value`` or ``E 1 5 value`` (5 is a length in bytes),
    then the label with its length, then short names.
    """
    head, _, rest = line.partition(b"=")
    name = head.decode(encoding).removeprefix("$")
    kind, rest = rest[:1], rest[1:]
    counted = None
    if kind == b"E":
        rest = rest.lstrip(b" ").partition(b" ")[2]  # flags: where labels come from
    if kind in {b"D", b"E"}:
        counted, rest = measured(rest)
    label, rest = measured(rest.lstrip(b" "))
    members = rest.decode(encoding).split()
    columns = tuple(full[member.upper()] for member in members if member.upper() in full)
    if not members or len(columns) < len(members):
        return name, members, None
    value = None if counted is None else text_of(counted.decode(encoding))
    text = label.decode(encoding).strip() or None
    found = ResponseSet(name, text, "category" if kind == b"C" else "dichotomy", columns, value)
    return name, members, found


def measured(rest: bytes) -> tuple[bytes, bytes]:
    """Return a text that its length stands before, and what comes behind it."""
    size, _, text = rest.partition(b" ")
    return text[: int(size)], text[int(size) :]
