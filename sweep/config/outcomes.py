"""Outcomes: the rules that turn survey columns into binary outcomes."""

from collections.abc import Iterator
from string import Formatter
from typing import Literal

from pydantic import ConfigDict, Field
from pydantic_core import InitErrorDetails

from sweep.config.section import Fields, Section, mistake_at, show
from sweep.config.values import Answer, Condition, Pattern, Taken, Text

__all__ = ["DONT_KNOW_VALUES", "OutcomeRule"]

DONT_KNOW_VALUES = ("Don't know", "Don’t know", "Not sure", "Refused", "Prefer not to say")


class OutcomeRule(Section):
    """Outcomes by pattern ('match': one per matching column), or one outcome by 'name'."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["match"]}, {"required": ["name"]}]}
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
    success: tuple[Answer, ...] = Field(min_length=1, description="The answers that count as yes.")
    dont_know: Literal["in_base", "out_of_base"] = Field(
        default="in_base",
        description="Don't-know answers count as no ('in_base') or as not asked ('out_of_base').",
    )
    dont_know_values: tuple[Answer, ...] = Field(
        default=DONT_KNOW_VALUES, description="The answers that mean don't know."
    )
    failure: tuple[Answer, ...] | None = Field(
        default=None,
        description="The answers that count as no. When given, any other answer is an error; "
        "default: every answer that is neither yes nor don't know.",
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
        yield from _templates(data)
        yield from _answers(data)


def _kind(rule: Fields) -> Iterator[InitErrorDetails]:
    match, name = rule.get("match"), rule.get("name")
    if match is None and name is None:
        yield mistake_at((), "a rule needs either 'match' (many columns) or 'name' (one outcome)")
    if match is not None and rule.get("column") is not None:
        yield mistake_at(
            ("column",), "a rule with 'match' takes its columns from the match: remove this"
        )
    if match is None and isinstance(name, str) and ("{" in name or "}" in name):
        yield mistake_at(("name",), "a name can only be a template in a rule with 'match'")


def _templates(rule: Fields) -> Iterator[InitErrorDetails]:
    """Check that templates use only fields this rule can fill."""
    given = ["column", *(key for key in ("brand", "metric") if rule.get(key) is not None)]
    allowed = {"label": [*given, "name"]}
    if rule.get("match") is not None:
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
    """Check that no answer has two meanings."""
    for first, second in (
        ("success", "failure"),
        ("success", "dont_know_values"),
        ("failure", "dont_know_values"),
    ):
        default = DONT_KNOW_VALUES if second == "dont_know_values" else ()
        taken = {identity for _, _, identity in _scalars(rule.get(second, default))}
        for index, answer, identity in _scalars(rule.get(first)):
            if identity in taken:
                yield mistake_at((first, index), f"{show(answer)} is also in {second}")


def _scalars(answers: object) -> Iterator[tuple[int, object, object]]:
    """Yield index, answer and identity; true is not 1, though Python says it is."""
    for index, answer in enumerate(answers if isinstance(answers, tuple) else ()):
        if isinstance(answer, str | int | float):
            yield index, answer, (isinstance(answer, bool), answer)
