"""Written: what a column of a delimited file says, as far as every value in it says it alike.

Such a file knows text alone, so that a column is looked at as a whole: whole numbers with only
zeros behind the point are integers, truth values in any case are ``true`` and ``false``, a decimal
comma is a point. A column with any other value stays as it is written. Everything is done to the
distinct values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sweep.sources.arrow_types import code_type
from sweep.words.values import brief

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Decimals", "Written", "as_written"]

type Decimals = Literal["point", "comma", "perhaps a comma"]
"""Whether a decimal comma is none, is said by the config, or may be found out."""

WHOLE = r"^\s*-?(0|[1-9]\d*)(\.0*)?\s*$"
TRUTH = r"^\s*(?i:true|false)\s*$"
WITH_COMMA = r"^\s*[+-]?(0|[1-9]\d*)(,\d+)?([eE][+-]?\d+)?\s*$"
THOUSANDS = r"^\s*[+-]?([1-9]\d{0,2}(\.\d{3})+|[1-9]\d*|0)(,\d+)?\s*$"


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
    import pyarrow.compute as pc

    bare = pc.utf8_trim_whitespace(column.dictionary)
    padded = pc.and_(among(bare, missing), pc.invert(among(column.dictionary, missing)))
    nothing = column.null_count + (pc.sum(padded.take(column.indices)).as_py() or 0)
    counts = {" or ".join(missing): nothing} if nothing else {}
    values = pc.if_else(pc.or_(padded, pc.equal(bare, "")), None, column.dictionary)
    comma = thousands = None
    if decimals != "point":
        thousands = first_with(values, THOUSANDS, ".")
        if thousands is not None and decimals == "perhaps a comma":
            return Written(column, counts, refused=two_readings(thousands))
        if thousands is not None:
            values = pc.replace_substring(values, ".", "")
        comma = first_with(values, WITH_COMMA, ",")
        if comma is not None:
            values = pc.replace_substring(values, ",", ".")
    if first_with(values, WHOLE, ".") is not None:
        values = pc.replace_substring_regex(pc.utf8_trim_whitespace(values), r"\.0*$", "")
        values = pc.replace_substring_regex(values, "^-0$", "0")
    elif all_match(values, TRUTH):
        values = pc.utf8_lower(pc.utf8_trim_whitespace(values))
    return Written(with_values(column, values), counts, comma, thousands)


def among(values: "pa.Array", texts: tuple[str, ...]) -> "pa.Array":
    """Return for each value whether it is one of some texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.is_in(values, pa.array(texts, pa.string()))


def all_match(values: "pa.Array", pattern: str) -> bool:
    """Return whether there are values, and each is as a pattern says."""
    import pyarrow.compute as pc

    return bool(pc.all(pc.match_substring_regex(values, pattern)).as_py()) and (
        values.null_count < len(values)
    )


def first_with(values: "pa.Array", pattern: str, sign: str) -> str | None:
    """Return the first value with a sign in it, if each value is as a pattern says."""
    import pyarrow.compute as pc

    if not all_match(values, pattern):
        return None
    position = pc.index(pc.match_substring(values, sign), True).as_py()
    return None if position < 0 else str(values[position])


def two_readings(value: str) -> str:
    """Return why numbers with points in groups of three cannot be read."""
    return (
        f"holds numbers such as {brief(value)}, thousands or decimals: say format:"
        " {decimal: ','} or {decimal: '.'}"
    )


def with_values(column: "pa.DictionaryArray", values: "pa.Array") -> "pa.DictionaryArray":
    """Return a column with other values in the place of its distinct ones, each once again."""
    import pyarrow as pa

    distinct = values.dictionary_encode()
    codes = distinct.indices.cast(code_type(len(values))).take(column.indices)
    return pa.DictionaryArray.from_arrays(codes, distinct.dictionary)
