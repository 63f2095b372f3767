"""Written: what a column of a delimited file says, as far as every value in it says it alike.

Such a file knows text alone, so that a column is looked at as a whole: whole numbers with only
zeros behind the point are integers, truth values in any case are ``true`` and ``false``, a decimal
comma is a point. A column with any other value stays as it is written. Everything is done to the
distinct values.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sweep.sources.arrow_types import code_type
from sweep.words.values import brief

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Decimals", "Written", "as_written"]

type Decimals = Literal["point", "comma", "perhaps a comma"]
"""Whether a decimal comma is none, is said by the config, or may be found out."""

WHOLE = re.compile(r"-?(0|[1-9]\d*)(\.0*)?", re.ASCII)
TRUTH = re.compile(r"true|false", re.IGNORECASE | re.ASCII)
WITH_COMMA = re.compile(r"[+-]?(0|[1-9]\d*)(,\d+)?([eE][+-]?\d+)?", re.ASCII)
THOUSANDS = re.compile(r"[+-]?([1-9]\d{0,2}(\.\d{3})+|[1-9]\d*|0)(,\d+)?", re.ASCII)


@dataclass(frozen=True)
class Written:
    """A column, and what is to be told of it.

    ``missing`` counts the cells that hold a text which stands for nothing. ``comma`` is a value in
    which a decimal comma was read as such, ``thousands`` one whose points were left out.
    ``refused`` says why the column cannot be read.
    """

    column: "pa.DictionaryArray"
    missing: Mapping[str, int] = field(default_factory=dict)
    comma: str | None = None
    thousands: str | None = None
    refused: str | None = None


def as_written(
    column: "pa.DictionaryArray", missing: tuple[str, ...], decimals: Decimals
) -> Written:
    """Return what a column of texts says; null is a cell that holds one of ``missing`` unquoted.

    Blank cells become null; so do texts of ``missing`` with blanks around them.
    """
    values: list[str] = column.dictionary.to_pylist()
    bare = [value.strip() for value in values]
    pairs = zip(values, bare, strict=True)
    padded = [n for n, (v, b) in enumerate(pairs) if b in missing and v != b]
    nothing = column.null_count + rows_with(column, padded)
    counts = {" or ".join(missing): nothing} if nothing else {}
    kept = places_kept(bare, padded)
    known = [bare[n] for n in kept]
    thousands = first_with(known, THOUSANDS, ".") if decimals != "point" else None
    if thousands is not None and decimals == "perhaps a comma":
        return Written(column, counts, refused=two_readings(thousands))
    plain = [b.replace(".", "") for b in known] if thousands is not None else known
    comma = first_with(plain, WITH_COMMA, ",") if decimals != "point" else None
    plain = [b.replace(",", ".") for b in plain] if comma is not None else plain
    plain = typed(plain)
    if plain is known and len(kept) == len(values):
        return Written(with_small_codes(column), counts)
    if plain is known:
        plain = [values[n] for n in kept]
    return Written(with_values(column, kept, plain), counts, comma, thousands)


def places_kept(bare: Sequence[str], padded: Sequence[int]) -> Sequence[int]:
    """Return the places of those distinct values that are not missing."""
    if all(bare) and not padded:
        return range(len(bare))
    left_out = set(padded)
    return [n for n, text in enumerate(bare) if text and n not in left_out]


def with_small_codes(column: "pa.DictionaryArray") -> "pa.DictionaryArray":
    """Return a column with its codes in the smallest type."""
    import pyarrow as pa

    codes = column.indices.cast(code_type(len(column.dictionary)))
    return pa.DictionaryArray.from_arrays(codes, column.dictionary)


def rows_with(column: "pa.DictionaryArray", places: Sequence[int]) -> int:
    """Return how many rows hold one of the distinct values at some places."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not places:
        return 0
    return int(pc.sum(pc.is_in(column.indices, pa.array(places, pa.int32()))).as_py())


def typed(texts: list[str]) -> list[str]:
    """Return texts as typed files have them: whole numbers and truth values, if all are such."""
    if first_with(texts, WHOLE, ".") is not None:
        return ["0" if text == "-0" else text for text in (t.partition(".")[0] for t in texts)]
    if texts and all(map(TRUTH.fullmatch, texts)):
        return [text.lower() for text in texts]
    return texts


def first_with(texts: Sequence[str], pattern: re.Pattern[str], sign: str) -> str | None:
    """Return the first text with a sign in it, if each is as a pattern says."""
    first = next((text for text in texts if sign in text), None)
    return first if first is not None and all(map(pattern.fullmatch, texts)) else None


def two_readings(value: str) -> str:
    """Return why numbers with points in groups of three cannot be read."""
    return (
        f"holds numbers such as {brief(value)}, thousands or decimals: say format:"
        " {decimal: ','} or {decimal: '.'}"
    )


def with_values(
    column: "pa.DictionaryArray", kept: Sequence[int], texts: Sequence[str]
) -> "pa.DictionaryArray":
    """Return a column with texts in the place of those distinct values that are kept.

    Two that have one text become one; a value that is not kept becomes null.
    """
    import pyarrow as pa

    codes = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    kind = code_type(len(codes))
    if len(codes) == len(column.dictionary):
        indices = column.indices.cast(kind)
    else:
        into: list[int | None] = [None] * len(column.dictionary)
        for place, text in zip(kept, texts, strict=True):
            into[place] = codes[text]
        indices = pa.array(into, kind).take(column.indices)
    return pa.DictionaryArray.from_arrays(indices, pa.array(codes, pa.string()))
