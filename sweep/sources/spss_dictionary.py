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
from sweep.sources.readstat import wrong_encoding
from sweep.words.text import text_of
from sweep.words.values import brief, few

__all__ = [
    "Dictionary",
    "Records",
    "check_codes",
    "dictionary_of",
    "records_of",
    "says_encoding",
]

HEADER = 176  # bytes
VARIABLE, LABELS, LABELLED, DOCUMENT, EXTENSION, END = 2, 3, 4, 6, 7, 999
WIDEST = 255  # of a variable; 0 is a number, -1 the rest of a text
TEXT_FORMS = {1, 2}  # A and AHEX
MISSING = {-3, -2, 0, 1, 2, 3}  # how many values are missing; below 0 the first two are a range
UTF_8 = {struct.pack(order, 65001) for order in ("<i", ">i")}
ASCII = {struct.pack(order, code) for order in ("<i", ">i") for code in (0, 2, 3)}
MACHINE, ENCODING = 3, 20
SETS, LONG_NAMES, NEW_SETS = 7, 13, 19  # subtypes of extensions


@dataclass(frozen=True)
class Dictionary:
    """The weight variable, the sets, and what of these could not be understood."""

    weight: str | None
    sets: Mapping[str, ResponseSet]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Records:
    """A dictionary's records as bytes: whatever the text in them, it is whole.

    ``weighted`` is the place of the weight among the variables, counted from 1; 0 is none.
    """

    weighted: int
    variables: tuple[bytes, ...]
    codes: tuple[bytes, ...]
    extensions: Mapping[int, bytes]


@dataclass(frozen=True)
class Cursor:
    """A file that is read on from where it is, its bytes in all, and how integers are written."""

    file: BinaryIO
    size: int
    order: str

    def take(self, size: int) -> bytes:
        """Return the next bytes and go on behind them."""
        data = self.file.read(size) if 0 <= size <= self.size else b""
        if len(data) != size:
            msg = "its dictionary is cut short"
            raise ValueError(msg)
        return data

    def integer(self) -> int:
        """Return the next 32-bit integer."""
        return int(struct.unpack(f"{self.order}i", self.take(4))[0])


def records_of(path: Path) -> Records:
    """Return the records of a file's dictionary.

    To call before the library reads the file: a damaged dictionary ends its process.

    Raises
    ------
    DataError
        If there is no such file, it is none of SPSS, or damaged.
    """
    try:
        with path.open("rb") as file:
            header = file.read(HEADER)
            if header[:4] not in {b"$FL2", b"$FL3"} or len(header) < HEADER:
                msg = "it does not begin as a file of SPSS does"
                raise ValueError(msg)
            order = "<" if header[64:68] in {b"\2\0\0\0", b"\3\0\0\0"} else ">"
            weighted = struct.unpack(f"{order}i", header[76:80])[0]
            return collected(weighted, records(Cursor(file, path.stat().st_size, order)))
    except FileNotFoundError as error:
        msg = f"{path}: there is no such file"
        raise DataError(msg) from error
    except (OSError, ValueError) as error:
        msg = f"{path}: cannot be read: {error}; is it whole?"
        raise DataError(msg) from error


def collected(weighted: int, found: Iterator[tuple[int, bytes]]) -> Records:
    """Return records by their kind."""
    variables: list[bytes] = []
    codes: list[bytes] = []
    extensions: dict[int, bytes] = {}
    for kind, content in found:
        if kind == VARIABLE:
            variables.append(content)
        elif kind == LABELS:
            codes.append(content)
        else:
            extensions[-kind] = extensions.get(-kind, b"") + content
    if not 0 <= weighted <= len(variables):
        msg = f"its weight is variable {weighted:,} of {len(variables):,}"
        raise ValueError(msg)
    return Records(weighted, tuple(variables), tuple(codes), extensions)


def encoding_of(found: Records) -> str:
    """Return the encoding that a file says it has; a file that does not say is Western European."""
    if named := found.extensions.get(ENCODING, b"").strip(b" \0"):
        return named.decode("ascii", "replace")
    return "utf-8" if found.extensions.get(MACHINE, b"")[-4:] in UTF_8 else "cp1252"


def says_encoding(found: Records) -> bool:
    """Return whether a file says its encoding: a code for ASCII says nothing of other letters."""
    machine = found.extensions.get(MACHINE, b"")[-4:]
    named = found.extensions.get(ENCODING, b"").strip(b" \0")
    return bool(named) or (len(machine) == 4 and machine not in ASCII)


