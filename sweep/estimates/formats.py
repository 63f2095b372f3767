"""Formats: the table of estimates as Parquet and CSV."""

import json
import unicodedata
from typing import TYPE_CHECKING, Any

from sweep.estimates.table import OBEYED
from sweep.keys import canonical

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


__all__ = ["arrow_of", "from_parquet", "parquet_of", "plain_table", "to_csv", "to_parquet"]

LEVELS = b"sweep.levels"

VERSIONS = ("creator", "pandas_version")

FORMULA = frozenset("=+-@")

BREAKS = frozenset("\t\r\n")

QUOTES = frozenset("'\"`´‘’“”„‚«»")


def to_parquet(frame: "pd.DataFrame") -> bytes:
    """Return the table as Parquet; the same table gives the same bytes, of one version of pyarrow.

    Which version that is stands in recipes (`sweep.toolchain.table_writer`). What else pandas and
    pyarrow would write of themselves is left out.
    """
    return parquet_of(arrow_of(frame))


def arrow_of(frame: "pd.DataFrame") -> "pa.Table":
    """Return the table with what must be known of it to read it again, and nothing else."""
    import pyarrow as pa

    table = pa.Table.from_pandas(frame, preserve_index=False)
    told = json.loads(table.schema.metadata[b"pandas"])
    notes = {key: value for key, value in told.items() if key not in VERSIONS}
    levels = {name: list(frame[name].cat.categories) for name in frame.select_dtypes("category")}
    return table.replace_schema_metadata({b"pandas": canonical(notes), LEVELS: canonical(levels)})


def parquet_of(table: "pa.Table") -> bytes:
    """Return what `arrow_of` made as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def from_parquet(data: bytes) -> "pd.DataFrame":
    """Return the table that `to_parquet` wrote, dtypes and level order included."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(pa.BufferReader(data))
    frame: pd.DataFrame = table.to_pandas()
    # Parquet forgets the levels of a column that holds no value.
    for name, levels in json.loads(table.schema.metadata[LEVELS]).items():
        frame[name] = frame[name].astype("str").astype(pd.CategoricalDtype(levels))
    return frame


def plain_table(data: bytes) -> "pa.Table":
    """Return what `to_parquet` wrote as it is stored: levels as texts, without what pandas knows.

    For many tables that are put together before any of them gets its types.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
    columns = [
        column.cast(pa.large_string()) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.table(dict(zip(table.column_names, columns, strict=True)))


def to_csv(frame: "pd.DataFrame") -> bytes:
    """Return the table as RFC 4180 in UTF-8, safe to open in a spreadsheet.

    A text cell or column name that would be run as a formula gets a leading apostrophe; numbers
    are never touched. Characters that a terminal obeys instead of showing are spelt out, ESC as a
    backslash and ``x1b``; tabs and line breaks stay. Removing one apostrophe from every cell whose
    rest is such a text gives the original back, but for those; Parquet keeps texts as they are.
    """
    import pandas as pd

    safe = {}
    for name in frame.columns:
        values = frame[name]
        if not pd.api.types.is_numeric_dtype(values.dtype):
            values = _inert_texts(values)
        safe[_inert(name)] = values
    text = pd.DataFrame(safe, index=frame.index).to_csv(index=False, lineterminator="\r\n")
    return text.encode()


def _inert_texts(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return texts as a spreadsheet may read them; each is looked at once, however often it is."""
    import pandas as pd

    cells = values.astype("object")
    if isinstance(values.dtype, pd.StringDtype | pd.CategoricalDtype):
        return cells.map({cell: _inert(cell) for cell in values.dropna().unique()})
    return cells.map(_inert, na_action="ignore")


def _inert(cell: Any) -> str:
    text = OBEYED.sub(lambda found: repr(found[0])[1:-1], str(cell))
    return "'" + text if _runs(text) else text


def _runs(text: str) -> bool:
    """Tell whether a spreadsheet may run ``text``: importers skip blanks, quotes and width."""
    for character in text:
        if character in BREAKS:
            return True
        if character in QUOTES or unicodedata.category(character)[0] in "ZC":
            continue
        return unicodedata.normalize("NFKC", character)[0] in FORMULA
    return False
