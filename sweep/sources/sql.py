"""SQL: one query to a database, read once, its rows in an order of their own.

SQLite and PostgreSQL, by SQLAlchemy. The database is opened to read only. A password comes from the
environment and is in no message. What identifies such a source is the query's text and
`sweep.sources.contents.content_digest` of the reading.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from sweep.errors import DataError, UsageError
from sweep.sources.columns import wanted_in_file_order
from sweep.sources.reading import Reading
from sweep.sources.sql_statement import reading_statement
from sweep.words.values import brief, clip

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

__all__ = ["Query", "names", "query_of", "read"]

SQLITE = {"sqlite", "sqlite+pysqlite"}
POSTGRES = {"postgres", "postgresql", "postgresql+psycopg"}
SETTINGS = "-c default_transaction_read_only=on -c TimeZone=UTC -c DateStyle=ISO,YMD"
"""What PostgreSQL is asked for: no writing, and text of dates that no machine's settings change."""


@dataclass(frozen=True)
class Query:
    """A query and the database that it is put to; ``url`` may hold a password and is not shown."""

    sql: str
    url: "URL" = field(repr=False)


def query_of(
    sql: str,
    database: str | None,
    database_env: str | None,
    directory: Path,
    environment: Mapping[str, str],
) -> Query:
    """Return the query of a config: the database is named in it, or by an environment variable.

    The path of a SQLite file is relative to ``directory``, that of the config.

    Raises
    ------
    DataError
        If the query does more than read, the database is not named once, is of a kind that is not
        known, or its URL in the config holds a password.
    """
    check_installed()
    if (database is None) == (database_env is None):
        msg = "query: write one of `database: URL` and `database_env: NAME`"
        raise DataError(msg)
    key = "query.database" if database_env is None else "query.database_env"
    text = database if database_env is None else environment.get(database_env) or None
    if text is None:
        msg = f"{key}: the environment has no {database_env!r}: set it to the URL"
        raise DataError(msg)
    url = url_of(key, text)
    if database_env is None and (url.password is not None or secret_keys(url)):
        msg = (
            f"{key}: it holds a password. Write `database_env: SURVEY_DB` in its place, and set "
            "the environment variable SURVEY_DB to the URL"
        )
        raise DataError(msg)
    return Query(reading_statement(sql), placed(url, key, directory))


def url_of(key: str, text: str) -> "URL":
    """Return a URL, which is in no message, for it may hold a password."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        msg = f"{key}: it is no URL; `sqlite:///survey.db` and `postgresql://user@host/name` are"
        raise DataError(msg) from None  # what the library says quotes it


def check_installed(module: str = "sqlalchemy") -> None:
    """Check that what reads databases is there.

    Raises
    ------
    UsageError
        If it is not installed.
    """
    if find_spec(module) is None:
        msg = f"query: a database needs the package {module}: `pip install 'modelsweep[sql]'`"
        raise UsageError(msg)


def secret_keys(url: "URL") -> list[str]:
    """Return the parameters of a URL that hold a password."""
    return [key for key in url.query if "pass" in key.lower()]


def placed(url: "URL", key: str, directory: Path) -> "URL":
    """Return a URL with the whole path of a SQLite file."""
    if url.drivername in POSTGRES:
        return url
    if url.drivername not in SQLITE:
        msg = f"{key}: {brief(url.drivername)} is not known; sqlite and postgresql are"
        raise DataError(msg)
    if url.query or not url.database or url.database.startswith((":", "file:")):
        msg = f"{key}: of SQLite write the path of a file alone: `sqlite:///survey.db`"
        raise DataError(msg)
    return url.set(database=str((directory / url.database).absolute()))


def names(query: Query) -> list[str]:
    """Return the names of a query's columns without reading its rows.

    Raises
    ------
    DataError
        If the database cannot be read, or two columns have one name.
    """
    with connection(query) as connected:
        result = execute(connected, f"SELECT * FROM (\n{query.sql}\n) AS source LIMIT 0")
        return checked_names(list(result.keys()))


def read(query: Query, columns: Sequence[str] | None) -> Reading:
    """Return some columns of what a query gives, or all, sorted by their values.

    The query is put once. ``columns`` chooses from what comes back.

    Raises
    ------
    DataError
        If the database cannot be read, or two columns have one name.
    """
    import pyarrow as pa

    from sweep.sources.contents import sorted_rows
    from sweep.sources.sql_columns import array_of

    with connection(query) as connected:
        result = execute(connected, query.sql)
        found = checked_names(list(result.keys()))
        wanted = wanted_in_file_order("query.sql", found, columns)
        places = [found.index(name) for name in wanted]
        values: list[list[Any]] = [[] for _ in places]
        for row in result:
            for column, place in zip(values, places, strict=True):
                column.append(row[place])
    made = {name: array_of(column) for name, column in zip(wanted, values, strict=True)}
    arrays = {name: array for name, (array, _) in made.items() if array is not None}
    refused = {name: why for name, (array, why) in made.items() if array is None}
    notes = tuple(f"query: {n}: {why}" for n, (_, why) in made.items() if n in arrays and why)
    return Reading(sorted_rows(pa.table(arrays)), notes=notes, refused=refused)


def checked_names(found: list[str]) -> list[str]:
    """Return the names of a query's columns, each there once."""
    twice = sorted({name for name in found if found.count(name) > 1})
    if twice:
        msg = f"query.sql: column {twice[0]!r} appears twice; name one of them with AS"
        raise DataError(msg)
    return found


def execute(connected: "Connection", sql: str) -> Any:
    """Put a query as it stands: a colon or a percent sign in it is no parameter."""
    return connected.execution_options(no_parameters=True).exec_driver_sql(sql)


@contextmanager
def connection(query: Query) -> Iterator["Connection"]:
    """Connect to a query's database; whatever it says is an error in words, without a password."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with engine_of(query.url).connect() as connected:
            yield connected
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise database_error(query.url, error) from error


def engine_of(url: "URL") -> "Engine":
    """Return what connects to a database, to read only."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    if url.drivername in POSTGRES:
        check_installed("psycopg")
        settings = f"{url.query.get('options', '')} {SETTINGS}".strip()
        # Prepared from the first: the server itself then refuses two statements in one.
        options = {"options": settings, "prepare_threshold": 0, "connect_timeout": 30}
        url = url.set(drivername="postgresql+psycopg").difference_update_query(["options"])
        return create_engine(url, connect_args=options, poolclass=NullPool)
    path = Path(str(url.database))
    if not path.is_file():
        msg = f"query: there is no database {path}"
        raise DataError(msg)
    file = f"file:{quote(str(path))}?mode=ro"
    return create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(file, uri=True), poolclass=NullPool
    )


def database_error(url: "URL", error: Exception) -> DataError:
    """Return the error to raise for what a database says, without a password or a row of it."""
    inner = getattr(error, "orig", None) or error
    said = getattr(getattr(inner, "diag", None), "message_primary", None) or str(inner)
    said = re.sub(r" with text .*", "", said, flags=re.DOTALL)  # SQLite, of text that is not UTF-8
    secrets = [url.password, *(str(url.query[key]) for key in secret_keys(url))]
    for secret in filter(None, secrets):
        for form in (secret, quote(secret), quote_plus(secret)):
            said = said.replace(form, "***")
    shown = url.set(password=None, query={}).render_as_string()
    return DataError(f"query: {shown}: {clip(' '.join(said.split()), 300)}")
