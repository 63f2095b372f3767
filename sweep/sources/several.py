"""Several files: one source of many, as the waves of a survey, one table after the other.

All must have the same columns; a value label means the same in all of them.
"""

from collections.abc import Mapping, Sequence, Set
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.data.codebook import Codebook, ColumnBook
from sweep.errors import DataError
from sweep.sources.reading import Format, Reading, names_in, read
from sweep.words.numbers import count_of
from sweep.words.values import brief, clip_name, few

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["glob_paths", "names_in_all", "read_all"]


def glob_paths(source: str, directory: Path = Path()) -> list[Path]:
    """Return the files that a source names, sorted by name; one that exists as it is written is it.

    Raises
    ------
    DataError
        If a pattern matches no file.
    """
    path = directory / source
    if path.exists() or not any(sign in source for sign in "*?["):
        return [path]
    found = sorted(directory / name for name in glob(source, root_dir=directory, recursive=True))
    files = [file for file in found if file.is_file()]
    if not files:
        msg = f"{path}: no file matches"
        raise DataError(msg)
    return files


def names_in_all(paths: Sequence[Path], format: Format | None = None) -> list[str]:
    """Return the names of the columns, in the first file's order.

    Raises
    ------
    DataError
        If another file has other columns.
    """
    names = names_in(paths[0], format)
    for path in paths[1:]:
        others = names_in(path, format)
        for has, lacks, columns in ((paths[0], path, names), (path, paths[0], others)):
            odd = sorted(set(columns) - set(others if has == paths[0] else names))
            if odd:
                msg = (
                    f"{lacks}: has no column {few(odd)}, and {has.name} has: files of one source"
                    " have the same columns"
                )
                raise DataError(msg)
    return names


def read_all(
    paths: Sequence[Path], columns: Sequence[str] | None = None, format: Format | None = None
) -> Reading:
    """Return columns of several files, the rows of one after those of the other.

    A column that has another type in another file is text in all.

    Raises
    ------
    DataError
        If one cannot be read, has other columns, or labels a value otherwise.
    """
    import pyarrow as pa

    if len(paths) == 1:
        return read(paths[0], columns, format)
    names = names_in_all(paths, format)
    wanted = names if columns is None else columns
    readings = {path: read(path, wanted, format) for path in paths}
    refused: dict[str, str] = {}
    for path, reading in readings.items():
        refused = {n: f"{why} in {path.name}" for n, why in reading.refused.items()} | refused
    tables = [reading.table for reading in readings.values()]
    kept = [name for name in dict.fromkeys(wanted) if name not in refused]
    return Reading(
        table=pa.table({name: stacked([t.column(name) for t in tables]) for name in kept}),
        codebook=common_codebook({path: r.codebook for path, r in readings.items()}),
        notes=(
            files_words({path: reading.table.num_rows for path, reading in readings.items()}),
            *common_notes({path: reading.notes for path, reading in readings.items()}),
        ),
        refused=refused,
        missing=common_counts([reading.missing for reading in readings.values()]),
    )


def files_words(rows: Mapping[Path, int]) -> str:
    """Return which files a source is made of, and how many rows each has."""
    several = few(
        list(rows), lambda path: f"{clip_name(path.name)} ({count_of(rows[path], 'row')})"
    )
    return f"{count_of(len(rows), 'file')}, one after the other: {several}"


def stacked(columns: "Sequence[pa.ChunkedArray]") -> "pa.ChunkedArray":
    """Return columns one after the other: as text, if they are of several types."""
    import pyarrow as pa

    if len({str(column.type) for column in columns}) > 1:
        from sweep.sources.text_columns import text_array

        columns = [text_array(column) for column in columns]
    return pa.chunked_array([chunk for c in columns for chunk in c.chunks], columns[0].type)


def common_notes(notes: Mapping[Path, Sequence[str]]) -> tuple[str, ...]:
    """Return what is to be told of several files: what is told of all is told once."""
    first, *others = notes.values()
    of_all = [note for note in first if all(note in other for other in others)]
    own = [
        f"{p.name}: {note}" for p, found in notes.items() for note in found if note not in of_all
    ]
    return (*of_all, *own)


def common_counts(counts: Sequence[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    """Return how many cells were read as missing in all files together."""
    total: dict[str, dict[str, int]] = {}
    for found in counts:
        for name, by_text in found.items():
            of = total.setdefault(name, {})
            for text, count in by_text.items():
                of[text] = of.get(text, 0) + count
    return total


def common_codebook(books: Mapping[Path, Codebook]) -> Codebook:
    """Return what several files say of their columns, where they agree.

    Raises
    ------
    DataError
        If a code has another label, or is missing, in another file only.
    """
    columns: dict[str, ColumnBook] = {}
    first = next(iter(books))
    for path, book in books.items():
        for name, found in book.columns.items():
            columns[name] = merged(columns.get(name, found), found, f"{path}: column {brief(name)}")
    sets = {name: s for book in reversed(list(books.values())) for name, s in book.sets.items()}
    for path, book in books.items():
        odd = [name for name, s in book.sets.items() if s != sets[name]]
        if odd:
            msg = f"{path}: response set {few(odd, clip_name)} is another than in {first.name}"
            raise DataError(msg)
    weights, serials = ({getattr(b, n) for b in books.values()} for n in ("weight", "serial"))
    return Codebook(columns, sets, only(weights), only(serials))


def only(names: Set[str | None]) -> str | None:
    """Return the one name that all files give a column, None if they give several."""
    return next(iter(names)) if len(names) == 1 else None


def merged(known: ColumnBook, found: ColumnBook, where: str) -> ColumnBook:
    """Return what two files say of a column: labels of either, if no code has two."""
    for code, label in found.values.items():
        if known.values.get(code, label) != label:
            msg = (
                f"{where}: code {code} is {brief(label)}, in a file before"
                f" {brief(known.values[code])}: a code means the same in all files of a source"
            )
            raise DataError(msg)
    missing = (set(known.missing), known.missing_ranges)
    if missing != (set(found.missing), found.missing_ranges):
        msg = f"{where}: other codes are missing than in a file before: {few(found.missing)}"
        raise DataError(msg)
    return ColumnBook(
        known.label or found.label,
        {**known.values, **found.values},
        known.missing,
        known.missing_ranges,
    )
