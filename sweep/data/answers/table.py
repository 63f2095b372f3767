"""Table: what every answer counted as, as rows and as lines: one table per question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from sweep.data.answers.block import NOTHING, REST
from sweep.data.answers.meaning import CodedAnswer, Coding, Meaning
from sweep.data.answers.told import names_words
from sweep.keys import Json
from sweep.words.numbers import count_of
from sweep.words.values import clip

__all__ = [
    "ROWS",
    "AnswerRow",
    "CodedOutcome",
    "QuestionTable",
    "coding_json",
    "coding_lines",
    "is_withheld",
    "question_lines",
    "question_tables",
]

ROWS = 8  # of a question's table, unless all are asked for
WIDEST = 40  # characters of an answer in a table
NO_ANSWER, OUTSIDE = "(no answer)", "(outside the base)"
NOT_ASKED = str(Meaning.NOT_ASKED)
ORDER = (Meaning.YES, Meaning.DONT_KNOW, Meaning.NOT_ASKED, Meaning.MISSING, Meaning.NO)


@dataclass(frozen=True)
class CodedOutcome:
    """An outcome with the coding of its answers, its column, and the place of its rule."""

    outcome: str
    column: str
    rule: int
    coding: Coding


@dataclass(frozen=True)
class AnswerRow:
    """One answer to a question, how many gave it (None: withheld), and what it counts as."""

    answer: str
    count: int | None
    meaning: str


@dataclass(frozen=True)
class QuestionTable:
    """What the answers to one question count as, over all outcomes that a rule makes of it.

    ``key`` is the rule's place in the config.
    """

    key: str
    outcomes: tuple[str, ...]
    rows: tuple[AnswerRow, ...]

    def title(self) -> str:
        """Return which outcomes the table is about, in words."""
        several = len(self.outcomes) > 1
        count = f"{count_of(len(self.outcomes), 'outcome')}: " if several else ""
        return f"{count}{names_words(self.outcomes)}"


def coding_json(coded: Sequence[CodedOutcome], minimum_base: int) -> list[Json]:
    """Return every outcome's answers as JSON; counts are None where the base is withheld."""
    return [
        {
            "outcome": one.outcome,
            "column": one.column,
            "rule": one.rule,
            **{k: None if is_withheld(one.coding, minimum_base) else v for k, v in sums(one)},
            "answers": [
                {
                    **vars(answer),
                    "meaning": str(answer.meaning),
                    "count": None if is_withheld(one.coding, minimum_base) else answer.count,
                }
                for answer in one.coding.answers
            ],
        }
        for one in coded
    ]


def sums(one: CodedOutcome) -> Iterator[tuple[str, int]]:
    """Yield what an outcome's answers add up to."""
    yield "n", one.coding.n
    yield "missing", one.coding.missing
    yield "outside", one.coding.outside


def is_withheld(coding: Coding, minimum_base: int) -> bool:
    """Return whether fewer answers count than may be published; of nobody it may be said."""
    return 0 < coding.n < minimum_base


def coding_lines(
    coded: Sequence[CodedOutcome], minimum_base: int, rows: int | None = ROWS
) -> list[str]:
    """Return a table per question, each with its first ``rows`` answers."""
    lines: list[str] = []
    for table in question_tables(coded, minimum_base):
        lines += [f"question      {table.key}, {table.title()}", *table_lines(table, rows)]
    return lines


def question_tables(coded: Sequence[CodedOutcome], minimum_base: int) -> list[QuestionTable]:
    """Return a table per question, in the order of the config's rules."""
    tables = []
    for rule, group in groupby(sorted(coded, key=lambda one: one.rule), lambda one: one.rule):
        several = list(group)
        key = "study.survey.universe" if rule < 0 else f"study.outcomes.{rule}"
        codings = [one.coding for one in several]
        # One that is withheld would be had back from the sum of all: the others are published.
        hidden = any(is_withheld(coding, minimum_base) for coding in codings)
        rows = question_rows(question_of(codings), hidden)
        tables.append(QuestionTable(key, tuple(one.outcome for one in several), rows))
    return tables


def question_of(codings: Sequence[Coding]) -> Coding:
    """Return the coding of one question that was put about several things, or has options."""
    if len(codings) == 1:
        return codings[0]
    multiple = any(a.text in {REST, NOTHING} for coding in codings for a in coding.answers)
    found: dict[CodedAnswer, int] = {}
    for answer in (answer for coding in codings for answer in coding.answers):
        key = replace(answer, count=0)
        once = multiple and answer.meaning is not Meaning.YES  # the same people, option by option
        before = found.get(key, 0)
        found[key] = max(before, answer.count) if once else before + answer.count
    made = [replace(answer, count=n) for answer, n in found.items()]
    made = [answer for answer in made if answer.text != REST]
    made.sort(key=lambda answer: (-answer.count, answer.text))
    if multiple:
        return Coding(tuple(made), codings[0].missing, codings[0].outside)
    return Coding(tuple(made), sum(c.missing for c in codings), sum(c.outside for c in codings))


def question_lines(coding: Coding, minimum_base: int, rows: int | None = ROWS) -> list[str]:
    """Return the table of one question as lines: answer, count, meaning."""
    return table_lines(
        QuestionTable("", (), question_rows(coding, is_withheld(coding, minimum_base))), rows
    )


def question_rows(coding: Coding, hidden: bool) -> tuple[AnswerRow, ...]:
    """Return the rows of one question: yes first, no last, and then who gave no answer.

    Where the base is withheld the counts are ``hidden``.
    """
    answers = sorted(coding.answers, key=lambda answer: ORDER.index(answer.meaning))
    table = [(words_of(a), a.count, meaning_words(a)) for a in answers]
    rest = {NO_ANSWER: coding.missing, OUTSIDE: coding.outside}
    table += [(words, count, NOT_ASKED) for words, count in rest.items() if count]
    return tuple(AnswerRow(name, None if hidden else n, words) for name, n, words in table)


def table_lines(table: QuestionTable, rows: int | None) -> list[str]:
    """Return a question's table as lines, with its first ``rows`` answers."""
    answers = [row for row in table.rows if row.answer not in {NO_ANSWER, OUTSIDE}]
    shown = answers[:rows]
    last = [row for row in table.rows if row.answer in {NO_ANSWER, OUTSIDE}]
    written = [(clip(r.answer, WIDEST), r.count, r.meaning) for r in [*shown, *last]]
    width = max((len(name) for name, _, _ in written), default=0)
    lines = [
        f"              {name:<{width}}  {'withheld' if n is None else f'{n:>8,}'}  {words}"
        for name, n, words in written
    ]
    more = len(answers) - len(shown)
    lines += [f"              ... and {more:,} more answers (--outcome NAME shows all)"] * (
        more > 0
    )
    return lines


def words_of(answer: CodedAnswer) -> str:
    """Return an answer as a table shows it, with the label of a code."""
    return answer.text if answer.label is None else f"{answer.text} {answer.label}"


def meaning_words(answer: CodedAnswer) -> str:
    """Return in words what an answer counts as, and whether that was said."""
    if answer.meaning is Meaning.DONT_KNOW:
        return "don't know: counts as no" if answer.in_base else "don't know: does not count"
    default = "" if answer.said or answer.meaning is Meaning.YES else ", by default"
    return f"{answer.meaning}{default}"
