"""Columns: those of a source, under the names that a study has for them, and what reading shows."""

from collections.abc import Collection, Mapping

import pandas as pd

from sweep.config.section import KEY
from sweep.data.codebook import Codebook
from sweep.data.findings import Findings, KeyPath
from sweep.errors import DataError
from sweep.sources.source import Source
from sweep.sources.tables import Read, book_of, column_names, read_text_table
from sweep.words.names import did_you_mean
from sweep.words.numbers import count_of
from sweep.words.values import brief, clip_name, few

__all__ = ["check_several", "named_columns", "read_told", "study_columns", "tell_read"]

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})


def study_columns(source: Source, key: KeyPath, findings: Findings) -> list[str]:
    """Return a source's columns under the study's names; to rename what is not there is a mistake.

    Raises
    ------
    DataError
        If the source cannot be read.
    """
    names = source.columns if source.rename else []
    for old in source.rename:
        if old not in names:
            guess, there = did_you_mean(old, names), few(names, clip_name)
            words = f"{source} has no column {old!r}.{guess} It has: {there}"
            findings.mistake((*key, "rename", old, KEY), words)
    return check_several(source)


def check_several(source: Source) -> list[str]:
    """Return a source's columns: several, for one alone says nothing of anybody.

    Raises
    ------
    DataError
        If there is one alone, or the source cannot be read.
    """
    found = column_names(source)
    if len(found) == 1:
        msg = (
            f"{source}: reads as one column, {brief(found[0])}, and a table has several: if "
            "something else separates them, say so with format: {delimiter: ...}"
            f"{sheets_words(source)}"
        )
        raise DataError(msg)
    return found


def sheets_words(source: Source) -> str:
    """Return which sheets a workbook has, with a full stop before it; nothing of one sheet."""
    if not source.files or source.files[0].suffix.lower() not in WORKBOOKS:
        return ""
    from sweep.sources.sheet import sheets_in

    found = sheets_in(source.files[0])
    chosen = source.format.sheet
    read = found[0] if chosen is None and found else chosen
    if len(found) < 2:
        return ""
    return (
        f". This is its sheet {brief(read)}, of {few(found)}: if another is meant, write format: "
        "{sheet: ...}"
    )


def named_columns(
    source: Source, named: Mapping[str, KeyPath], key: KeyPath, findings: Findings
) -> list[str]:
    """Return those columns that a source has; each other is a mistake of the key that names it."""
    available = study_columns(source, key, findings) if named else []
    for name, path in named.items():
        if name not in available:
            guess, there = did_you_mean(name, available), few(available, clip_name)
            words = f"{source}: there is no column {name!r}.{guess} Its columns: {there}"
            findings.mistake(path, f"{words}{sheets_words(source)}")
    return [name for name in named if name in available]


def read_told(
    source: Source, wanted: Collection[str], key: KeyPath, findings: Findings
) -> pd.DataFrame:
    """Return some columns of a source, and tell what was found out or left out in reading them.

    Raises
    ------
    DataError
        If one cannot be read.
    Mistaken
        If one holds no text.
    """
    check_labelled(source, key, findings)
    table = read_text_table(source, list(dict.fromkeys(wanted)))
    for name, why in table.refused.items():
        findings.mistake((*key, "source"), f"{source}: column {name!r} {why}")
    if table.refused:
        findings.stop_if_mistaken()
    for name, shared in table.shared.items():
        for text, codes in shared.items():
            findings.mistake(
                (*key, "values"),
                f"column {name!r}: the codes {few(codes)} have one label, {brief(text)}, and would "
                f"become one value: write values: codes",
            )
    for note in table.notes:
        findings.notice((*key, "source"), note)
    tell_read(table.read, key, findings, book_of(source))
    return table.rows


def check_labelled(source: Source, key: KeyPath, findings: Findings) -> None:
    """Refuse to ask for codes where the file has no labels: it has nothing else than its values."""
    if source.values == "codes" and not any(b.values for b in source.codebook.columns.values()):
        findings.mistake(
            (*key, "values"),
            f"{source} has no value labels, so that its values are as they are written: remove "
            "values: codes",
        )


def tell_read(read: Read, key: KeyPath, findings: Findings, book: Codebook) -> None:
    """Tell what is one value in several spellings, and what was read as missing."""
    for name, spelt in read.spellings.items():
        for text, ways in spelt.items():
            words = few([w for w in ways if w != text])
            findings.notice((*key, "source"), f"column {name!r}: {words} is read as {brief(text)}")
    by_text: dict[tuple[str, str | None], dict[str, int]] = {}
    for name, gone in read.missing.items():
        for text, count in gone.items():
            by_text.setdefault((text, book.of(name).values.get(text)), {})[name] = count
    for (text, label), columns in by_text.items():
        means = "" if label in {None, text} else f" ({brief(label)})"
        times = count_of(sum(columns.values()), "value")
        findings.notice(
            (*key, "missing_values"),
            f"{brief(text)}{means} is read as missing: {times} in {few(list(columns))}",
        )
