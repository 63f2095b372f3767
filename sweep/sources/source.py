"""Source: one table that a study names, by its files and by how its values are to be taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from sweep.config import AsWritten
from sweep.data.codebook import Codebook
from sweep.sources.reading import Format, Reading, codebook_in
from sweep.sources.several import names_in_all, read_all
from sweep.words.text import text_of

__all__ = ["Source", "format_of", "source_of_file"]


@dataclass(frozen=True)
class Source:
    """A table: its files, in order, and what the study says of how they are written.

    ``missing`` are the texts that mean nothing in every column, ``values`` is whether a labelled
    column holds its labels or its codes, ``rename`` are the study's names by those in the file.
    ``bytes_of`` are all files that decide what is read. Of no file, but of a query or a data set,
    ``given`` is what was read of it, and ``name`` what messages call it.
    """

    files: tuple[Path, ...]
    format: Format = field(default_factory=Format)
    missing: tuple[str, ...] = ()
    values: Literal["labels", "codes"] = "labels"
    rename: Mapping[str, str] = field(default_factory=dict)
    bytes_of: tuple[Path, ...] = ()
    given: Reading | None = field(default=None, repr=False)
    name: str = ""

    def __str__(self) -> str:
        """Return what messages call it: its first file, or its name."""
        return str(self.files[0]) if self.files else self.name

    @cached_property
    def columns(self) -> Sequence[str]:
        """Return the names of its columns, as they are in the file, without reading its rows."""
        if self.given is not None:
            return [*self.given.table.column_names, *self.given.refused]
        return names_in_all(self.files, self.format)

    @cached_property
    def codebook(self) -> Codebook:
        """Return what it says of its columns, without reading its rows."""
        if self.given is not None:
            return self.given.codebook
        return codebook_in(self.files, self.format)

    def read(self, columns: Sequence[str]) -> Reading:
        """Return some of its columns."""
        if self.given is not None:
            return self.given
        return read_all(self.files, columns, self.format)

    def study_name(self, column: str) -> str:
        """Return the study's name for a column of the file."""
        return self.rename.get(column, column)


def source_of_file(files: tuple[Path, ...], spec: AsWritten) -> Source:
    """Return the source that a section of a config describes."""
    given = spec.missing_values
    texts = () if given is None else tuple(text for v in given if (text := text_of(v)) is not None)
    name = spec.table_name or ""
    return Source(files, format_of(spec), texts, spec.values, spec.rename, name=name)


def format_of(spec: AsWritten) -> Format:
    """Return how a file is written, as its reader takes it."""
    said = spec.format
    known = {} if said is None else {k: v for k, v in said.model_dump().items() if v is not None}
    return Format(**known) if spec.missing_values is None else Format(**known, missing=())
