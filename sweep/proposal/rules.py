"""Rules: the outcomes of a proposed config, questions of one kind under one pattern."""

import re
from collections.abc import Callable, Iterator, Sequence
from glob import escape

from sweep.data.answers.several import parts_of
from sweep.data.answers.words import is_dont_know, is_not_asked
from sweep.proposal.grouping import Group, groups_of
from sweep.proposal.lines import decide, indented, item, key, wrapped
from sweep.proposal.names import pattern_of
from sweep.proposal.question import Question
from sweep.proposal.scalars import answers, comment, counted, text, texts
from sweep.proposal.unclear import unclear, unclear_lines
from sweep.words.numbers import count_of

__all__ = ["outcome_lines"]

MOST_LABELS = 40  # of the questions of one rule, told one by one


def outcome_lines(questions: Sequence[Question], names: Sequence[str]) -> list[str]:
    """Return the section of outcomes: rules, and as comments those of which nothing is plain.

    ``names`` are all columns of the survey, under the study's names.
    """
    plain = [question for question in questions if question.is_plain]
    others = [question for question in questions if not question.is_plain]
    rules = [rule_lines(group, names) for group in groups_of(plain, names)]
    if not rules:
        head = [decide("outcomes", "no question has answers that are plainly a yes: say which are")]
    else:
        head = ["outcomes: # one model each", *(line for rule in rules for line in rule)]
    open_ = [unclear(group, name_lines(group, names)) for group in groups_of(others, names)]
    return [*head, *unclear_lines(open_)]


def rule_lines(group: Group, names: Sequence[str]) -> list[str]:
    """Return one rule, with what it is about before it."""
    first = group[0]
    keys = [*name_lines(group, names), *FORMS[first.form](group)]
    keys += [*dont_know_lines(group), *base_lines(group)]
    return ["", *indented(item([*about(group), *keys]), 1)]


def about(group: Group) -> list[str]:
    """Return the comments before a rule: its questions, and what each answer counts as."""
    first = group[0]
    if len(group) == 1 and first.form == "binary":
        return coding_comment(group)
    columns = [c for q in group for c in q.columns]
    many = count_of(len(columns), "column") if len(group) == 1 else count_of(len(group), "question")
    what = many if len(group) == 1 else f"{many} alike"
    label = f": {comment(first.label)}" if first.label and len(group) == 1 else ""
    head = f"# {what if len(columns) > 1 else first.name}{label}"
    labels = [f"#   {c.name}: {comment(c.label)}" for c in columns if c.label and len(columns) > 1]
    more = len(labels) - MOST_LABELS
    shown = labels[:MOST_LABELS] + ([f"#   and {more} more"] if more > 0 else [])
    coded = first.form == "binary" or len(columns) == 1 or first.success
    return [head, *shown, *(coding_comment(group) if coded else [])]


def coding_comment(group: Group) -> list[str]:
    """Return what the answers to some questions count as, in words."""
    found: dict[str, int] = {}
    gone: dict[str, int] = {}
    for question in group:
        for word, n in question.answers().items():
            found[word] = found.get(word, 0) + n
        for column in question.columns:
            for word, n in column.gone.items():
                gone[word] = gone.get(word, 0) + n
    success = group[0].success
    rest = {w: n for w, n in found.items() if not is_dont_know(w) and not is_not_asked(w)}
    parts = {
        "yes": {w: n for w, n in found.items() if w in success},
        "no": {w: n for w, n in rest.items() if w not in success},
        "not asked": {w: n for w, n in found.items() if is_not_asked(w)},
        "missing, as the file says": gone,
    }
    if not success:
        parts = {"answers": rest, **{k: v for k, v in parts.items() if k not in {"yes", "no"}}}
    said = [f"{name}: {counted(words)}" for name, words in parts.items() if words]
    return wrapped("; ".join(said)) if said else []


def name_lines(group: Group, names: Sequence[str]) -> list[str]:
    """Return what a rule takes, and what it is called."""
    first, columns = group[0], [c.name for q in group for c in q.columns]
    if first.form == "set":
        return [key("set", text(first.name)), "kind: multiple"]
    if first.form == "items":
        pattern = pattern_of(columns, names) or "re:" + "|".join(map(re.escape, columns))
        name = [] if len(columns) == 1 else [key("name", text(first.name))]
        return [key("match", text(pattern)), *name, "kind: multiple"]
    if len(group) > 1:
        return [key("match", text(str(pattern_of(columns, names))))]
    own = columns[0]
    if "{" in own or "}" in own:  # a name with braces would be a template
        return [key("match", text(escape(own)))]
    label = first.label.replace("{", "{{").replace("}", "}}") if first.label else ""
    labelled = [key("label", text(label))] if label and first.form == "binary" else []
    return [key("name", text(own)), *labelled]


def binary_lines(group: Group) -> list[str]:
    """Return what counts as yes."""
    return [key("success", answers(group[0].success))]


def several_lines(group: Group) -> list[str]:
    """Return what a question of several answers consists of, and what nothing in it means."""
    (question,) = group
    made = ["kind: multiple"] if question.form == "cells" else []
    made += [key("separator", text(question.separator))] if question.separator else []
    made += [key("success", answers(question.success))] if question.success else []
    made += [key("none", texts(question.none), "excludes the others")] if question.none else []
    if question.blank:
        people = count_of(question.blank, "respondent")
        made.append(
            decide(
                "all_blank",
                f"none (they chose nothing) or not_asked? {people} have nothing in this question",
            )
        )
    return made


FORMS: dict[str, Callable[[Group], list[str]]] = {
    "binary": binary_lines,
    "set": several_lines,
    "items": several_lines,
    "cells": several_lines,
}


def dont_know_lines(group: Group) -> list[str]:
    """Return that it is to be decided what becomes of don't-know answers, if there are any."""
    found: dict[str, int] = {}
    for question in group:
        for word, n in said_in(question):
            if is_dont_know(word):
                found[word] = found.get(word, 0) + n
    what = "in_base (they count as no) or out_of_base (they do not count)?"
    return [decide("dont_know", f"{what} {counted(found, 3)}")] if found else []


def said_in(question: Question) -> Iterator[tuple[str, int]]:
    """Yield the answers to a question with counts; of options with a column each, their labels."""
    yield from question.answers().items()
    if question.form in {"items", "set"}:
        yield from ((c.label, c.answered) for c in question.columns if c.label and c.answered)
    if question.form == "cells":
        for cell, n in question.answers().items():
            yield from ((part, n) for part in parts_of(cell, question.separator) if part != cell)


def base_lines(group: Group) -> list[str]:
    """Return to whom a question was put, or that it is to be decided."""
    first = group[0]
    if first.route is not None:
        column = first.route.column.name
        note = f"they have an answer, and nobody else has; as answered in {comment(column, 40)}"
        return [key("base", text(first.route.words), note)]
    blank = max(question.blank for question in group)
    if not blank or first.form != "binary":
        return []
    people = count_of(blank, "respondent")
    what = (
        f"who was asked, as \"q1 == 'Yes'\"? {people} have no answer. Without this line: those who"
    )
    return [decide("base", f"{what} have one")]
