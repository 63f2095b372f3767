"""Typed files: what Parquet and Arrow files have in common once their columns are there.

A file goes by its schema alone: an index that pandas stored is a column like any other.
"""

from typing import TYPE_CHECKING

from sweep.sources.arrow_types import holds_bytes, refusal_of, text_of_bytes
from sweep.sources.columns import renamed
from sweep.sources.reading import Reading
from sweep.words.values import clip_name, few

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

__all__ = ["readable", "reading_of"]


def readable(kind: "pa.DataType") -> bool:
    """Return whether the values of a column of this type are worth reading."""
    return refusal_of(kind) is None or holds_bytes(kind)


def reading_of(
    columns: "Mapping[str, pa.ChunkedArray]",
    kinds: "Mapping[str, pa.DataType]",
    written: "Sequence[str]",
) -> Reading:
    """Return what was read of a typed file.

    ``columns`` are the readable ones, ``kinds`` the types of all that are wanted, by name, and
    ``written`` the names of the file's columns as they are written.
    """
    import pyarrow as pa

    kept: dict[str, pa.ChunkedArray] = {}
    refused: dict[str, str] = {}
    as_bytes: list[str] = []
    for name, kind in kinds.items():
        why = refusal_of(kind)
        column = columns.get(name)
        if why is not None and column is not None:
            column = text_of_bytes(column)
            as_bytes += [name] if column is not None else []
        if column is None:
            refused[name] = str(why)
        else:
            kept[name] = column
    notes = renamed(written)
    if as_bytes:
        notes.append(f"bytes are read as the UTF-8 text that they are: {few(as_bytes, clip_name)}")
    return Reading(table=pa.table(kept), notes=tuple(notes), refused=refused)
