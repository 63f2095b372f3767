"""Reading: what a reader gives: a table as the file has it, and what the file says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sweep.data.codebook import Codebook

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Format", "Reading"]


@dataclass(frozen=True)
class Format:
    """What a config says of how a file is written; None where the file itself says."""

    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    sheet: str | int | None = None
    skip_rows: int | None = None


@dataclass(frozen=True)
class Reading:
    """Columns of a file, its codebook, what is to be told of it, and columns that cannot be used.

    ``refused`` says by column why; a refused column is not in ``table``.
    """

    table: "pa.Table"
    codebook: Codebook = field(default_factory=Codebook)
    notes: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
