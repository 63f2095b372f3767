"""Arrow files, also called Feather: columns by the file's schema, as a file or a stream."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.errors import DataError
from sweep.sources.columns import called, wanted_of
from sweep.sources.reading import Format, Reading
from sweep.sources.typed import readable, reading_of
from sweep.words.values import clip

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["names", "read"]


def names(path: Path, format: Format) -> list[str]:
    """Return the names of a file's columns.

    Raises
    ------
    DataError
        If the file cannot be read or has a name twice.
    """
    with opened(path) as table:
        return [name for name in called(path, table.schema.names) if name]


def read(path: Path, columns: Sequence[str] | None, format: Format) -> Reading:
    """Return columns of a file.

    Raises
    ------
    DataError
        If the file cannot be read or lacks a column.
    """
    with opened(path) as table:
        written = table.schema.names
        in_file = dict(zip(called(path, written), range(len(written)), strict=True))
        wanted = wanted_of(path, [name for name in in_file if name], columns)
        kinds = {name: table.schema.field(in_file[name]).type for name in wanted}
        kept = [name for name in wanted if readable(kinds[name])]
        found = {name: table.column(in_file[name]) for name in kept}
        return reading_of(found, kinds, written)


@contextmanager
def opened(path: Path) -> "Iterator[pa.Table]":
    """Open an Arrow file; its columns lie in the file until they are looked at.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    import pyarrow as pa

    try:
        with pa.memory_map(str(path)) as source:
            try:
                table = pa.ipc.open_file(source).read_all()
            except pa.ArrowInvalid:
                source.seek(0)
                table = pa.ipc.open_stream(source).read_all()
            yield table
    except OSError as error:
        msg = f"{path}: cannot be read: {error.strerror or clip(error, 100)}"
        raise DataError(msg) from error
    except pa.ArrowException as error:
        msg = f"{path}: is no Arrow file that can be read: {clip(error, 100)}"
        raise DataError(msg) from error
