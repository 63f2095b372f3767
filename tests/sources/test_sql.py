"""Databases: one query, read once, whose rows are the same table in whatever order they come."""

import random
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest

from sweep.errors import DataError
from sweep.sources import sql
from sweep.sources.contents import content_digest, sorted_rows
from sweep.sources.reading import Reading
from sweep.sources.sql import Query, query_of
from sweep.sources.sql_columns import array_of
from sweep.sources.sql_statement import reading_statement
from sweep.words.text import text_of
from tests.support.postgres import PASSWORD, postgres_server, programs
from tests.support.survey_files import SMALL, write

ALL = "SELECT * FROM survey"


def query(directory: Path, statement: str = ALL) -> Query:
    return query_of(statement, "sqlite:///survey.db", None, directory, {})


def table_of(directory: Path, rows: Iterable[tuple[Any, ...]], columns: str) -> None:
    database = sqlite3.connect(directory / "survey.db")
    with database:
        database.execute("DROP TABLE IF EXISTS survey")
        database.execute(f"CREATE TABLE survey ({columns})")
        marks = ", ".join("?" for _ in columns.split(","))
        database.executemany(f"INSERT INTO survey VALUES ({marks})", rows)
    database.close()


def rows_of(reading: Reading) -> set[tuple[str | None, ...]]:
    return {tuple(text_of(v) for v in row.values()) for row in reading.table.to_pylist()}


def test_a_survey_in_sqlite_is_read_whole(tmp_path: Path) -> None:
    write(SMALL, tmp_path / "survey.db")

    reading = sql.read(query(tmp_path), None)

    assert set(zip(*SMALL.columns.values(), strict=True)) == rows_of(reading)
    assert list(SMALL.columns) == reading.table.column_names == sql.names(query(tmp_path))
    assert ((), {}) == (reading.notes, reading.refused)


def test_a_path_is_relative_to_the_config_and_may_have_odd_letters(tmp_path: Path) -> None:
    folder = tmp_path / "a b%20?c#ü"
    folder.mkdir()
    write(SMALL, folder / "survey.db")

    assert len(SMALL.columns["age"]) == sql.read(query(folder), ["age"]).table.num_rows


def test_some_columns_come_in_the_querys_order(tmp_path: Path) -> None:
    write(SMALL, tmp_path / "survey.db")

    assert ["vote", "age"] == sql.read(query(tmp_path), ["age", "vote"]).table.column_names
    with pytest.raises(DataError, match="Did you mean 'vote'"):
        sql.read(query(tmp_path), ["Vote"])


def test_the_same_rows_in_any_order_are_the_same_table_and_the_same_digest(tmp_path: Path) -> None:
    rows = [(n % 7, f"é{n % 5}" if n % 3 else None, n / 8) for n in range(200)]
    tables, digests = [], set()
    for seed in range(5):
        random.Random(seed).shuffle(rows)
        table_of(tmp_path, rows, "a, b, c")
        reading = sql.read(query(tmp_path), None)
        tables.append(reading.table)
        digests.add(content_digest(reading))

    assert all(table.equals(tables[0]) for table in tables)
    assert 1 == len(digests)


def test_repeated_rows_are_all_there(tmp_path: Path) -> None:
    table_of(tmp_path, [("x", 1)] * 3 + [("y", 2)], "a, b")

    assert [("x", 1)] * 3 + [("y", 2)] == [
        tuple(row.values()) for row in sql.read(query(tmp_path), None).table.to_pylist()
    ]


CHANGES: list[list[tuple[Any, ...]]] = [
    [("a", 1), ("b", 2)],
    [("a", 1), ("b", 3)],
    [("a", 1), ("b", None)],
    [("a", 1), ("b", "")],
    [("ab", 1), ("", 2)],
    [("a", 1.5), ("b", 2)],
    [("a", 1), ("b", 2), ("b", 2)],
    [("a", "1"), ("b", "2")],
]


def test_other_content_has_another_digest(tmp_path: Path) -> None:
    digests = set()
    for rows in CHANGES:
        table_of(tmp_path, rows, "a, b")
        digests.add(content_digest(sql.read(query(tmp_path), None)))

    # An empty text and null are one: nothing is written.
    assert len(CHANGES) - 1 == len(digests)


