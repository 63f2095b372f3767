"""Population: the tables of people that a file holds: a joint table, a margin per sheet, a list.

A list of margins has a row per level, with the variable's name in one column and the level in
another; each variable is then a margin of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from sweep.config.population import is_shares
from sweep.data.columns import how_often
from sweep.errors import DataError
from sweep.proposal.conditions import is_one_of_words, quoted
from sweep.proposal.layout import (
    is_measured,
    is_total,
    listed_variables,
    side_by_side,
    size_of,
    sizes_in,
)
from sweep.sources.reading import Format
from sweep.sources.sheet import sheets_in
from sweep.sources.source import Source
from sweep.sources.tables import read_text_table
from sweep.words.text import number_of

__all__ = ["PeopleTable", "Variable", "tables_of"]

BOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
SINGLE_YEARS = 12  # more numbers than that are no levels


@dataclass(frozen=True)
class Variable:
    """A variable of a table: its name there, its levels with their rows' sizes, and its numbers.

    ``number`` is whether its levels are many whole numbers, such as ages in years.
    """

    name: str
    levels: Mapping[str, float]
    number: bool = False


@dataclass(frozen=True)
class PeopleTable:
    """A table of people: its source and sheet, its variables, and its columns of sizes.

    ``sizes`` are the columns that may be it, the likeliest first. Of a list of margins, ``column``
    is its column of levels, and ``filter`` leaves the rows of this variable. Of margins side by
    side, ``blanks`` is whether others have more rows.
    """

    source: str
    sheet: str | None
    variables: tuple[Variable, ...]
    sizes: tuple[str, ...]
    total: float
    filter: str | None = None
    column: str | None = None
    blanks: bool = False

    @property
    def is_shares(self) -> bool:
        """Return whether its sizes are shares; totals among them do not count."""
        levels = self.variables[0].levels
        return is_shares(sum(n for level, n in levels.items() if not is_total(level)))


def tables_of(written: str, source: Source) -> list[PeopleTable]:
    """Return the tables of people in a file, sheet by sheet.

    Parameters
    ----------
    written
        The source as the config will name it.
    source
        The table itself, or the workbook of several.

    Raises
    ------
    DataError
        If it cannot be read, or no table in it has a column of sizes and one of levels.
    """
    files = source.files
    book = len(files) == 1 and files[0].suffix.lower() in BOOKS
    sheets = sheets_in(files[0]) if book else []
    found: list[PeopleTable] = []
    for sheet in sheets if len(sheets) > 1 else [None]:
        one = source if sheet is None else Source(files, Format(sheet=sheet))
        rows = read_text_table(one, list(one.columns)).rows
        found += tables_in(rows, written, sheet)
    if not found:
        msg = (
            f"{written}: holds no table of people: a header, one or more columns of levels, such "
            "as sex, and a column of numbers, such as people"
        )
        raise DataError(msg)
    return found


def tables_in(rows: pd.DataFrame, written: str, sheet: str | None) -> Iterator[PeopleTable]:
    """Yield the tables of people that some rows are: one, a margin per variable, or none."""
    sizes = sizes_in(rows)
    levels = [str(name) for name in rows if name not in sizes and how_often(rows[name])]
    if not sizes or not levels:
        return
    people = pd.Series([size_of(text) for text in rows[sizes[0]].astype(object)], rows.index)
    listed = listed_variables(rows, levels, people)
    if listed is not None:
        kind, level = listed
        for name in how_often(rows[kind]):
            mine = rows[kind] == name
            own = Variable(name, sums(rows.loc[mine, level], people[mine]))
            where = is_one_of_words(kind, [quoted(name)])
            total = float(people[mine].sum())
            yield PeopleTable(written, sheet, (own,), sizes, total, where, level)
        return
    if pairs := side_by_side(rows, levels, sizes):
        for name, size in pairs:
            there = pd.Series([size_of(cell) for cell in rows[size].astype(object)], rows.index)
            own = variable_of(name, rows[name], there)
            blanks = bool(rows[name].isna().any())
            yield PeopleTable(
                written, sheet, (own,), (size,), sum(own.levels.values()), blanks=blanks
            )
        return
    variables = tuple(variable_of(n, rows[n], people) for n in levels if not is_measured(rows[n]))
    if not variables:
        return
    yield PeopleTable(written, sheet, variables, sizes, float(people.sum()))


def variable_of(name: str, column: pd.Series, people: pd.Series) -> Variable:
    """Return a variable of a table."""
    levels = sums(column, people)
    whole = all((n := number_of(level)) is not None and n.is_integer() for level in levels)
    return Variable(name, levels, whole and len(levels) > SINGLE_YEARS)


def sums(column: pd.Series, people: pd.Series) -> dict[str, float]:
    """Return the people at each level, in the order of the table."""
    found = people.groupby(column.astype(object), sort=False).sum()
    return {str(level): float(n) for level, n in found.items()}


def totals_among(levels: Mapping[str, float]) -> list[str]:
    """Return the levels that are called as totals are."""
    return [level for level in levels if is_total(level)]
