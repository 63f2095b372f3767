"""Triple-S: a survey as an XML file of definitions and a data file beside it.

A multiple becomes a column of 0 and 1 for each of its codes, named ``{name}_{code}``, and a
response set of the variable's name.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.data.codebook import Codebook, ColumnBook, ResponseSet
from sweep.errors import DataError
from sweep.sources.columns import wanted_in_file_order
from sweep.sources.reading import Format, Reading
from sweep.sources.triple_s_data import data_file, placed, rows_of
from sweep.sources.triple_s_file import Definition, Variable, definition_of

if TYPE_CHECKING:
    pass

__all__ = ["codebook", "files", "names", "read"]


def names(path: Path, format: Format) -> list[str]:
    """Return the names of the columns that a survey gives, without reading its data.

    Raises
    ------
    DataError
        If its definitions cannot be read.
    """
    return list(columns_in(path, definition_of(path)))


def codebook(path: Path, format: Format) -> Codebook:
    """Return what the definitions say, without reading the data.

    Raises
    ------
    DataError
        If they cannot be read.
    """
    return book_of(definition_of(path))


def files(path: Path) -> tuple[Path, Path]:
    """Return the two files of a survey: what is in either is what the survey is.

    Raises
    ------
    DataError
        If the definitions cannot be read, or there is no data file.
    """
    return path, data_file(path, definition_of(path))


def read(path: Path, columns: Sequence[str] | None, format: Format) -> Reading:
    """Return some columns of a survey, or all, and its whole codebook.

    Codes and whole quantities are int64, other quantities float64, a logical is true or false; a
    code that is defined as literal is text.

    Raises
    ------
    DataError
        If a file cannot be read, or lacks a column.
    """
    import pyarrow as pa

    from sweep.sources.triple_s_values import Unreadable, columns_of

    defined = definition_of(path)
    owners = columns_in(path, defined)
    wanted = wanted_in_file_order(path, list(owners), columns)
    rows, notes = rows_of(path, defined, format)
    arrays: dict[str, pa.Array] = {}
    refused: dict[str, str] = {}
    for variable in defined.variables:
        own = [name for name in wanted if owners[name][0] is variable]
        try:
            made = columns_of(*placed(variable, rows, defined)) if own else {}
        except Unreadable as error:
            refused |= dict.fromkeys(own, str(error))
        else:
            arrays |= {name: made[name] for name in own}
    notes = [f"{path.name}: {note}" for note in (*notes, *notes_of(defined))]
    return Reading(pa.table(arrays), book_of(defined), tuple(notes), refused)


def option_name(variable: Variable, code: str) -> str:
    """Return the name of the column of one code of a multiple."""
    return f"{variable.name}_{code}"


def columns_in(path: Path, defined: Definition) -> dict[str, tuple[Variable, str]]:
    """Return the columns that a survey gives, each with its variable and, of a multiple, its code.

    Raises
    ------
    DataError
        If two columns would have one name.
    """
    owners: dict[str, tuple[Variable, str]] = {}
    for variable in defined.variables:
        own = {variable.name: ""}
        if variable.kind == "multiple":
            own = {option_name(variable, code): code for code in variable.codes()}
        for name, code in own.items():
            if name in owners:
                msg = f"{path}: {owners[name][0].name} and {variable.name} both give {name!r}"
                raise DataError(msg)
            owners[name] = (variable, code)
    return owners


def book_of(defined: Definition) -> Codebook:
    """Return the codebook of a survey; the options of a multiple have the labels of its codes."""
    books: dict[str, ColumnBook] = {}
    sets: dict[str, ResponseSet] = {}
    used: dict[str | None, str] = {}
    for variable in defined.variables:
        used.setdefault(variable.use, variable.name)
        if variable.kind != "multiple":
            books[variable.name] = ColumnBook(variable.label, variable.values)
            continue
        own = {option_name(variable, code): variable.values.get(code) for code in variable.codes()}
        books |= {name: ColumnBook(label) for name, label in own.items()}
        sets[variable.name] = ResponseSet(
            variable.name, variable.label, "dichotomy", tuple(own), "1"
        )
    return Codebook(books, sets, used.get("weight"), used.get("serial"))


def notes_of(defined: Definition) -> Iterator[str]:
    """Yield what is to be told of the definitions: the weight, and who was asked what."""
    for variable in defined.variables:
        if variable.use == "weight":
            yield f"the file says that its weight is {variable.name!r}"
        if variable.filter:
            yield f"the file says that {variable.name} was asked where {variable.filter} is true"
