"""Parquet: columns by the file's schema; only those that are wanted are read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.errors import DataError
from sweep.sources.arrow_types import compact
from sweep.sources.columns import called, wanted_of
from sweep.sources.reading import Format, Reading
from sweep.sources.typed import readable, reading_of
from sweep.words.values import clip

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["names", "read"]

TOGETHER = 8  # columns read at once: as they come, text takes four bytes a row
CELLS = 1_000_000  # as few as these are read at once in any case


def names(path: Path, format: Format) -> list[str]:
    """Return the names of a file's columns.

    Raises
    ------
    DataError
        If the file cannot be read or has a name twice.
    """
    with opened(path) as file:
        return [name for name in called(path, file.schema_arrow.names) if name]


def read(path: Path, columns: Sequence[str] | None, format: Format) -> Reading:
    """Return columns of a file; text comes as dictionaries.

    Raises
    ------
    DataError
        If the file cannot be read or lacks a column.
    """
    with opened(path) as file:
        schema = file.schema_arrow  # made anew each time it is asked for
        written, types = schema.names, schema.types
        in_file = dict(zip(called(path, written), written, strict=True))
        wanted = wanted_of(path, [name for name in in_file if name], columns)
        by_name = dict(zip(written, types, strict=True))
        kinds = {name: by_name[in_file[name]] for name in wanted}
        found = columns_of(path, [in_file[name] for name in wanted if readable(kinds[name])])
        columns_read = {n: found[in_file[n]] for n in wanted if in_file[n] in found}
        return reading_of(columns_read, kinds, written)


def columns_of(path: Path, written: Sequence[str]) -> "dict[str, pa.ChunkedArray]":
    """Return columns by the names in the file, text of them as dictionaries.

    A name with a point in it is also the path to a field of a record: what was not asked for is
    left out again.
    """
    import pyarrow.parquet as pq

    columns: dict[str, pa.ChunkedArray] = {}
    with pq.ParquetFile(path, read_dictionary=list(written)) as file:
        together = max(TOGETHER, CELLS // max(file.metadata.num_rows, 1))
        for some in batched(written, together):
            table = file.read(columns=list(some))
            columns |= {name: compact(table.column(name)) for name in some}
    return columns


@contextmanager
def opened(path: Path) -> "Iterator[pq.ParquetFile]":
    """Open a Parquet file; whatever goes wrong in it is an error of the file.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield file
    except OSError as error:
        msg = f"{path}: cannot be read: {error.strerror or clip(error, 100)}"
        raise DataError(msg) from error
    except pa.ArrowException as error:
        msg = f"{path}: is no Parquet file that can be read: {clip(error, 100)}"
        raise DataError(msg) from error
