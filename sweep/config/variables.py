"""Variables: the tables of a study, and what its predictors are."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from pydantic_core import InitErrorDetails

from sweep.config.section import Fields, Section, mistakes_of_repeats
from sweep.config.tables import AsWritten, mistakes_of_ways
from sweep.config.values import Condition, Level, Positive, Text

__all__ = [
    "CovariateTable",
    "Predictor",
    "Priors",
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
    id: Text | None = Field(
        default=None,
        description="Column that tells respondents apart. One without it, or two with the same, "
        "are refused.",
    )
    exclude_respondents: dict[Text, Condition] = Field(
        default_factory=dict,
        description="Who is left out, by a name for why: an expression, as "
        "{speeder: minutes < 3}. How many each leaves out is told. Where a missing value leaves it "
        "undecided, the respondent stays.",
    )

    @classmethod
    def between(cls, data: Fields) -> Iterator[InitErrorDetails]:
        """Refuse two columns of one name, and no table or several."""
        yield from super().between(data)
        yield from mistakes_of_ways(data)


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
