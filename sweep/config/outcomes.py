"""Outcomes: the rules that turn survey columns into binary outcomes."""

from collections.abc import Iterator
from itertools import combinations
from string import Formatter
from typing import Literal

from pydantic import ConfigDict, Field
from pydantic_core import InitErrorDetails

from sweep.config.multiple import mistakes_of_kind
from sweep.config.section import Fields, Section, mistake_at, show
from sweep.config.values import Answer, Condition, Decision, Pattern, Taken, Text
from sweep.words.text import text_of

__all__ = ["DONT_KNOW_VALUES", "OutcomeRule"]

DONT_KNOW_VALUES = ("Don't know", "Don’t know", "Not sure", "Refused", "Prefer not to say")
"""What stands for the words of all languages in the keys of counts that list no others."""


class OutcomeRule(Section):
    """Outcomes by pattern ('match': one per matching column), or one outcome by 'name'.

    Of kind 'multiple', a question with several answers per respondent: one outcome per option.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": ["match"]}, {"required": ["name"]}, {"required": ["set"]}],
            "if": {"not": {"required": ["kind"]}},
            "then": {"required": ["success"]},
        }
    )

    match: Pattern | None = Field(
        default=None,
        description="Columns to take: a glob such as 'aided_*', or 're:' and a pattern, which may "
        "take half a second of processor time.",
    )
    name: Text | None = Field(
        default=None,
        description="The outcome's name. With 'match', a template such as '{column}_top2' "
        "(fields: brand, metric, column); default: the column's name.",
    )
    column: Text | None = Field(
        default=None, description="The outcome's column. Default: its name. Not used with 'match'."
    )
    kind: Literal["binary", "multiple"] = Field(
        default="binary",
        description="'multiple' is a question with several answers per respondent, in one cell "
        "('separator'), in a column per option ('match') or in a response set of the file "
        "('set'); each option becomes an outcome '{name}_{option}'.",
    )
    separator: Text | None = Field(
        default=None,
        description="What parts the answers in one cell, such as '|'. Line breaks that part "
        "answers are read as '|', and '\\n' is that. Only of kind 'multiple'.",
    )
    set: Text | None = Field(
        default=None,
        description="The name of a multiple-response set of the file. Only of kind 'multiple'.",
    )
    none: tuple[Answer, ...] = Field(
        default=(),
        description="Options that exclude all others, such as 'None of these'; who chose one of "
        "them with others is told. Only of kind 'multiple'.",
    )
    all_blank: Literal["none", "not_asked"] | None = Field(
        default=None,
        description="Respondents with nothing at all in a question of kind 'multiple' chose none "
        "of its options ('none'), or were not asked ('not_asked'). Must be said where there are "
        "any.",
    )
    success: tuple[Answer, ...] | None = Field(
        default=None,
        min_length=1,
        description="The answers that count as yes, by text, label or code; each must occur. "
        "Required, except of kind 'multiple'.",
    )
    dont_know: Decision | None = Field(
        default=None,
        description="Don't-know answers (don't know, refused, keine Angabe, ...) count as no "
        "('in_base') or not at all ('out_of_base'); or a mapping from each such answer to one of "
        "these. Must be said where one occurs.",
    )
    dont_know_values: tuple[Answer, ...] | None = Field(
        default=None,
        description="Further answers that mean don't know, such as 98; the usual words of many "
        "languages need not be listed.",
    )
    not_asked: tuple[Answer, ...] = Field(
        default=(),
        description="Further answers of people to whom the question was not put: they never "
        "count. 'Not asked', 'n/a' and the like need not be listed.",
    )
    failure: tuple[Answer, ...] | None = Field(
        default=None,
        description="The answers that count as no. When given, any other answer is an error; "
        "default: every answer that is neither yes, don't know nor not asked.",
    )
    base: Condition | None = Field(
        default=None, description="Who was asked: an expression. Default: everybody with an answer."
    )
    label: Text | None = Field(
        default=None,
        description="What the report calls the outcome; may use {brand}, {metric}, {column}, "
        "{name}. Default: its name.",
    )
    brand: Taken | None = Field(
        default=None,
        description="The brand; after 're:', the pattern's first group in the column's name.",
    )
    metric: Taken | None = Field(
        default=None,
        description="The metric; after 're:', the pattern's first group in the column's name.",
    )
    tags: tuple[Text, ...] = Field(default=(), description="Words to select outcomes by.")

    @classmethod
    def between(cls, data: Fields) -> Iterator[InitErrorDetails]:
        """Refuse a rule of no kind, templates it cannot fill, and answers with two meanings."""
        yield from _kind(data)
        yield from mistakes_of_kind(data)
        yield from _templates(data)
        yield from _answers(data)


def _kind(rule: Fields) -> Iterator[InitErrorDetails]:
    match, name = rule.get("match"), rule.get("name")
    if match is None and name is None and rule.get("set") is None:
        yield mistake_at((), "a rule needs either 'match' (many columns) or 'name' (one outcome)")
    if match is not None and rule.get("column") is not None:
        yield mistake_at(
            ("column",), "a rule with 'match' takes its columns from the match: remove this"
        )
    plain = match is None and rule.get("kind") != "multiple"
    if plain and isinstance(name, str) and ("{" in name or "}" in name):
        yield mistake_at(("name",), "a name can only be a template in a rule with 'match'")


def _templates(rule: Fields) -> Iterator[InitErrorDetails]:
    """Check that templates use only fields this rule can fill."""
    given = ["column", *(key for key in ("brand", "metric") if rule.get(key) is not None)]
    multiple = rule.get("kind") == "multiple"
    given += ["option"] if multiple else []
    allowed = {"label": [*given, "name"]}
    if rule.get("match") is not None or multiple:
        allowed["name"] = given
    for key, fields in allowed.items():
        text = rule.get(key)
        wrong = _template(text, fields) if isinstance(text, str) else None
        if wrong:
            yield mistake_at((key,), wrong)


def _template(text: str, allowed: list[str]) -> str | None:
    fields = ", ".join(f"{{{field}}}" for field in allowed)
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        return f"not a template: {error}; it may use {fields}"
    for _, field, spec, conversion in parts:
        if field is not None and (field not in allowed or spec or conversion):
            written = (
                field + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
            )
            return f"unknown field {{{written}}}; this rule can fill {fields}"
    return None


def _answers(rule: Fields) -> Iterator[InitErrorDetails]:
    """Check that no answer has two meanings; labels and codes only the data can tell."""
    lists = ("success", "failure", "dont_know_values", "not_asked")
    for first, second in combinations(lists, 2):
        taken = {identity for _, _, identity in _scalars(rule.get(second))}
        for index, answer, identity in _scalars(rule.get(first)):
            if identity in taken:
                yield mistake_at((first, index), f"{show(answer)} is also in {second}")


def _scalars(answers: object) -> Iterator[tuple[int, object, str | None]]:
    """Yield index, answer and the text that it is: 1, 1.0 and "1" are one, true and 1 are not."""
    for index, answer in enumerate(answers if isinstance(answers, tuple) else ()):
        if isinstance(answer, str | int | float):
            yield index, answer, text_of(answer)
