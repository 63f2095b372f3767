"""Reading: what a source holds, whatever its format: a table, a codebook, and what is to be told.

Each format is a module with the same two functions, ``names(path, format)`` and ``read(path,
columns, format)``, found by the file's suffix and imported when a file of it is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from sweep.data.codebook import Codebook
from sweep.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["READERS", "Format", "Reading", "codebook_in", "names_in", "read"]

READERS: Mapping[str, str] = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt"), "sweep.sources.delimited"),
    ".parquet": "sweep.sources.parquet",
    **dict.fromkeys((".arrow", ".feather"), "sweep.sources.arrow"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".ods"), "sweep.sources.excel"),
    **dict.fromkeys((".sav", ".zsav"), "sweep.sources.spss"),
    ".dta": "sweep.sources.stata",
    **dict.fromkeys((".xml", ".sss"), "sweep.sources.triple_s"),
}
"""The module that reads a file, by the file's suffix."""


@dataclass(frozen=True)
class Format:
    """What a config says of how a file is written; what it does not say is found out.

    ``skip_rows`` is how many lines or rows stand before the header. ``missing`` are the texts that
    are missing where a delimited file writes them without quotes.
    """

    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    sheet: str | None = None
    skip_rows: int | None = None
    missing: tuple[str, ...] = ("NA",)


@dataclass(frozen=True)
class Reading:
    """What was read of a source: one row per respondent or cell, columns as the format has them.

    ``notes`` is what was found out and is to be told. ``refused`` are columns that hold no single
    values, with what they hold: they are not in ``table``. ``missing`` counts by column the cells
    that the reader itself read as missing, by what is written in them.
    """

    table: "pa.Table"
    codebook: Codebook = field(default_factory=Codebook)
    notes: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class Reader(Protocol):
    """A module that reads one format."""

    def names(self, path: Path, format: Format) -> list[str]:
        """Return the names of a file's columns, in its order."""

    def read(self, path: Path, columns: Sequence[str] | None, format: Format) -> Reading:
        """Return some columns of a file, or all of them."""


def names_in(path: Path, format: Format | None = None) -> list[str]:
    """Return the names of a file's columns, in its order, without reading its rows if possible.

    Raises
    ------
    DataError
        If the file cannot be read or has a name twice.
    """
    return reader_of(path).names(path, format or Format())


def read(path: Path, columns: Sequence[str] | None = None, format: Format | None = None) -> Reading:
    """Return some columns of a file, in the order asked for; all of them where None are named.

    Raises
    ------
    DataError
        If the file cannot be read or lacks a column.
    """
    return reader_of(path).read(path, columns, format or Format())


def codebook_in(paths: Sequence[Path], format: Format | None = None) -> Codebook:
    """Return what files of one source say of their columns, without reading their rows.

    The first that says something of a column, or of a set, is taken; reading the rows refuses files
    that do not agree.

    Raises
    ------
    DataError
        If one cannot be read.
    """
    books = [
        reader.codebook(path, format or Format())
        for path in paths
        if hasattr(reader := reader_of(path), "codebook")
    ]
    columns = {name: own for book in reversed(books) for name, own in book.columns.items()}
    sets = {name: own for book in reversed(books) for name, own in book.sets.items()}
    weight = next((book.weight for book in books if book.weight is not None), None)
    serial = next((book.serial for book in books if book.serial is not None), None)
    return Codebook(columns, sets, weight, serial)


def reader_of(path: Path) -> Reader:
    """Return the module that reads a file.

    Raises
    ------
    DataError
        If there is no such file, it is a directory, or no format has its suffix.
    """
    if path.is_dir():
        msg = f"{path} is a directory: name the files in it, as {path.name}/*.parquet"
        raise DataError(msg)
    module = READERS.get(path.suffix.lower())
    if module is None:
        msg = f"{path}: cannot tell its format from {path.suffix!r}: known are {', '.join(READERS)}"
        raise DataError(msg)
    if not path.exists():
        msg = f"{path}: there is no such file"
        raise DataError(msg)
    return cast(Reader, import_module(module))
