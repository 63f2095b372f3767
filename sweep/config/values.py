"""Values: the kinds a config is made of: text, levels, answers, patterns, conditions."""

import math
import re
from pathlib import PurePath
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from sweep.config.section import refuse, show
from sweep.expression import ExpressionError, parse

__all__ = [
    "Answer",
    "Condition",
    "Decision",
    "Level",
    "Pair",
    "Pattern",
    "Positive",
    "SourceFile",
    "Taken",
    "Text",
]

DECISIONS = ("in_base", "out_of_base")
SUFFIXES = (
    *(".csv", ".tsv", ".tab", ".txt", ".parquet", ".arrow", ".feather", ".sav", ".zsav", ".dta"),
    *(".xlsx", ".xlsm", ".xls", ".ods", ".xml", ".sss"),
)
"""What the names of files end in that can be read."""

EXACT = 2**53  # below this every whole float is one integer


def _answer(value: object) -> object:
    if not isinstance(value, str | int | float):
        refuse(f"expected one answer (text, a number, true or false), got {show(value)}")
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        refuse(f"expected a finite number, got {show(value)}")
    return int(value) if value.is_integer() and abs(value) < EXACT else value


def _level(value: object) -> object:
    if isinstance(value, bool) or value is None or isinstance(value, float):
        word = show(value)
        refuse(f'expected a level (text), got {word}: write it in quotes, "{word}"')
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        refuse(f"expected a level (text), got {show(value)}")
    return value


def _decision(value: object) -> object:
    either = " or ".join(map(repr, DECISIONS))
    if isinstance(value, dict):
        for answer, decided in value.items():
            if decided not in DECISIONS:
                refuse(f"expected {either} for {show(answer)}, got {show(decided)}")
        if not value:
            refuse(f"must not be empty: write {either}")
    elif value not in DECISIONS:
        refuse(f"expected {either}, or a mapping from answers to these, got {show(value)}")
    return value


def _condition(text: str) -> str:
    try:
        parse(text)
    except ExpressionError as error:
        refuse(f"cannot read the expression: {error}")
    return text


def _source_file(text: str) -> str:
    if PurePath(text).suffix.lower() not in SUFFIXES:
        refuse(f"expected a file that ends in one of {', '.join(SUFFIXES)}, got {show(text)}")
    return text


def _pair(value: object) -> object:
    if not (isinstance(value, tuple) and len(value) == 2 and all(_is_text(v) for v in value)):
        got = f"a list of {len(value)}" if isinstance(value, tuple) else show(value)
        refuse(f"expected a list of two predictors such as [age_band, region], got {got}")
    return value


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _pattern(text: str) -> str:
    _groups(text)
    return text


def _taking(text: str) -> str:
    if _groups(text) == 0:
        refuse(f"the pattern takes nothing: put parentheses around a part of {show(text)}")
    return text


def _groups(text: str) -> int | None:
    """Return how many groups a ``re:`` pattern has, None for other text."""
    if not text.startswith("re:"):
        return None
    try:
        return re.compile(text[3:]).groups
    except (re.error, RecursionError, OverflowError) as error:
        refuse(f"not a regular expression: {error}")


Text = Annotated[str, Field(min_length=1)]
Positive = Annotated[float, Field(gt=0)]
Answer = Annotated[str | int | float | bool, BeforeValidator(_answer)]
Decision = Annotated[
    Literal["in_base", "out_of_base"] | dict[str, Literal["in_base", "out_of_base"]],
    BeforeValidator(_decision),
]
Level = Annotated[
    str,
    BeforeValidator(_level),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
]
Pattern = Annotated[Text, AfterValidator(_pattern)]
Taken = Annotated[Text, AfterValidator(_taking)]
Condition = Annotated[str, AfterValidator(_condition)]
SourceFile = Annotated[str, AfterValidator(_source_file)]
Pair = Annotated[tuple[str, str], BeforeValidator(_pair)]
