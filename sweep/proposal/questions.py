"""Questions: the outcomes that a survey's columns may become, and how sure that is."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sweep.data.answers.checks import suspects
from sweep.data.answers.several import parts_of
from sweep.data.codebook import ResponseSet
from sweep.expression.tree import KEYWORDS
from sweep.proposal.names import stem_of
from sweep.proposal.roles import Role, cell_separator
from sweep.proposal.routes import Route, Truth, route_of
from sweep.proposal.success import chosen_in, is_answer, meant_by
from sweep.proposal.survey import Column, SurveyFile
from sweep.proposal.words import is_one_of

__all__ = ["Question", "questions_in"]

MOST_ANSWERS = 15  # of a question that is proposed although none of them is plainly a yes
UNEXPLAINED = 0.05  # of the respondents: fewer blanks are people who did not answer


@dataclass(frozen=True)
class Question:
    """A question: one column, or several that are its options.

    ``success`` are the answers that are plainly a yes, of ``kind``; none where nothing is plain.
    ``route`` is to whom it was put; ``blank`` how many hold nothing although they may have been
    asked. ``none`` are options that exclude all others.
    """

    form: Literal["binary", "items", "cells", "set"]
    columns: tuple[Column, ...]
    success: tuple[str, ...] = ()
    kind: str = ""
    name: str = ""
    label: str | None = None
    separator: str = ""
    none: tuple[str, ...] = ()
    route: Route | None = None
    blank: int = 0

    @property
    def is_plain(self) -> bool:
        """Return whether it is plain what counts as yes."""
        return self.form != "binary" or bool(self.success)

    @property
    def place(self) -> int:
        """Return where it stands in the file."""
        return self.columns[0].place

    @property
    def there(self) -> Truth:
        """Return which rows (row,) have an answer to it, in any of its columns."""
        there: Truth = np.logical_or.reduce([column.there for column in self.columns])
        return there

    def answers(self) -> dict[str, int]:
        """Return its answers with their counts, over all its columns."""
        found: dict[str, int] = {}
        for column in self.columns:
            for text, count in column.counts.items():
                found[text] = found.get(text, 0) + count
        return found


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


def of_sets(sets: Collection[ResponseSet], columns: Mapping[str, Column]) -> Iterator[Question]:
    """Yield the multiple-response sets that the file names, unless one of them shares columns."""
    taken: set[str] = set()
    for own in sets:
        members = [columns[name] for name in own.columns if name in columns]
        if len(members) < len(own.columns) or taken & {*own.columns}:
            continue
        taken |= {*own.columns}
        labels = [c.label or c.name for c in members]
        words = (
            labels
            if own.kind == "dichotomy"
            else list(dict.fromkeys(a for c in members for a in c.counts))
        )
        none = tuple(word for word in words if is_one_of(word, "none"))
        yield Question("set", tuple(members), name=own.name, label=own.label, none=none)


def of_blocks(columns: Sequence[Column], roles: Mapping[str, Role]) -> Iterator[Question]:
    """Yield the blocks of columns that are options: each holds that it was chosen, or nothing."""
    stems: dict[str, list[Column]] = {}
    for column in columns:
        if roles[column.name] in {Role.ANSWERS, Role.NOTHING, Role.ONE}:
            stems.setdefault(stem_of(column.name), []).append(column)
    for stem, members in stems.items():
        named = stem != members[0].name or len(members) == 1
        asked = [column for column in members if column.counts]
        if named and asked and all(is_option(column) for column in asked):
            yield block_of(stem, members if len(members) > 1 else asked)


def is_option(column: Column) -> bool:
    """Return whether a column says that an option was chosen, and else that it was not."""
    real = [text for text in column.counts if is_answer(text)]
    alone = len(real) == len(column.counts) == 1 and column.blank > 0
    return alone or (len(real) > 1 and chosen_in(real) is not None)


def block_of(stem: str, members: Sequence[Column]) -> Question:
    """Return the question whose options some columns are."""
    said = [chosen_in([t for t in c.counts if is_answer(t)]) for c in members if len(c.counts) > 1]
    success = tuple(dict.fromkeys(text for meant in said if meant for text in meant.success))
    labels = [c.label or c.name for c in members]
    words = [next(iter(c.counts)) if len(c.counts) == 1 else "" for c in members]
    none = tuple(
        label if is_one_of(label, "none") else c.name
        for c, label, word in zip(members, labels, words, strict=True)
        if is_one_of(label, "none") or is_one_of(word, "none")
    )
    return Question("items", tuple(members), success, "chosen or not", stem, none=none)


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
    plain = meant is not None and len(column.counts) > 1
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
    return roles[name] is Role.ANSWERS and name not in changed and name.casefold() not in KEYWORDS


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
