"""Expressions: conditions on columns in a small safe grammar, read by a parser of our own.

``parse`` a text, ask for its ``columns``, and ``literals``,
``evaluate`` it on a table or ``decide`` it, ``normalise`` it for a key.
"""

from sweep.expression.decision import decide
from sweep.expression.evaluation import evaluate
from sweep.expression.grammar import parse
from sweep.expression.tree import Expression, ExpressionError, columns, literals, normalise

__all__ = [
    "Expression",
    "ExpressionError",
    "columns",
    "decide",
    "evaluate",
    "literals",
    "normalise",
    "parse",
]
