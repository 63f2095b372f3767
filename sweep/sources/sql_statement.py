"""SQL statement: whether a config's query only reads."""

import re

from sweep.errors import DataError
from sweep.words.values import brief

__all__ = ["reading_statement"]

READS = {"SELECT", "WITH", "VALUES", "TABLE"}
QUOTED = re.compile(
    r"""
    (?P<comment> --[^\n]* | /\*.*?\*/ )
    | [eE]'(?:[^'\\]|''|\\.)*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*`
    | \$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$
    """,
    re.VERBOSE | re.DOTALL,
)
"""Comments, texts and names in quotes: what stands in them is no keyword and ends nothing."""


def reading_statement(sql: str) -> str:
    """Return a query without the semicolon and the comments at its end.

    This is for the message: what keeps the database as it is, is that it is opened to read only.

    Raises
    ------
    DataError
        If it is empty, several statements, or one that does not begin as a query does.
    """
    # Of the same length, so that its places are those of the query.
    bare = QUOTED.sub(lambda found: (" " if found["comment"] else "'") * len(found[0]), sql)
    single = bare.rstrip("; \t\r\n")
    if ";" in single:
        msg = "query.sql: it is several statements; a source is one SELECT"
        raise DataError(msg)
    first = re.match(r"[\s(]*(\w*)", single)
    word = first[1] if first else ""
    if word.upper() not in READS:
        msg = f"query.sql: it begins with {brief(word)}; a source is one SELECT, or WITH ... SELECT"
        raise DataError(msg)
    return sql[: len(single)]
