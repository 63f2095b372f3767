"""Surveys of a few columns, as a proposal looks at them."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from sweep.data.codebook import Codebook
from sweep.proposal.roles import roles_in
from sweep.proposal.survey import Column, SurveyFile, look_at
from sweep.sources.reading import Reading
from sweep.sources.source import Source

__all__ = ["column", "repeated", "survey_file"]


def survey_file(
    columns: Mapping[str, Sequence[str | None]],
    book: Codebook = Codebook(),  # noqa: B008 # frozen
) -> SurveyFile:
    """Return a survey of some columns of text."""
    table = pa.table({name: pa.array(list(v), pa.string()) for name, v in columns.items()})
    return look_at(Source((), given=Reading(table, book), name="survey"))


def column(
    values: Sequence[str | None],
    book: Codebook = Codebook(),  # noqa: B008 # frozen
) -> Column:
    """Return one column, called x."""
    return survey_file({"x": values}, book).columns["x"]


def repeated(counts: Mapping[str | None, int]) -> list[str | None]:
    """Return each value as often as it says."""
    return [value for value, n in counts.items() for _ in range(n)]


def role(values: Sequence[str | None], name: str = "x") -> str:
    """Return the name of a column's role."""
    return roles_in(survey_file({name: values}))[name].name
