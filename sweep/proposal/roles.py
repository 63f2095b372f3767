"""Roles: what each column of a survey is, by its values first and its name second."""

import re
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum

import numpy as np

from sweep.data.answers.several import parts_of, separator_of
from sweep.data.columns import numbers_in
from sweep.proposal.survey import Column, SurveyFile
from sweep.proposal.words import called

__all__ = ["Role", "cell_separator", "id_in", "role_of", "roles_in", "weight_in"]

MOST_ANSWERS = 50  # different answers to a closed question
FEW_NUMBERS = 12  # different numbers that may still be the answers of a scale
LEAST_DISTINCT = 0.9  # of an id's values, the share that occur once or so
MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?|\d\d?[./]\d\d?[./]\d{2,4}( .*)?|\d\d:\d\d(:.*)?")
NEAR_ONE = (0.8, 1.25)  # where the mean of weights lies


class Role(StrEnum):
    """What a column is."""

    NOTHING = "empty"
    ID = "one value per respondent, as ids"
    MOMENT = "dates or times"
    TEXT = "text of many kinds"
    ONE = "one value throughout"
    RECORD = "about the interview"
    NUMBER = "numbers"
    ANSWERS = "many answers, none of them plainly a yes"
    SEVERAL = "several answers in one cell"
    UNCLEAR = "two codes have one label"


def roles_in(survey: SurveyFile) -> dict[str, Role]:
    """Return the role of every column of a survey."""
    serial = survey.book.serial
    return {
        name: Role.ID if name == serial else role_of(column)
        for name, column in survey.columns.items()
    }


def role_of(column: Column) -> Role:
    """Return what a column is."""
    tests: dict[Role, Callable[[], bool]] = {
        Role.NOTHING: lambda: not column.counts,
        Role.UNCLEAR: lambda: column.shared,
        Role.ID: lambda: is_id(column),
        Role.MOMENT: lambda: all(map(MOMENT.fullmatch, list(column.counts)[:MOST_ANSWERS])),
        Role.RECORD: lambda: called(column.name, "columns", "left_out"),
        Role.SEVERAL: lambda: cell_separator(column) is not None,
    }
    found = next((role for role, holds in tests.items() if holds()), None)
    return found or role_by_values(column)


def role_by_values(column: Column) -> Role:
    """Return what a column is by how many values it has, and of which kind."""
    few_words = len(column.counts) - len(column.numbers) <= len(column.book.values)
    if len(column.numbers) > FEW_NUMBERS and few_words:
        return Role.NUMBER
    if any(not number.is_integer() for number in column.numbers.values()) and few_words:
        return Role.NUMBER
    if len(column.counts) > MOST_ANSWERS:
        return Role.TEXT
    return Role.ONE if len(column.counts) == 1 and not column.blank else Role.ANSWERS


def is_id(column: Column) -> bool:
    """Return whether hardly two rows have the same value, in whole numbers or short words."""
    distinct = len(column.counts)
    if distinct < LEAST_DISTINCT * column.answered:
        return False
    named = called(column.name, "columns", "id")
    whole = all(number.is_integer() for number in column.numbers.values())
    single = all(" " not in text for text in column.counts)
    return whole and single and (named or distinct == column.answered > MOST_ANSWERS)


def cell_separator(column: Column) -> str | None:
    """Return what parts several answers in a column's cells, None where each cell holds one."""
    if len(column.numbers) == len(column.counts) or column.book.values:
        return None
    separator = separator_of(column.counts)
    if separator is None:
        return None
    parts = {part for cell in column.counts for part in parts_of(cell, separator)}
    return separator if 1 < len(parts) <= MOST_ANSWERS else None


def id_in(survey: SurveyFile, roles: Mapping[str, Role]) -> str | None:
    """Return the column that tells respondents apart: the file's own, or one that is called so.

    Everybody has a value of it, and no two have the same.
    """
    for name in [survey.book.serial, *survey.columns]:
        column = survey.columns.get(name or "")
        if column is None or roles[column.name] is not Role.ID:
            continue
        named = column.name == survey.book.serial or called(column.name, "columns", "id")
        if named and len(column.counts) == survey.people:
            return column.name
    return None


def weight_in(survey: SurveyFile, taken: Collection[str] = ()) -> list[str]:
    """Return the columns that may be weights, the likeliest first: the file's own, then by name.

    A weight is a number, never negative, with a mean about 1; one that is named so, of any mean.
    """
    found: list[tuple[int, int, str]] = []
    for name, column in survey.columns.items():
        if name in taken or len(column.numbers) < len(column.counts) or not column.numbers:
            continue
        values = numbers_in(column.values)[column.there]
        if np.any(values < 0) or len(column.numbers) == 1:
            continue
        rank = rank_of_weight(column, float(values.mean()), name == survey.book.weight)
        if rank is not None:
            found.append((rank, column.place, name))
    return [name for _, _, name in sorted(found)]


def rank_of_weight(column: Column, mean: float, own: bool) -> int | None:
    """Return how likely a column of numbers is a weight, 0 the most; None if it is none."""
    broken = any(not number.is_integer() for number in column.numbers.values())
    near = NEAR_ONE[0] <= mean <= NEAR_ONE[1]
    if own:
        return 0
    if called(column.name, "columns", "weight") and broken:
        return 1 if near else 2
    return 3 if near and broken and len(column.numbers) > FEW_NUMBERS else None
