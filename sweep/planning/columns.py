"""Columns: those of a source, under the names that a study has for them."""

from collections.abc import Mapping
from pathlib import Path

from sweep.errors import DataError
from sweep.sources.tables import read_columns
from sweep.words.names import did_you_mean
from sweep.words.values import clip_name, few

__all__ = ["rename_columns"]


def rename_columns(path: Path, rename: Mapping[str, str], what: str) -> list[str]:
    """Return a file's columns under the study's names; refuse to rename what is not there."""
    names = read_columns(path)
    for old in rename:
        if old not in names:
            guess, there = did_you_mean(old, names), few(names, clip_name)
            msg = f"study.{what}.rename: {path} has no column {old!r}.{guess} It has: {there}"
            raise DataError(msg)
    return [rename.get(name, name) for name in names]
