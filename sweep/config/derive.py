"""Derive: how a variable is made of a table's columns: cut, recoded, by cases or by lookup."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, Tag
from pydantic_core import InitErrorDetails

from sweep.config.section import Fields, Section, mistake_at, mistakes_of_repeats
from sweep.config.tables import AsWritten, mistakes_of_ways
from sweep.config.values import Condition, Level, Text
from sweep.expression import columns, parse

__all__ = ["Apart", "Case", "Cases", "Cut", "Derived", "Lookup", "Recode", "Rule"]


class Cut(Section):
    """A variable made by cutting a number into bands."""

    cut: Text = Field(description="The column to cut.")
    at: tuple[float, ...] = Field(
        min_length=1, description="Increasing edges; an edge belongs to the band above it."
    )
    labels: tuple[Level, ...] = Field(
        description="One label per edge (values below the first edge are missing, the last band is "
        "open), one more (the first band is open too), or one less (the last edge closes the last "
        "band). A whole number is read as text."
    )

    @classmethod
    def between(cls, data: Fields) -> Iterator[InitErrorDetails]:
        """Refuse edges that do not increase, and too few or too many labels."""
        edges, labels = data.get("at"), data.get("labels")
        numbers = isinstance(edges, tuple) and all(isinstance(e, int | float) for e in edges)
        if numbers and not all(low < high for low, high in pairwise(edges or ())):
            yield mistake_at(("at",), "the edges must increase")
        if isinstance(edges, tuple) and isinstance(labels, tuple):
            count = len(edges)
            if edges and len(labels) not in {count - 1, count, count + 1} - {0}:
                closed = f"{count - 1} (closed at both ends), " if count > 1 else ""
                need = f"{closed}{count} (below the first edge is missing) or {count + 1}"
                edged = f"{count} edge needs" if count == 1 else f"{count} edges need"
                yield mistake_at(("labels",), f"{edged} {need} labels, got {len(labels)}")
        yield from mistakes_of_repeats("labels", labels)


class Recode(Section):
    """A variable made by renaming values; values that are not named pass through."""

    recode: dict[Text, Level] = Field(
        min_length=1,
        description="From: to. Values are compared as text, so 1 and '1' are the same.",
    )
    column: Text | None = Field(
        default=None, description="The column to recode. Default: the derived variable's own name."
    )


class Case(Section):
    """One case: a condition, and the value of those for whom it is the first that holds."""

    when: Condition = Field(
        description="An expression over the table's columns and other derived variables. A "
        "comparison with a missing value does not hold."
    )
    then: Level = Field(description="The value. A whole number is read as text.")


class Cases(Section):
    """A variable made of several columns: the value of the first case that holds."""

    cases: tuple[Case, ...] = Field(min_length=1, description="The cases, tried in order.")
    otherwise: Level | None = Field(
        default=None,
        description="The value where certainly no case holds. Without it that is missing, and so "
        "is, in any case, a row of which a missing value leaves a case undecided. Both are told.",
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names that the conditions read, in letter order."""
        return tuple(sorted({n for case in self.cases for n in columns(parse(case.when))}))


class LookupTable(AsWritten):
    """A table that says which value stands for which: two of its columns."""

    key: Text = Field(description="The table's column with the values to look up.")
    value: Text = Field(description="The table's column with what each becomes.")

    @classmethod
    def between(cls, data: Fields) -> Iterator[InitErrorDetails]:
        """Refuse two columns of one name, and no table or several."""
        yield from super().between(data)
        yield from mistakes_of_ways(data)


class Lookup(Section):
    """A variable made by looking values up in a table; what the table lacks is missing, told."""

    model_config = ConfigDict(serialize_by_alias=True)

    column: Text | None = Field(
        default=None,
        alias="from",
        description="The column to look up. Default: the derived variable's own name.",
    )
    lookup: LookupTable = Field(description="The table, such as of regions by postal code.")


def _kind(data: Any) -> str | None:
    if isinstance(data, Cut | Recode | Cases | Lookup):
        return f"<{type(data).__name__.lower()}>"
    if not isinstance(data, dict):
        return None
    found = [key for key in ("cut", "recode", "cases", "lookup") if key in data]
    return f"<{found[0]}>" if len(found) == 1 else None


def _kind_or_apart(data: Any) -> str | None:
    if isinstance(data, Apart):
        return "<apart>"
    apart = isinstance(data, dict) and bool({"survey", "population"} & data.keys())
    kind = _kind(data)
    return kind if not apart else "<apart>" if kind is None else None


EXAMPLES = "{cut: age, at: [..], labels: [..]} or {recode: {from: to}}"

type Rule = Cut | Recode | Cases | Lookup
"""How one table makes a variable."""

TaggedRule = (
    Annotated[Cut, Tag("<cut>")]
    | Annotated[Recode, Tag("<recode>")]
    | Annotated[Cases, Tag("<cases>")]
    | Annotated[Lookup, Tag("<lookup>")]
)

OneRule = Annotated[
    TaggedRule,
    Discriminator(
        _kind,
        custom_error_type="mistake",
        custom_error_message="expected one of 'cut', 'recode', 'cases' or 'lookup': " + EXAMPLES,
    ),
]


class Apart(Section):
    """A variable that survey and population make in two ways, under one name."""

    survey: OneRule | None = Field(
        default=None, description="How the survey makes it. Default: its column of this name."
    )
    population: OneRule | None = Field(
        default=None, description="How the population makes it. Default: its column of this name."
    )


Derived = Annotated[
    TaggedRule | Annotated[Apart, Tag("<apart>")],
    Discriminator(
        _kind_or_apart,
        custom_error_type="mistake",
        custom_error_message="expected one of 'cut', 'recode', 'cases' or 'lookup', or 'survey' "
        "and 'population' with one of these each: " + EXAMPLES,
    ),
]
