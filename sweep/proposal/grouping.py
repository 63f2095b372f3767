"""Grouping: questions that mean the same and are named alike become one rule of a config."""

import re
from collections.abc import Callable, Sequence

from sweep.proposal.names import pattern_of, stem_of
from sweep.proposal.question import Question

__all__ = ["Group", "groups_of"]

MANY_ALIKE = 8  # questions with names of one kind, such as Q1 to Q300, that become one rule
LISTED = 5  # questions that are worth a list of their names
LETTERS = re.compile(r"\D*")

type Group = tuple[Question, ...]
"""Questions that become one rule."""


def groups_of(questions: Sequence[Question], names: Sequence[str]) -> list[Group]:
    """Return questions that mean the same and are named alike together, in the file's order."""
    made: list[Group] = []
    rest = list(questions)
    for kind, least in ((stem_of, 2), (kind_of_name, MANY_ALIKE)):
        found = alike(rest, kind, least, names)
        made += found
        taken = {question.place for group in found for question in group}
        rest = [question for question in rest if question.place not in taken]
    return sorted([*made, *((q,) for q in rest)], key=lambda group: group[0].place)


def kind_of_name(name: str) -> str:
    """Return the letters before the first digit of a name."""
    found = LETTERS.match(name)
    return found.group() if found else ""


def alike(
    questions: Sequence[Question], kind: Callable[[str], str], least: int, names: Sequence[str]
) -> list[Group]:
    """Return the groups of at least so many questions of one column that can share a rule."""
    found: dict[tuple[object, ...], list[Question]] = {}
    for question in questions:
        name = question.columns[0].name
        if question.form == "binary" and kind(name) and (kind(name) != name):
            found.setdefault((kind(name), *signature(question)), []).append(question)
    groups = [tuple(group) for group in found.values() if len(group) >= least]
    return [group for group in groups if is_worth_a_rule(group, names)]


def is_worth_a_rule(group: Group, names: Sequence[str]) -> bool:
    """Return whether a pattern takes just these questions, and is shorter than their names."""
    pattern = pattern_of([question.columns[0].name for question in group], names)
    return pattern is not None and (not pattern.startswith("re:") or len(group) >= LISTED)


def signature(question: Question) -> tuple[object, ...]:
    """Return what questions of one rule have in common."""
    route = question.route.words if question.route else ""
    told = question.success or tuple(question.answers())
    return (told, route, question.blank > 0)
