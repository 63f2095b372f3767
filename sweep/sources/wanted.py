"""Wanted: the columns that a config asks a file for."""

from collections.abc import Sequence
from pathlib import Path

from sweep.errors import DataError
from sweep.words.names import did_you_mean
from sweep.words.values import clip_name, few

__all__ = ["columns_wanted"]


def columns_wanted(
    where: Path | str, names: Sequence[str], columns: Sequence[str] | None
) -> list[str]:
    """Return the columns to read, in the file's order: those asked for, or all.

    Raises
    ------
    DataError
        If the file lacks one.
    """
    if columns is None:
        return list(names)
    known = set(names)
    for name in columns:
        if name not in known:
            guess = did_you_mean(name, names)
            msg = f"{where}: there is no column {name!r}.{guess} Its columns: "
            raise DataError(msg + few(names, clip_name))
    wanted = set(columns)
    return [name for name in names if name in wanted]