def test_names_and_types_are_in_the_digest() -> None:
    made = (
        pa.table({"a": ["1"]}),
        pa.table({"b": ["1"]}),
        pa.table({"a": [1]}),
        pa.table({"a": ["1"], "c": ["1"]}),
    )

    assert 4 == len({content_digest(Reading(table)) for table in made})


def test_a_digest_does_not_change_with_the_layout_of_memory() -> None:
    whole = pa.table({"a": ["x", None, "yz"]})
    pieces = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])

    assert content_digest(Reading(whole)) == content_digest(Reading(pieces))
    assert "8f2e7bc4c54502ba8d0972de604d42d6c6d44a79" == content_digest(Reading(whole))


def test_text_is_ordered_by_its_bytes_and_null_is_last() -> None:
    table = pa.table({"a": [None, "é", "z", "Z", "a"]})

    assert ["Z", "a", "z", "é", None] == sorted_rows(table)["a"].to_pylist()


KINDS: list[tuple[list[Any], pa.DataType, list[Any]]] = [
    ([1, None, 2**53 + 1], pa.int64(), [1, None, 2**53 + 1]),
    ([1, 2**64], pa.string(), ["1", "18446744073709551616"]),
    ([1, 2.5], pa.float64(), [1.0, 2.5]),
    ([2**53 + 1, 2.5], pa.string(), ["9007199254740993", "2.5"]),
    ([0.1, float("nan"), -0.0], pa.float64(), [0.1, None, 0.0]),
    ([True, None], pa.bool_(), [True, None]),
    ([Decimal("345.10"), None], pa.decimal128(38, 2), [Decimal("345.10"), None]),
    ([Decimal("345.10"), Decimal("1.5")], pa.string(), ["345.10", "1.5"]),
    ([Decimal("1E+3")], pa.string(), ["1000"]),
    ([Decimal("NaN"), Decimal(1)], pa.string(), [None, "1"]),
    ([Decimal("0." + "1" * 40)], pa.string(), ["0." + "1" * 40]),
    (["a", "", "  ", None], pa.string(), ["a", None, None, None]),
    ([date(2020, 1, 2), None], pa.date32(), [date(2020, 1, 2), None]),
    ([datetime(2020, 1, 2, 3)], pa.timestamp("us"), [datetime(2020, 1, 2, 3)]),
    (
        [datetime(2020, 1, 2, 3, tzinfo=timezone(timedelta(hours=2)))],
        pa.timestamp("us", "UTC"),
        [datetime(2020, 1, 2, 1, tzinfo=UTC)],
    ),
    ([time(1, 2), None], pa.time64("us"), [time(1, 2), None]),
    ([UUID(int=5)], pa.string(), ["00000000-0000-0000-0000-000000000005"]),
    (["007", 7], pa.string(), ["007", "7"]),
    ([None, None], pa.string(), [None, None]),
    ([], pa.string(), []),
]


@pytest.mark.parametrize(("values", "kind", "expected"), KINDS)
def test_values_keep_every_digit(values: list[Any], kind: pa.DataType, expected: list[Any]) -> None:
    array, _ = array_of(values)

    assert array is not None
    assert kind == array.type
    assert [text_of(v) for v in expected] == [text_of(v) for v in array.to_pylist()]


@pytest.mark.parametrize("values", [values for values, _, _ in KINDS])
def test_every_kind_of_column_has_an_order_and_a_digest(values: list[Any]) -> None:
    up, down = (
        Reading(sorted_rows(pa.table({"a": array_of(column)[0]})))
        for column in (values, values[::-1])
    )

    assert content_digest(up) == content_digest(down)
    assert up.table.equals(down.table)


@pytest.mark.parametrize("value", [b"x", [1], {"a": 1}, timedelta(1), memoryview(b"x")])
def test_what_is_no_single_value_costs_its_column_alone(value: object) -> None:
    array, why = array_of([None, value])

    assert array is None
    assert f"holds {type(value).__name__}" in why


