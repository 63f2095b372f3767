"""Files as sources: what a config that names them, and nothing else, reads."""

from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd

from sweep.sources import tables
from sweep.sources.source import Source

__all__ = ["read_columns", "read_table"]


def read_table(
    path: Path, wanted: Collection[str], rename: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return some columns of a file as folded text, under their new names."""
    return tables.read_table(Source((path,), rename=rename or {}), wanted)


def read_columns(path: Path) -> list[str]:
    """Return the names of a file's columns."""
    return tables.column_names(Source((path,)))
