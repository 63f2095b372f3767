"""Grammar: a text in, an expression's tree out, and never a word of Python run.

    either     = all {"or" all}
    all        = one {"and" one}
    one        = "not" one | "(" either ")" | test
    test       = column ("is" ["not"] "null" | ["not"] "in" "[" literal {"," literal} "]")
               | (column | literal) operator (column | literal)
    operator   = "==" | "!=" | "<" | "<=" | ">" | ">="
    column     = a name, or any text in `backquotes`
    literal    = a number, 'text', "text", true, false

A quote inside a quoted text is written twice; there are no escapes. Keywords may be written in
capitals. At least one side of a comparison is a column, and comparisons do not chain.
"""

from collections.abc import Callable
from typing import NoReturn

from sweep.expression.tokens import Token, tokens
from sweep.expression.tree import (
    And,
    Column,
    Comparison,
    Expression,
    ExpressionError,
    Membership,
    Missing,
    Not,
    Or,
    Scalar,
)

__all__ = ["MAX_DEPTH", "parse"]

MAX_DEPTH = 50
MIRROR = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
NULL_HINT = "compare with null by 'is null' or 'is not null'"


class Cursor:
    """The tokens that are still to be read, and how deep the reader is."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        """The next token; the last is of kind ``end``."""
        return self.tokens[self.index]

    def take(self, kind: str) -> Token | None:
        """Return the next token and move on, if it is of this kind."""
        token = self.token
        if token.kind != kind:
            return None
        self.index += kind != "end"
        return token

    def need(self, kind: str, what: str) -> Token:
        """Return the next token, which has to be of this kind, and move on."""
        token = self.take(kind)
        if token is None:
            self.fail(f"expected {what}")
        return token

    def fail(self, message: str, token: Token | None = None) -> NoReturn:
        """Refuse the text at a token, by default the next."""
        token = token or self.token
        got = f"got {token.text[:40]!r}" if token.kind != "end" else "but the text ends"
        message = f"{message}, {got}"
        raise ExpressionError(message, token.position)


def parse(text: str) -> Expression:
    """Read a condition on the columns of a table.

    Raises
    ------
    ExpressionError
        If the text is not an expression, is longer than 10,000 characters, or nests more than
        50 deep. Its ``position`` is the index of the character where reading stopped.

    Examples
    --------
    >>> from sweep.expression import normalise
    >>> normalise(parse('age>=18 AND (region=="London" or `home region` is null)'))
    "age >= 18 and (region == 'London' or `home region` is null)"
    """
    cursor = Cursor(text)
    expression = _either(cursor)
    cursor.need("end", "'and', 'or' or the end")
    return expression


def _either(cursor: Cursor) -> Expression:
    terms = _terms(cursor, "or", _all)
    return terms[0] if len(terms) == 1 else Or(_flat(terms, Or))


def _all(cursor: Cursor) -> Expression:
    terms = _terms(cursor, "and", _one)
    return terms[0] if len(terms) == 1 else And(_flat(terms, And))


def _terms(cursor: Cursor, word: str, read: Callable[[Cursor], Expression]) -> list[Expression]:
    terms = [read(cursor)]
    while cursor.take(word):
        terms.append(read(cursor))
    return terms


def _flat(terms: list[Expression], kind: type[And] | type[Or]) -> tuple[Expression, ...]:
    """Merge terms of the same kind, so that spare parentheses leave no trace."""
    flat: list[Expression] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, And | Or) and type(term) is kind else [term])
    return tuple(flat)


def _one(cursor: Cursor) -> Expression:
    if cursor.token.kind not in {"not", "("}:
        return _test(cursor)
    cursor.depth += 1
    if cursor.depth > MAX_DEPTH:
        message = f"nested more than {MAX_DEPTH} deep"
        raise ExpressionError(message, cursor.token.position)
    if cursor.take("not"):
        expression: Expression = Not(_one(cursor))
    else:
        cursor.need("(", "'('")
        expression = _either(cursor)
        cursor.need(")", "')'")
    cursor.depth -= 1
    return expression


def _test(cursor: Cursor) -> Expression:
    start = cursor.token
    left = _operand(cursor, "a condition such as x == 1")
    if isinstance(left, Column):
        if cursor.take("is"):
            negated = cursor.take("not") is not None
            cursor.need("null", "'null' or 'not null'")
            return Missing(left.name, negated)
        if cursor.token.kind in {"in", "not"}:
            return _membership(cursor, left.name)
    return _comparison(cursor, left, start)


def _membership(cursor: Cursor, column: str) -> Membership:
    negated = cursor.take("not") is not None
    cursor.need("in", "'in'")
    cursor.need("[", "'[', the start of a list of values")
    first = cursor.need("literal", "a value: a number, 'text', true or false")
    values = [first.value]
    while cursor.take(","):
        token = cursor.need("literal", "a value: a number, 'text', true or false")
        if _kind(token.value) != _kind(first.value):
            cursor.fail("the values of a list must be of one kind", token)
        values.append(token.value)
    cursor.need("]", "',' or ']'")
    return Membership(column, tuple(values), negated)


def _comparison(cursor: Cursor, left: Column | Scalar, start: Token) -> Comparison:
    operator = cursor.need("operator", "a comparison (== != < <= > >=), 'in' or 'is null'").text
    right = _operand(cursor, "a value or a column")
    if cursor.token.kind == "operator":
        cursor.fail("comparisons do not chain: write 'a < x and x < b'")
    if not isinstance(left, Column):
        if not isinstance(right, Column):
            cursor.fail("one side of a comparison must be a column", start)
        left, right, operator = right, left, MIRROR[operator]
    if isinstance(right, bool) and operator not in {"==", "!="}:
        cursor.fail("true and false have no order: use == or !=", start)
    return Comparison(left.name, operator, right)


def _operand(cursor: Cursor, what: str) -> Column | Scalar:
    if cursor.token.kind == "null":
        cursor.fail(NULL_HINT)
    name = cursor.take("name")
    if name is not None:
        return Column(str(name.value))
    return cursor.need("literal", what).value


def _kind(value: Scalar) -> str:
    if isinstance(value, bool):
        return "bool"
    return "text" if isinstance(value, str) else "number"
