"""Naming: a variable that survey and population both have, under one name, and what is renamed."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from sweep.proposal.bands import bands_of
from sweep.proposal.levels import LevelMatch
from sweep.proposal.population import Variable
from sweep.proposal.survey import Column
from sweep.proposal.words import background_kind
from sweep.words.columns import TAKEN
from sweep.words.text import number_of

__all__ = ["Cutting", "Fit", "Predictor", "free_name", "named"]

APART = re.compile(r"\W+")

type Cutting = tuple[list[int], list[str]]
"""Edges, and the labels of the bands between them."""


@dataclass(frozen=True)
class Predictor:
    """A variable that the survey and the population have, under the study's ``name``.

    ``cut`` are edges and labels where it is made from numbers, of the column ``number``; where the
    population holds people below its first band, and the survey none, that is from ``youngest``. In
    ``survey_rename`` and ``population_rename`` are names of columns that become others.
    """

    name: str
    column: Column
    variable: Variable
    match: LevelMatch | None = None
    cut: Cutting | None = None
    number: str = ""
    youngest: int | None = None
    survey_rename: Mapping[str, str] = field(default_factory=dict)
    population_rename: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fit:
    """How well a column fits a variable, and what would have to be made of it."""

    score: float
    column: Column
    match: LevelMatch | None = None
    cut: Cutting | None = None


def youngest_in(variable: Variable, cut: Cutting) -> int | None:
    """Return where the bands begin, if the population has people below."""
    theirs = [number for level in variable.levels if (number := number_of(level)) is not None]
    edges, labels = cut
    below = len(labels) <= len(edges) and min(theirs, default=edges[0]) < edges[0]
    return edges[0] if below else None


def named(
    variable: Variable, fit: Fit, columns: Collection[str], variables: Sequence[Variable]
) -> Predictor:
    """Return a predictor with the name under which both sides have it."""
    others = {v.name for v in variables} - {variable.name}
    if fit.cut is None:
        return named_alike(variable, fit, columns)
    column, youngest = fit.column.name, youngest_in(variable, fit.cut)
    made = partial(Predictor, column=fit.column, variable=variable, cut=fit.cut)
    if not variable.number:  # the population has the bands
        name = free_name(plain_name(variable.name), {*columns, *others})
        renamed = renaming(variable.name, name)
        return made(name, number=column, population_rename=renamed)
    if bands_of(list(fit.column.counts)) is not None:  # the survey has them
        name = free_name(column, {*others, variable.name, *columns} - {column} | {variable.name})
        renamed = renaming(column, name)
        return made(name, number=variable.name, youngest=youngest, survey_rename=renamed)
    name = free_name(column, {*columns, *others})
    renamed = renaming(variable.name, column)
    return made(name, number=column, youngest=youngest, population_rename=renamed)


def named_alike(variable: Variable, fit: Fit, columns: Collection[str]) -> Predictor:
    """Return a predictor that is a column of both: the survey's is renamed, unless that clashes."""
    column, name = fit.column.name, plain_name(variable.name)
    told = name != variable.name and background_kind(column, None) is not None
    if told or name in {*columns} - {column}:
        name = column
    if name in TAKEN:
        name = free_name(name, {*columns, *TAKEN})
    return Predictor(
        name,
        fit.column,
        variable,
        fit.match,
        survey_rename=renaming(column, name),
        population_rename=renaming(variable.name, name),
    )


def renaming(old: str, new: str) -> dict[str, str]:
    """Return what renames a column, nothing if it has the name."""
    return {} if old == new else {old: new}


def plain_name(name: str) -> str:
    """Return a name that stands in conditions as it is: its words, joined, in lower case."""
    made = APART.sub("_", name.casefold()).strip("_")
    return name if name.isidentifier() or not made.isidentifier() else made


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name that is not taken: the name itself, or one that says it is of bands."""
    return next(free for free in candidates(name) if free not in taken and free not in TAKEN)


def candidates(name: str) -> Iterator[str]:
    """Yield names of a variable in bands."""
    yield name
    yield f"{name}_band"
    number = 2
    while True:
        yield f"{name}_band{number}"
        number += 1
