"""Kinds: what goes wrong between a file and its numbers, each as a change of one sound survey.

A kind says which formats can hold it, what the config says of it, and what must come: the keys of
a clean survey (`Right`), or a refusal that names what is wrong (`Refused`).
"""

import copy
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from sweep.data.codebook import Codebook, ColumnBook
from tests.project import STUDY, Project, merged, population_of, survey_of
from tests.support.survey_files import Survey, write

__all__ = [
    "ALL",
    "CSV",
    "LABELS",
    "TEXT",
    "TYPED",
    "Census",
    "Columns",
    "Kind",
    "Refused",
    "Right",
    "always",
    "book_of",
    "clean_keys",
    "every",
    "keys",
    "put",
    "put_all",
    "recoded",
    "same",
    "write_kind",
]

ALL = (".csv", ".parquet", ".sav", ".dta", ".xlsx")
CSV = (".csv",)
LABELS = (".sav", ".dta")
"""The formats that hold value labels."""
TYPED = (".parquet", ".sav", ".dta", ".xlsx")
TEXT = (".csv", ".parquet", ".xlsx")
"""The formats in which a column may have any name."""

RESPONDENTS = 240

type Columns = dict[str, list[Any]]
type Census = Callable[[pd.DataFrame], pd.DataFrame]
type Change = Callable[[Columns], Columns]
type Writer = Callable[[Survey, Path], None]


@dataclass(frozen=True)
class Right:
    """The numbers of the clean survey come; ``told`` are parts of notices."""

    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """A message comes that holds all of ``told``: key, value, count, what to write."""

    told: tuple[str, ...]


def same(columns: Columns) -> Columns:
    """Change nothing."""
    return columns


def people(rows: pd.DataFrame) -> pd.DataFrame:
    """Change nothing of the population."""
    return rows


@dataclass(frozen=True)
class Kind:
    """One kind: how the user's survey differs from the clean one, and what must come of it.

    ``says`` is put into the study for the user's survey, ``clean_says`` for the clean one.
    ``population`` changes the rows of the user's census. ``writers`` write the survey by format
    where a file's own form is the kind. ``texts`` are columns that stay text where all are numbers.
    """

    name: str
    comes: Right | Refused
    change: Change = same
    formats: Sequence[str] = ALL
    says: Mapping[str, Any] = field(default_factory=dict)
    clean: Change = same
    clean_says: Mapping[str, Any] | None = None
    book: Codebook = field(default_factory=Codebook)
    population: Census = people
    clean_population: Census = people
    writers: Mapping[str, Writer] = field(default_factory=dict)
    texts: Sequence[str] = ()


STUDY_OF_ONE: dict[str, Any] = {
    **STUDY,
    "outcomes": [{"name": "aware", "success": ["Yes"]}],
}


def sound() -> Columns:
    """Return the sound survey's columns as text."""
    rows = survey_of(RESPONDENTS)
    return {str(name): [str(v) for v in rows[name]] for name in rows}


def write_kind(kind: Kind, suffix: str, project: Project) -> dict[str, Any]:
    """Write a kind's survey and census; return the study that reads them."""
    path = project.directory / f"survey{suffix}"
    survey = Survey(kind.change(copy.deepcopy(sound())), kind.book, kind.texts)
    kind.writers.get(suffix, write)(survey, path)
    project.write("census.csv", kind.population(population_of()))
    return merged(study_of(path.name), kind.says)


def clean_keys(kind: Kind) -> list[tuple[str, str]]:
    """Return the keys of a kind's clean survey, as Parquet in which every value is text."""
    said = kind.says if kind.clean_says is None else kind.clean_says
    return keys_of_clean(kind.clean, kind.clean_population, json.dumps(said))


@cache
def keys_of_clean(clean: Change, population: Census, said: str) -> list[tuple[str, str]]:
    """Return the keys of a clean survey; ``said`` is JSON of what the study says of it."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder), {}, {"workers": 1})
        columns = clean(copy.deepcopy(sound()))
        write(Survey(columns, texts=list(columns)), project.directory / "clean.parquet")
        project.write("census.csv", population(population_of()))
        return keys(project, merged(study_of("clean.parquet"), json.loads(said)))[0]


def study_of(source: str) -> dict[str, Any]:
    """Return the study of a file."""
    named = {"survey": {"source": source, "weight": "w"}, "population": {"source": "census.csv"}}
    return merged(STUDY_OF_ONE, named)


def keys(project: Project, study: Mapping[str, Any]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the keys of each outcome's fit and estimates, and the notices as they are told."""
    plan = project.plan(Project(project.directory, study, project.execution).config())[1]
    if plan.mistakes is not None:
        raise plan.mistakes
    return (
        [(entry.fit_key, entry.key) for entry in plan.entries],
        [str(notice) for notice in plan.record.notices],
    )


def put(column: str, old: str, new: Any, step: int = 3) -> Change:
    """Return the change that writes ``new`` in place of every so-manieth ``old``."""

    def change(columns: Columns) -> Columns:
        places = [k for k, v in enumerate(columns[column]) if v == old][::step]
        for k in places:
            columns[column][k] = new
        return columns

    return change


def put_all(column: str, values: Mapping[str, Any]) -> Change:
    """Return the change that writes other values in place of some, wherever they stand."""

    def change(columns: Columns) -> Columns:
        columns[column] = [values.get(v, v) for v in columns[column]]
        return columns

    return change


def every(*changes: Change) -> Change:
    """Return several changes as one."""

    def change(columns: Columns) -> Columns:
        for one in changes:
            columns = one(columns)
        return columns

    return change


def always(column: str, *values: Any) -> Change:
    """Return the change that fills a column with some values in turn."""

    def change(columns: Columns) -> Columns:
        columns[column] = [values[k % len(values)] for k in range(RESPONDENTS)]
        return columns

    return change


def recoded(column: str, values: Mapping[Any, Any]) -> Census:
    """Return the change of a census that writes other values into a column."""
    return lambda rows: rows.assign(**{column: [values.get(v, v) for v in rows[column]]})


def book_of(column: str, values: Mapping[str, str], **more: Any) -> Codebook:
    """Return a codebook with the labels of one column."""
    return Codebook({column: ColumnBook("Asked", dict(values), **more)})