def check_codes(path: Path, found: Records, encoding: str | None) -> None:
    """Check that codes of text with a label are text: at one that is not the library crashes.

    Raises
    ------
    DataError
        If one is not in the encoding.
    """
    try:
        for code in found.codes:
            code.decode(encoding or encoding_of(found))
    except UnicodeDecodeError as error:
        raise wrong_encoding(path, encoding) from error
    except LookupError:
        return  # the library says so of an encoding that it does not know


def dictionary_of(found: Records, names: Sequence[str], encoding: str) -> Dictionary:
    """Return what records say of weights and sets, for columns of these names.

    Names in sets are short ones, whatever their case. Sets that cannot be read are left out, told.
    """
    full = {name.upper(): name for name in names}
    known = set(names)
    for pair in found.extensions.get(LONG_NAMES, b"").decode(encoding, "replace").split("\t"):
        short, _, long = pair.rstrip("\0").partition("=")
        if long in known:
            full[short.upper()] = long
    weight = None
    if found.weighted:
        short = found.variables[found.weighted - 1].decode(encoding, "replace").strip()
        weight = full.get(short.upper())
    sets: dict[str, ResponseSet] = {}
    notes: list[str] = []
    for line in lines_of(found):
        try:
            name, members, one = one_set(line, full, encoding)
        except ValueError:
            notes.append(f"a multiple-response set cannot be read: {brief(line)}")
            continue
        if one is None:
            lost = [member for member in members if member.upper() not in full]
            notes.append(f"the multiple-response set {name!r} names {few(lost)}, no columns of it")
        else:
            sets[name] = one
    return Dictionary(weight, sets, tuple(notes))


def lines_of(found: Records) -> Iterator[bytes]:
    """Yield the line of each set."""
    for subtype in (SETS, NEW_SETS):
        for line in found.extensions.get(subtype, b"").split(b"\n"):
            if line.strip(b"\r\0 "):
                yield line.strip(b"\r\0")


def records(cursor: Cursor) -> Iterator[tuple[int, bytes]]:
    """Yield each variable's short name, each code of text that has a label, and each extension.

    An extension's kind is minus its subtype.
    """
    widths: list[int] = []
    codes: list[bytes] = []
    while (kind := cursor.integer()) != END:
        if kind == VARIABLE:
            width, name = variable(cursor)
            widths.append(width)
            yield kind, name
        elif kind == LABELS:
            codes = [labelled_code(cursor) for _ in range(cursor.integer())]
        elif kind == LABELLED:
            labelled = [cursor.integer() for _ in range(cursor.integer())]
            check(all(0 < at <= len(widths) and widths[at - 1] >= 0 for at in labelled))
            if any(widths[at - 1] for at in labelled):
                yield from ((LABELS, code) for code in codes)
        elif kind == DOCUMENT:
            cursor.take(80 * cursor.integer())
        else:
            check(kind == EXTENSION)
            subtype = cursor.integer()
            yield -subtype, cursor.take(cursor.integer() * cursor.integer())
    check_widths(widths)


def labelled_code(cursor: Cursor) -> bytes:
    """Return a code, and go on behind its label."""
    code = cursor.take(8)
    cursor.take(cursor.take(1)[0] // 8 * 8 + 7)  # with its length, a multiple of 8
    return code


def check(sound: bool) -> None:
    """Check what the library does not: what is not so ends its process."""
    if not sound:
        msg = "its dictionary is damaged"
        raise ValueError(msg)


def check_widths(widths: Sequence[int]) -> None:
    """Check that a text wider than eight bytes is followed by a -1 for each eight more."""
    owed = 0
    for width in widths:
        check((width < 0) == (owed > 0))
        owed = owed - 1 if width < 0 else max(0, (width + 7) // 8 - 1)
    check(owed == 0)


def variable(cursor: Cursor) -> tuple[int, bytes]:
    """Return the width and the short name of a variable record, and go on behind it."""
    width, labelled, missing = cursor.integer(), cursor.integer(), cursor.integer()
    check(-1 <= width <= WIDEST and labelled in {0, 1} and missing in MISSING)
    for _ in ("print", "write"):
        form = cursor.integer() >> 16 & 0xFF
        check(width < 0 or form == 0 or (width > 0) == (form in TEXT_FORMS))
    name = cursor.take(8)
    if labelled:
        cursor.take((cursor.integer() + 3) // 4 * 4)
    cursor.take(8 * abs(missing))
    return width, name


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
