"""Contents: rows that have no order of their own, put in one, and their identity.

A query promises no order of its rows. Before anything is done with them they are sorted by all
their columns, so that the same rows are the same table, the same digest and the same bytes of
every result, in whatever order they came.
"""

import hashlib

import pyarrow as pa

from sweep.keys import canonical, digest
from sweep.sources.reading import Reading

__all__ = ["content_digest", "sorted_rows"]


def sorted_rows(table: pa.Table) -> pa.Table:
    """Return a table with its rows in the order of its columns' values, null last.

    Text is ordered by its bytes in UTF-8, whatever the locale.
    """
    if not table.num_columns:
        return table
    return table.sort_by([(name, "ascending") for name in table.column_names]).combine_chunks()


def content_digest(reading: Reading) -> str:
    """Return the identity of what was read: names, types and values, in the order of the rows.

    Values are digested as the text that Arrow writes of them, not as Arrow's buffers: their layout
    is not the same in every version.
    """
    columns = [
        [name, str(column.type), len(column), column_digest(column)]
        for name, column in zip(reading.table.column_names, reading.table.columns, strict=True)
    ]
    return digest(["contents", columns])


def column_digest(column: pa.ChunkedArray) -> str:
    """Return the digest of a column's values: the length of each, -1 for null, and their text."""
    texts = column.cast(pa.string()).to_pylist()
    lengths = [-1 if text is None else len(text) for text in texts]
    said = hashlib.sha256(canonical(lengths))
    said.update("".join(filter(None, texts)).encode())
    return said.hexdigest()
