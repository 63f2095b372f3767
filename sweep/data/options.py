"""Options: a question with several answers per respondent becomes one outcome per option."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from sweep.config import OutcomeRule
from sweep.data.answers.block import Block
from sweep.data.answers.cells import cell_mistake, separator_as_read
from sweep.data.answers.likeness import nearest_answers, same_key
from sweep.data.answers.lists import listed_answers
from sweep.data.answers.meaning import Meaning
from sweep.data.answers.several import parts_of
from sweep.data.answers.told import answer_words
from sweep.data.answers.words import is_dont_know, is_none, is_not_asked
from sweep.data.codebook import Codebook, ColumnBook
from sweep.data.findings import KeyPath, MistakeAt
from sweep.data.outcome import Outcome
from sweep.words.text import number_of, text_of

__all__ = ["Texts", "is_no_option", "option_outcomes"]

type Texts = Callable[[str], Collection[str]]
"""Gives the different answers in a column."""

MOST_OPTIONS = 200
WILD = re.compile(r"[*?\[\]]+")


def option_outcomes(
    rule: OutcomeRule,
    number: int,
    questions: Sequence[Outcome],
    book: Codebook,
    texts: Texts | None,
) -> list[Outcome]:
    """Return the outcomes of a question with several answers.

    ``questions`` are the outcomes that the rule would make of its columns, were they binary.

    Raises
    ------
    MistakeAt
        If there are no options or too many, or an exclusive one is not among them.
    """
    place = ("study", "outcomes", number)
    if texts is None:
        msg = "the options of a question with several answers are in its answers"
        raise MistakeAt(place, msg)
    if rule.separator is not None:
        found = [o for q in questions for o in of_cells(rule, place, q, book, texts)]
    elif rule.set is not None and book.sets[rule.set].kind == "category":
        found = of_categories(rule, place, questions, book, texts)
    else:
        found = of_items(rule, place, questions, book, texts)
    if not found:
        msg = "the question has no options: its columns hold no answers"
        raise MistakeAt(place, msg)
    return found


def is_no_option(outcome: Outcome, book: ColumnBook) -> Callable[[str], bool]:
    """Return what says of a text whether it is a don't-know or not-asked answer."""
    apart = {Meaning.DONT_KNOW, Meaning.NOT_ASKED}
    listed = listed_answers(outcome, book)
    known = {same_key(item.text): item.meaning in apart for item in listed}

    def says(text: str) -> bool:
        spoken = [text, book.values.get(text, text)]
        for word in spoken:
            if same_key(word) in known:
                return known[same_key(word)]
        return any(is_dont_know(word) or is_not_asked(word) for word in spoken)

    return says


def of_cells(
    rule: OutcomeRule, place: KeyPath, question: Outcome, book: Codebook, texts: Texts
) -> list[Outcome]:
    """Return an outcome per option that occurs in the cells of a column."""
    of_column = book.of(question.column)
    apart = is_no_option(question, of_column)
    cells = [cell for cell in texts(question.column) if not apart(cell)]
    separator = separator_as_read(str(rule.separator), cells)
    fault = cell_mistake(question.column, separator, cells)
    if fault is not None:
        raise MistakeAt((*place, "separator"), fault)
    parts = {part for cell in cells for part in parts_of(cell, separator)}
    options = in_order(part for part in parts if not apart(part))
    labels = {o: of_column.values[o] for o in options if o in of_column.values}
    none = exclusive(rule, place, options, labels)
    check_number(place, question.column, options)
    made = []
    for option in options:
        block = Block(
            "cells",
            (question.column,),
            option,
            separator,
            none=none,
            all_blank=rule.all_blank,
        )
        label = of_column.values.get(option, option)
        made.append(of_option(rule, question, option, label, block, (option,)))
    return made


def of_categories(
    rule: OutcomeRule, place: KeyPath, questions: Sequence[Outcome], book: Codebook, texts: Texts
) -> list[Outcome]:
    """Return an outcome per option of a response set whose columns hold one option each."""
    first, columns = questions[0], tuple(q.column for q in questions)
    apart = is_no_option(first, book.of(first.column))
    there = {text for column in columns for text in texts(column)}
    options = in_order(text for text in there if not apart(text))
    check_number(place, str(rule.set), options)
    values = book.of(first.column).values
    labels = {o: values[o] for o in options if o in values}
    none = exclusive(rule, place, options, labels)
    return [
        of_option(
            rule,
            first,
            option,
            labels.get(option, option),
            Block("category", columns, option, none=none, all_blank=rule.all_blank),
            (option,),
        )
        for option in options
    ]


def of_items(
    rule: OutcomeRule, place: KeyPath, questions: Sequence[Outcome], book: Codebook, texts: Texts
) -> list[Outcome]:
    """Return an outcome per column of a question that has a column per option."""
    columns = tuple(q.column for q in questions)
    labels = {c: book.of(c).label or option_of(rule, c) for c in columns}
    chosen = tuple(choosing(rule, place, q, book, texts) for q in questions)
    apart = {c: label for c, label in labels.items() if is_dont_know(label)}
    none = exclusive(rule, place, columns, labels, said_by_items(rule, questions, chosen, texts))
    made = []
    for question, picks in zip(questions, chosen, strict=True):
        column = question.column
        if column in apart:
            continue
        block = Block(
            "items",
            columns,
            column,
            chosen=chosen,
            none=none,
            apart=apart,
            all_blank=rule.all_blank,
            listed=rule.success is not None,
        )
        option = option_of(rule, column)
        made.append(of_option(rule, question, option, labels[column], block, picks))
    return made