def test_bytes_cost_their_column_alone_and_mixed_types_are_told(tmp_path: Path) -> None:
    table_of(tmp_path, [(b"x", 1, "a"), (None, "007", "b")], "photo, code, name")

    reading = sql.read(query(tmp_path), None)

    assert {"photo": "holds bytes; choose what to read of it in the query's SELECT"} == dict(
        reading.refused
    )
    assert {("1", "a"), ("007", "b")} == rows_of(reading)
    assert ("query: code: values of several types (int, str) read as text",) == reading.notes


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DROP TABLE survey", "begins with 'DROP'"),
        ("  -- SELECT\n UPDATE survey SET a = 1", "begins with 'UPDATE'"),
        ("SELECT 1; DELETE FROM survey", "several statements"),
        ("PRAGMA user_version = 3", "begins with 'PRAGMA'"),
        ("", "begins with ''"),
        ("/* SELECT */", "begins with ''"),
    ],
)
def test_what_does_more_than_read_is_refused(statement: str, says: str) -> None:
    with pytest.raises(DataError, match=says):
        reading_statement(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "select 1",
        "SELECT ';' AS a, \";\", `;`, $t$;$t$, E'\\';'",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "(SELECT 1) UNION SELECT 2",
        "VALUES (1), (2)",
        "/* what ; for */ SELECT 1",
    ],
)
def test_what_reads_is_read(statement: str) -> None:
    assert statement == reading_statement(statement + " ;\n; -- and no more;\n")


def test_percent_signs_and_colons_stay_as_they_are(tmp_path: Path) -> None:
    statement = "SELECT 1 AS a, '5%' AS b, ':x' AS c; -- and no more;"
    table_of(tmp_path, [], "a")

    assert {("1", "5%", ":x")} == rows_of(sql.read(query(tmp_path, statement), None))
    assert ["a", "b", "c"] == sql.names(query(tmp_path, statement))


def test_a_database_is_not_written_to(tmp_path: Path) -> None:
    table_of(tmp_path, [(1,)], "a")
    before = (tmp_path / "survey.db").read_bytes()
    forbidden = Query("INSERT INTO survey VALUES (2) RETURNING a", query(tmp_path).url)

    with pytest.raises(DataError, match="attempt to write a readonly database"):
        sql.read(forbidden, None)
    assert before == (tmp_path / "survey.db").read_bytes()


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no database .*survey\.db"):
        sql.read(query(tmp_path), None)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("SELECT nope FROM survey", "no such column: nope"),
        ("SELECT * FROM nope", "no such table: nope"),
        ("SELECT a, 2 AS a FROM survey", "column 'a' appears twice; name one of them with AS"),
        ("SELECT FROM WHERE", "syntax error"),
    ],
)
def test_what_a_database_says_is_an_error_in_words(
    tmp_path: Path, statement: str, says: str
) -> None:
    table_of(tmp_path, [(1,)], "a")

    with pytest.raises(DataError, match=says):
        sql.read(query(tmp_path, statement), None)


def test_what_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "survey.db").write_text("a,b\n1,2\n" * 300)

    with pytest.raises(DataError, match="file is not a database"):
        sql.read(query(tmp_path), None)


def test_text_that_is_not_utf_8_is_in_no_message(tmp_path: Path) -> None:
    table_of(tmp_path, [(1,)], "a")

    with pytest.raises(DataError, match="Could not decode to UTF-8 column 'city'") as error:
        sql.read(query(tmp_path, "SELECT CAST(x'4bf66c6e' AS TEXT) AS city"), None)
    assert "K" not in str(error.value).rpartition("column")[2]


@pytest.mark.parametrize(
    ("database", "says"),
    [
        ("postgresql://me:geheim@host/db", "holds a password. Write `database_env: SURVEY_DB`"),
        ("postgresql://host/db?password=geheim", "holds a password"),
        ("mysql://host/geheim", "'mysql' is not known; sqlite and postgresql are"),
        ("sqlite://", "write the path of a file alone"),
        ("sqlite:///:memory:", "write the path of a file alone"),
        ("sqlite:///file:geheim?mode=rwc&uri=true", "write the path of a file alone"),
        ("geheim", "it is no URL"),
        ("", "query.database: it is no URL"),
    ],
)
def test_a_database_in_the_config_holds_no_secret_and_is_of_a_known_kind(
    tmp_path: Path, database: str, says: str
) -> None:
    with pytest.raises(DataError, match=says) as error:
        query_of(ALL, database, None, tmp_path, {})
    assert "geheim" not in str(error.value)


def test_a_database_is_named_once(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="write one of"):
        query_of(ALL, None, None, tmp_path, {})
    with pytest.raises(DataError, match="write one of"):
        query_of(ALL, "sqlite:///a.db", "A", tmp_path, {})
    with pytest.raises(DataError, match="the environment has no 'A'"):
        query_of(ALL, None, "A", tmp_path, {})


