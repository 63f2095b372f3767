"""Text encoding: how the bytes of a delimited file write its characters.

A byte order mark decides: UTF-8, UTF-16. Without one the whole file is looked at: bytes that are
valid UTF-8 throughout are UTF-8; others are Windows-1252, or Latin-1 where a byte stands for
nothing in Windows-1252. Where most characters beyond ASCII are valid UTF-8 and a few are not, the
file is a broken or a mixed one, and NUL bytes are UTF-16 without its mark: both are errors.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sweep.errors import DataError
from sweep.words.numbers import count_of

__all__ = ["Encoding", "encoding_of"]

BLOCK = 1 << 24  # bytes looked at together
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16's, with which it begins
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
NAMES = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
}
NOTHING = b"\x81\x8d\x8f\x90\x9d"  # stand for nothing in Windows-1252
ADVICE = "say format: {encoding: ...}, or save it as UTF-8"


@dataclass(frozen=True)
class Encoding:
    """A Python codec, how many bytes of the file its mark takes, and whether it was found out."""

    codec: str
    mark: int
    found: bool

    def notes(self) -> list[str]:
        """Return what is to be told: any encoding that was found out and is not UTF-8."""
        if not self.found or self.codec == "utf-8":
            return []
        why = "by its byte order mark" if self.mark else "for it is not valid UTF-8"
        return [f"read as {NAMES[self.codec]}, {why}"]


def encoding_of(path: Path, given: str | None) -> Encoding:
    """Return how a file's characters are written: as the config says, else as found out.

    Raises
    ------
    DataError
        If the encoding is unknown, or none fits the file.
    """
    with path.open("rb") as file:
        start = file.read(4)
    mark = next(((mark, codec) for mark, codec in MARKS if start.startswith(mark)), None)
    codec = None if given is None else codec_called(path, given)
    if mark is None:
        return Encoding(codec or codec_of_bytes(path), 0, codec is None)
    if codec is not None and not mark[1].startswith(codec.removesuffix("-le")):
        msg = f"{path}: begins with the byte order mark of {NAMES[mark[1]]}, and is not {given!r}"
        raise DataError(msg)
    return Encoding(mark[1], len(mark[0]), codec is None)


def codec_called(path: Path, given: str) -> str:
    """Return the codec of that name, without its variants that take the mark away themselves."""
    try:
        codec = codecs.lookup(given).name
        "".encode(codec)
    except (LookupError, TypeError) as error:
        msg = f"{path}: there is no encoding {given!r}: known are utf-8, utf-16, cp1252, latin-1"
        raise DataError(msg) from error
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(codec, codec)


def codec_of_bytes(path: Path) -> str:
    """Return the codec that a file's bytes fit, of a file without a byte order mark."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in blocks(path):
            if b"\0" in block:
                msg = f"{path}: holds NUL bytes: UTF-16 without its byte order mark? {ADVICE}"
                raise DataError(msg)
            if decoder.getstate()[0] or not block.isascii():
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return codec_of_other_bytes(path)
    return "utf-8"


def codec_of_other_bytes(path: Path) -> str:
    """Return the codec of a file that is not UTF-8: one byte to a character."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    nothing = False
    for block in blocks(path):
        text = decoder.decode(block)
        broken = text.count("\ufffd")
        bad += broken
        good += sum(1 for character in text if character > "\x7f") - broken
        nothing = nothing or any(byte in block for byte in NOTHING)
    if good > bad:
        msg = (
            f"{path}: of its characters beyond ASCII {good:,} are valid UTF-8 and"
            f" {count_of(bad, 'is', 'are')} not: a broken or a mixed file; {ADVICE}"
        )
        raise DataError(msg)
    return "latin-1" if nothing else "cp1252"


def blocks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, some at a time."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