def said_by_items(
    rule: OutcomeRule,
    questions: Sequence[Outcome],
    chosen: Sequence[Sequence[str]],
    texts: Texts,
) -> dict[str, list[str]]:
    """Return what each column says of its option: in its name, or in the one answer it holds."""
    said = {}
    for question, picks in zip(questions, chosen, strict=True):
        there = {same_key(text) for text in texts(question.column)}
        held = [text for text in picks if same_key(text) in there]
        name = option_of(rule, question.column).replace("_", " ")
        said[question.column] = [name, *(held if len(held) == 1 else ())]
    return said


def choosing(
    rule: OutcomeRule, place: KeyPath, question: Outcome, book: Codebook, texts: Texts
) -> tuple[str, ...]:
    """Return the answers that choose the option of a column: said, or the only one there is.

    Raises
    ------
    MistakeAt
        If nothing is said and the column holds several.
    """
    if rule.success is not None:
        said = listed_answers(question, book.of(question.column))
        return tuple(item.text for item in said if item.meaning is Meaning.YES)
    counted = book.sets[rule.set].counted if rule.set is not None else None
    if counted is not None:
        return (book.of(question.column).values.get(counted, counted),)
    apart = is_no_option(question, book.of(question.column))
    there = in_order(text for text in texts(question.column) if not apart(text))
    if len(there) > 1:
        msg = (
            f"column {question.column!r} holds {answer_words(there)}: say which of them chooses "
            "the option"
        )
        raise MistakeAt((*place, "success"), msg)
    return tuple(there)


def of_option(
    rule: OutcomeRule,
    question: Outcome,
    option: str,
    label: str,
    block: Block,
    success: tuple[str, ...],
) -> Outcome:
    """Return the outcome of one option, with the rule's name and label filled in."""
    words = {"column": question.column, "option": option}
    words |= {"brand": question.brand or "", "metric": question.metric or ""}
    whole = rule.name or rule.set or ("{column}" if rule.separator else "")
    template = f"{whole}_{{option}}" if whole else "{column}"
    template = whole if rule.name is not None and "{" in whole else template
    name = template.format(**words)
    shown = label if label != option else None
    text = rule.label.format(**{**words, "option": label}, name=name) if rule.label else shown
    return replace(question, name=name, label=text, block=block, success=success)


def option_of(rule: OutcomeRule, column: str) -> str:
    """Return what sets a column apart from the question's others: what the glob leaves open."""
    glob = rule.match or ""
    if glob.startswith("re:") or glob == column or rule.set is not None:
        return column
    before, *_, after = WILD.split(glob) if WILD.search(glob) else (glob, "")
    return column[len(before) : len(column) - len(after)] or column


def exclusive(
    rule: OutcomeRule,
    place: KeyPath,
    options: Sequence[str],
    labels: Mapping[str, str],
    said: Mapping[str, Sequence[str]] | None = None,
) -> tuple[str, ...]:
    """Return the options that exclude all others, by their own names.

    ``said`` are other names by which an option may say that it is one, by option.

    Raises
    ------
    MistakeAt
        If one is not there, or an option says that it is one and the rule does not name it.
    """
    named = {same_key(option): option for option in options}
    named |= {label: option for option, label in labels.items()}
    found = []
    for index, answer in enumerate(rule.none):
        text = text_of(answer) or ""
        option = named.get(same_key(text))
        if option is None:
            near = nearest_answers(text, named)
            there = answer_words(near or options)
            msg = f"no option is {answer_words([text])}; there: {there}"
            raise MistakeAt((*place, "none", index), msg)
        found.append(option)
    for option in options:
        spoken = [option, labels.get(option, option), *(said or {}).get(option, ())]
        word = next(filter(is_none, spoken), None)
        if word is not None and option not in found:
            name = answer_words([option])
            shown = name if word == option else f"{name}, {answer_words([word])},"
            msg = f"the option {shown} says that no other is chosen: write none: [{name}]"
            raise MistakeAt((*place, "none"), msg)
    return tuple(found)


def in_order(options: Iterable[str]) -> list[str]:
    """Return options in the order of their numbers, and then of the alphabet."""
    return sorted(
        dict.fromkeys(options),
        key=lambda text: (number_of(text) is None, number_of(text) or 0.0, text),
    )


def check_number(place: KeyPath, column: str, options: Sequence[str]) -> None:
    """Refuse a column that holds too many options to be a question."""
    if len(options) > MOST_OPTIONS:
        msg = (
            f"{column!r} would make {len(options):,} outcomes, such as "
            f"{answer_words(options[:2])}; a question has at most {MOST_OPTIONS} options"
        )
        raise MistakeAt(place, msg)