def test_a_url_from_the_environment_is_shown_nowhere(tmp_path: Path) -> None:
    made = query_of(ALL, None, "A", tmp_path, {"A": "postgresql://me:geheim@127.0.0.1:1/db"})

    with pytest.raises(DataError) as error:
        sql.read(made, None)
    assert "geheim" not in str(error.value) + repr(made)
    assert "127.0.0.1" in str(error.value)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a PostgreSQL with a table of every kind of value."""
    psycopg = pytest.importorskip("psycopg")
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: `make packages`")
    with postgres_server() as url:
        with psycopg.connect(url, autocommit=True) as connected:
            connected.execute(
                "CREATE TABLE survey (id bigint, answer text, share numeric(6,2), free numeric, "
                "asked boolean, born date, begun timestamptz, local timestamp, lasted interval, "
                "photo bytea, tags text[], more jsonb, f4 real, who uuid)"
            )
            connected.execute(
                "INSERT INTO survey SELECT 9007199254740993 + n, 'a' || n % 3, 345.10, "
                "CASE n % 2 WHEN 0 THEN 1.5 ELSE 345.10 END, n % 2 = 0, '2020-01-02', "
                "'2020-01-02 03:04:05+02', '2020-01-02 03:04:05', '1 day', '\\x00', '{x}', '{}', "
                "0.1, '00000000-0000-0000-0000-000000000005' FROM generate_series(1, 20) AS n"
            )
        yield url


def of_server(url: str, statement: str = ALL) -> Query:
    return query_of(statement, None, "DB", Path(), {"DB": url})


def test_postgresql_keeps_every_kind_of_value(server: str) -> None:
    reading = sql.read(of_server(server, f"{ALL} WHERE id = 9007199254740994"), None)

    row = {name: text_of(value) for name, value in reading.table.to_pylist()[0].items()}
    assert {
        "id": "9007199254740994",
        "answer": "a1",
        "share": "345.10",
        "free": "345.10",
        "asked": "false",
        "born": "2020-01-02",
        "begun": "2020-01-02T01:04:05+00:00",
        "local": "2020-01-02T03:04:05",
        "f4": "0.1",
        "who": "00000000-0000-0000-0000-000000000005",
    } == row
    assert {"lasted", "photo", "tags", "more"} == set(reading.refused)


def test_rows_of_postgresql_are_the_same_in_any_order(server: str) -> None:
    up, down = (
        sql.read(of_server(server, f"{ALL} ORDER BY id {order}"), ["id", "answer", "free"])
        for order in ("ASC", "DESC")
    )

    assert up.table.equals(down.table)
    assert content_digest(up) == content_digest(down)
    assert {"1.5", "345.10"} == set(up.table["free"].to_pylist())


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("WITH d AS (DELETE FROM survey RETURNING id) SELECT * FROM d", "read-only transaction"),
        ("SELECT 1 AS x INTO copy", "read-only transaction"),
        ("SELECT 1 AS x; DELETE FROM survey", "multiple commands"),
        ("SELECT nope FROM survey", 'column "nope" does not exist'),
    ],
)
def test_postgresql_is_not_written_to(server: str, statement: str, says: str) -> None:
    made = Query(statement, of_server(server).url)

    with pytest.raises(DataError, match=says) as error:
        sql.read(made, None)
    assert PASSWORD not in str(error.value)
    assert 20 == sql.read(of_server(server), ["id"]).table.num_rows


def test_settings_of_a_url_do_not_let_it_write(server: str) -> None:
    url = f"{server}?options=-c%20default_transaction_read_only%3Doff"

    made = Query("WITH d AS (DELETE FROM survey RETURNING id) SELECT * FROM d", of_server(url).url)
    with pytest.raises(DataError, match="read-only transaction"):
        sql.read(made, None)


def test_a_wrong_password_is_in_no_message(server: str) -> None:
    wrong = server.replace("s3cret", "geheim")

    with pytest.raises(DataError, match="password authentication failed") as error:
        sql.read(of_server(wrong), None)
    assert "geheim" not in str(error.value)


def test_percent_signs_and_casts_stay_in_postgresql(server: str) -> None:
    statement = "SELECT '5%' AS a, 'x'::text AS b, ':c' AS c WHERE 'ab' LIKE 'a%';"

    assert {("5%", "x", ":c")} == rows_of(sql.read(of_server(server, statement), None))
    assert ["a", "b", "c"] == sql.names(of_server(server, statement))
