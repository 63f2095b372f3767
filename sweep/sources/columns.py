"""Columns: what those of a file are called, and which of them are wanted."""

from collections.abc import Sequence
from pathlib import Path

from sweep.errors import DataError
from sweep.words.names import did_you_mean
from sweep.words.text import fold
from sweep.words.values import brief, clip_name, few

__all__ = ["called", "renamed", "wanted_in_file_order", "wanted_of"]


def called(path: Path, written: Sequence[str]) -> list[str]:
    """Return the names of columns in folded form: nobody sees a blank at the end of a header.

    A column without a name is called ""; no config can name it.

    Raises
    ------
    DataError
        If two columns have one name.
    """
    names = [fold(name) for name in written]
    first: dict[str, int] = {}
    for position, name in enumerate(names, 1):
        if name in first:
            msg = (
                f"{path}: column {brief(name)} appears twice, as column {first[name]} and as"
                f" column {position}: rename one of them"
            )
            raise DataError(msg)
        if name:
            first[name] = position
    return names


def renamed(written: Sequence[str]) -> list[str]:
    """Return what is to be told of names that are written in another form than they are called."""
    odd = [name for name in written if fold(name) != name]
    if not odd:
        return []
    shown = few(odd, lambda name: f"{brief(name)} is called {brief(fold(name))}")
    return [f"names of columns without the blanks and signs that nobody sees: {shown}"]


def wanted_of(path: Path | str, names: Sequence[str], columns: Sequence[str] | None) -> list[str]:
    """Return the columns to read, each once, in the order asked for; None asks for all.

    Raises
    ------
    DataError
        If the file lacks one.
    """
    if columns is None:
        return list(names)
    known = set(names)
    lacking = [name for name in dict.fromkeys(columns) if name not in known]
    if lacking:
        guess = did_you_mean(lacking[0], names) if len(lacking) == 1 else ""
        noun = "column" if len(lacking) == 1 else "columns"
        msg = (
            f"{path}: there is no {noun} {few(lacking)}.{guess}"
            f" Its columns: {few(names, clip_name)}"
        )
        raise DataError(msg)
    return list(dict.fromkeys(columns))


def wanted_in_file_order(
    path: Path | str, names: Sequence[str], columns: Sequence[str] | None
) -> list[str]:
    """Return the columns to read, in the file's order; raises as `wanted_of`."""
    wanted = set(wanted_of(path, names, columns))
    return [name for name in names if name in wanted]
