"""Questions: the outcomes that a survey's columns may become, and how sure that is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from sweep.data.answers.checks import suspects
from sweep.data.answers.several import parts_of
from sweep.proposal.blocks import of_blocks, of_sets
from sweep.proposal.question import Question
from sweep.proposal.roles import Role, cell_separator
from sweep.proposal.routes import Route, Truth, route_of
from sweep.proposal.success import is_answer, meant_by
from sweep.proposal.survey import Column, SurveyFile
from sweep.proposal.words import is_one_of

__all__ = ["questions_in"]

MOST_ANSWERS = 15  # of a question that is proposed although none of them is plainly a yes
UNEXPLAINED = 0.05  # of the respondents: fewer blanks are people who did not answer


def questions_in(
    survey: SurveyFile,
    roles: Mapping[str, Role],
    background: Collection[str],
    changed: Collection[str] = (),
) -> list[Question]:
    """Return the questions of a survey in the file's order; ``background`` columns are none.

    Of ``changed`` columns no condition can be written: the study has them otherwise.
    """
    sets = list(of_sets(survey.book.sets.values(), survey.columns))
    taken = {*background, *(column.name for q in sets for column in q.columns)}
    free = [column for name, column in survey.columns.items() if name not in taken]
    blocks = list(of_blocks(free, roles))
    taken |= {column.name for q in blocks for column in q.columns}
    single = [of_column(c, roles[c.name]) for c in free if c.name not in taken]
    found = [*sets, *blocks, *(question for question in single if question is not None)]
    ordered = sorted(found, key=lambda question: question.place)
    routing = [c for name, c in survey.columns.items() if may_route(name, roles, changed)]
    return with_routes(ordered, routing)


def of_column(column: Column, role: Role) -> Question | None:
    """Return the question that a column alone is, None if it is none."""
    if role is Role.SEVERAL:
        separator = str(cell_separator(column))
        parts = dict.fromkeys(p for cell in column.counts for p in parts_of(cell, separator))
        none = tuple(part for part in parts if is_one_of(part, "none"))
        return Question(
            "cells", (column,), name=column.name, label=column.label, separator=separator, none=none
        )
    if role is not Role.ANSWERS:
        return None
    codes = suspects(column.counts)
    meant = meant_by([text for text in column.counts if text not in codes])
    real = [text for text in column.counts if text not in codes and is_answer(text)]
    plain = meant is not None and len(real) > 1  # of one answer alone all would have given it
    if not plain and len(column.counts) > MOST_ANSWERS:
        return None
    return Question(
        "binary",
        (column,),
        meant.success if plain and meant else (),
        meant.kind if plain and meant else "",
        column.name,
        column.label,
    )


def may_route(name: str, roles: Mapping[str, Role], changed: Collection[str]) -> bool:
    """Return whether a condition can say of a column what its answers route to."""
    return roles[name] is Role.ANSWERS and name not in changed


def with_routes(questions: Sequence[Question], routing: Sequence[Column]) -> list[Question]:
    """Return questions with to whom each was put, and how many blanks that leaves unexplained."""
    known: dict[bytes, Route | None] = {}
    return [with_route(question, routing, known) for question in questions]


def with_route(
    question: Question, routing: Sequence[Column], known: dict[bytes, Route | None]
) -> Question:
    """Return one question so; ``known`` are the routes of those that the same rows answered."""
    there = question.there
    gone = sum(sum(c.gone.values()) for c in question.columns)
    missing = int((~there).sum())
    if question.form == "binary" and missing - gone <= UNEXPLAINED * len(there):
        return replace(question, blank=0)
    if not missing:
        return question
    key = np.packbits(there).tobytes()
    if key not in known:
        before = [c for c in routing if c.place < question.place]
        known[key] = route_of(there, before)
    route = known[key]
    if question.form == "binary":
        return replace(question, route=route, blank=0 if route else missing - gone)
    inside = missing if route is None else blank_within(there, route)
    return replace(question, route=route, blank=inside)


def blank_within(there: Truth, route: Route) -> int:
    """Return how many of those to whom a question was put have nothing in it."""
    asked = np.array([*(text in route.answers for text in route.column.counts), False])
    return int((asked[route.column.codes] & ~there).sum())
