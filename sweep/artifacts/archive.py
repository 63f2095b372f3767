"""Archive: files in one zip, stored as they are, without a date: byte by byte what zipfile writes.

zipfile takes longer over an archive's entries than a sweep over the counts that it puts into one.
"""

import struct
import zlib
from collections.abc import Mapping

__all__ = ["LIMIT", "stored_zip"]

LIMIT = 2**31 - 1
"""The most bytes that one archive holds here: above it a zip is written in another way."""

VERSION = 20  # needed to read it
UNIX = 3
MODE = 0o600 << 16
UTF8 = 0x800  # the flag of a name that is not ASCII
NEW_YEAR_1980 = (0, 1 << 5 | 1)  # time and date, as zips count them
LOCAL = struct.Struct("<4s2B4HL2L2H")
CENTRAL = struct.Struct("<4s4B4HL2L5H2L")
END = struct.Struct("<4s4H2LH")


def stored_zip(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of some files, in their order; together they have at most `LIMIT` bytes."""
    parts: list[bytes] = []
    entries: list[bytes] = []
    start = 0
    for name, data in files.items():
        written, flags = name.encode(), 0 if name.isascii() else UTF8
        sums = (zlib.crc32(data), len(data), len(data))
        about = (flags, 0, *NEW_YEAR_1980, *sums, len(written), 0)
        parts += [LOCAL.pack(b"PK\3\4", VERSION, 0, *about), written, data]
        place = (0, 0, 0, MODE, start)
        entries += [CENTRAL.pack(b"PK\1\2", VERSION, UNIX, VERSION, 0, *about, *place), written]
        start += LOCAL.size + len(written) + len(data)
    index = b"".join(entries)
    count = len(files)
    end = END.pack(b"PK\5\6", 0, 0, count, count, len(index), start, 0)
    return b"".join([*parts, index, end])
