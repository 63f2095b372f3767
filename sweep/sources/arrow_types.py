"""Arrow types: which columns of typed files hold single values, and in which form they are read.

Nested values, bytes and durations are no answers and no levels; a file that has such columns is
read all the same. Bytes that are UTF-8 text throughout are text, for some programs write text so.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["code_type", "compact", "holds_bytes", "plain", "refusal_of", "text_of_bytes"]

CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"  # no text that people wrote has these
REPEATED = 4  # rows for each distinct number that make a dictionary worth while
NESTED = (
    ("lists", ("list", "large_list", "fixed_size_list", "list_view", "large_list_view")),
    ("maps", ("map",)),
    ("records", ("struct", "union")),
    ("bytes", ("binary", "large_binary", "fixed_size_binary", "binary_view")),
    ("durations", ("duration", "interval")),
)
"""What the types hold that hold no single values, and `pyarrow.types` calls them so."""


@lru_cache(maxsize=256)
def refusal_of(kind: "pa.DataType") -> str | None:
    """Return what a column of a type holds in words, None if it holds single values.

    Bytes are among the refused: `text_of_bytes` tells whether they are text after all.
    """
    import pyarrow as pa
    import pyarrow.types

    if isinstance(kind, pa.BaseExtensionType):
        return refusal_of(kind.storage_type)
    if pyarrow.types.is_dictionary(kind) or pyarrow.types.is_run_end_encoded(kind):
        return refusal_of(kind.value_type)
    for what, names in NESTED:
        if any(getattr(pyarrow.types, f"is_{name}")(kind) for name in names):
            return f"holds {what} ({kind})"
    return None


def holds_bytes(kind: "pa.DataType") -> bool:
    """Return whether a column of a type holds bytes, which may be text."""
    return (refusal_of(kind) or "").startswith("holds bytes")


def plain(column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """Return a column of single values in a type that Arrow can tell distinct values of."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types

    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        stored = pa.chunked_array([c.storage for c in column.chunks], kind.storage_type)
        truth = kind.extension_name == "arrow.bool8"
        return stored.cast(pa.bool_()) if truth else plain(stored)
    if pyarrow.types.is_run_end_encoded(kind):
        chunks = [pc.run_end_decode(chunk) for chunk in column.chunks]
        return plain(pa.chunked_array(chunks, kind.value_type))
    if pyarrow.types.is_decimal32(kind) or pyarrow.types.is_decimal64(kind):
        return column.cast(pa.decimal128(kind.precision, kind.scale))
    if pyarrow.types.is_time64(kind):
        return column.cast(pa.time64("us"), safe=False)  # Python's times are no finer
    return column


def code_type(count: int) -> "pa.DataType":
    """Return the smallest type for the codes of so many distinct values."""
    import pyarrow as pa

    kinds = (pa.int8(), pa.int16(), pa.int32())
    return next((kind for kind in kinds if count <= 2 ** (kind.bit_width - 1)), pa.int64())


def compact(column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """Return a column in less memory, as a rule: as one dictionary with small codes.

    Numbers of which few are the same, and whatever else Arrow has no dictionaries of, stay.
    """
    import pyarrow as pa
    import pyarrow.types as kinds

    number = kinds.is_integer(column.type) or kinds.is_float32(column.type)
    if number or kinds.is_float64(column.type):
        made = column.dictionary_encode().unify_dictionaries()
    elif kinds.is_dictionary(column.type):
        made = column.unify_dictionaries()
    else:
        return column
    values = made.chunk(0).dictionary if made.num_chunks else ()
    if made.num_chunks == 0 or (len(values) > len(made) // REPEATED and made.type != column.type):
        return column
    kind = code_type(len(values))
    return pa.chunked_array(
        [pa.DictionaryArray.from_arrays(c.indices.cast(kind), values) for c in made.chunks]
    )


def text_of_bytes(column: "pa.ChunkedArray") -> "pa.ChunkedArray | None":
    """Return a column of bytes as dictionaries of text, None if it is not UTF-8 text throughout."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types

    flat = plain(column)
    if pyarrow.types.is_dictionary(flat.type):
        flat = flat.cast(flat.type.value_type)
    try:
        text = flat.cast(pa.large_binary()).cast(pa.large_string())
    except pa.ArrowInvalid:
        return None
    if pc.any(pc.match_substring_regex(text, CONTROL)).as_py():
        return None
    return text.dictionary_encode()
