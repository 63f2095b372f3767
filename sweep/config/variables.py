"""Variables: the tables a study reads and the variables it makes of them."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag
from pydantic_core import InitErrorDetails

from sweep.config.section import Fields, Section, mistake_at, mistakes_of_repeats
from sweep.config.tables import AsWritten, mistakes_of_ways
from sweep.config.values import Condition, Level, Positive, Text

__all__ = [
    "CovariateTable",
    "Cut",
    "Derived",
    "Predictor",
    "Priors",
    "Recode",
    "Survey",
]


class Survey(AsWritten):
    """The table of respondents."""

    filter: Condition | None = Field(
        default=None,
        description="Who counts: an expression. Other respondents are dropped, and counted.",
    )
    weight: Text | None = Field(
        default=None,
        description="Column of survey weights. Weighted means are reported beside the estimates; "
        "weights are not modelled.",
    )
    missing: Literal["error", "drop"] = Field(
        default="error",
        description="Respondents with a missing predictor: 'error' refuses more than 2 % of them, "
        "'drop' drops any number. They are counted either way.",
    )
    universe: Condition | None = Field(
        default=None,
        description="Who qualifies: an expression. Screen-outs stay in the file; how common "
        "qualifying is gets estimated from all, as the outcome `universe`, and all other estimates "
        "are of those who qualify.",
    )

    @classmethod
    def between(cls, data: Fields) -> Iterator[InitErrorDetails]:
        """Refuse two columns of one name, and no table or several."""
        yield from super().between(data)
        yield from mistakes_of_ways(data)


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


def _kind(data: Any) -> str | None:
    if isinstance(data, Cut | Recode):
        return f"<{type(data).__name__.lower()}>"
    found = [key for key in ("cut", "recode") if isinstance(data, dict) and key in data]
    return f"<{found[0]}>" if len(found) == 1 else None


Derived = Annotated[
    Annotated[Cut, Tag("<cut>")] | Annotated[Recode, Tag("<recode>")],
    Discriminator(
        _kind,
        custom_error_type="mistake",
        custom_error_message="expected either 'cut' or 'recode': "
        "{cut: age, at: [..], labels: [..]} or {recode: {from: to}}",
    ),
]


class Predictor(Section):
    """A categorical variable that predicts the answers and is known for the population."""

    column: Text | None = Field(
        default=None, description="The column, or derived variable. Default: the predictor's name."
    )
    levels: tuple[Level, ...] | None = Field(
        default=None,
        min_length=1,
        description="The levels in order. Default: the population's, sorted. "
        "A whole number is read as text.",
    )

    @classmethod
    def between(cls, data: Fields) -> Iterator[InitErrorDetails]:
        """Refuse levels listed twice."""
        return mistakes_of_repeats("levels", data.get("levels"))


class CovariateTable(AsWritten):
    """Numbers that describe the levels of one predictor, joined from a table."""

    key: Text = Field(description="The file's column that names the predictor's levels.")
    columns: tuple[Text, ...] = Field(
        min_length=1, description="The file's numeric columns to use; they are standardised."
    )

    @classmethod
    def between(cls, data: Fields) -> Iterator[InitErrorDetails]:
        """Refuse columns listed twice, two of one name, and no table or several."""
        yield from super().between(data)
        yield from mistakes_of_ways(data)
        yield from mistakes_of_repeats("columns", data.get("columns"))


class Priors(Section):
    """Prior standard deviations, on the logit scale."""

    intercept: Positive = Field(default=3.0, description="Of the intercept.")
    contrast: Positive = Field(
        default=1.0, description="Of the difference of a two-level predictor."
    )
    scale: Positive = Field(
        default=0.5, description="Half-normal, of the standard deviation of one level's effect."
    )
    interaction_scale: Positive = Field(
        default=0.25, description="The same, of an interaction's effect."
    )
    covariate: Positive = Field(
        default=0.5,
        description="Of a covariate's coefficient, per standard deviation of the covariate.",
    )
    scales: dict[Text, Positive] = Field(
        default_factory=dict,
        description="Overrides by term: a predictor of three levels or more, or an interaction "
        "written 'a:b', either way round.",
    )
