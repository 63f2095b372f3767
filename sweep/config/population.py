"""Population: who is estimated for: a joint table, margins to rake a seed to, or the survey."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag
from pydantic_core import InitErrorDetails

from sweep.config.level_map import LevelMap
from sweep.config.section import Fields, Section, mistake_at, mistakes_of_repeats
from sweep.config.tables import WAYS, AsWritten, mistakes_of_ways
from sweep.config.values import Condition, Level, Positive, Text

__all__ = ["ROUNDING", "Nuisance", "Population", "PopulationMargin", "PopulationTable", "is_shares"]

ROUNDING = 0.005
"""By how much shares may differ from 1 (or 100 %) in sum, for printed ones are rounded."""

REQUIRED = "this key is required"
FILE_KEYS = ("size", "filter", "rename", "format", "values", "missing_values")

Share = Annotated[float, Field(ge=0)]


def is_shares(total: float) -> bool:
    """Return whether numbers with this sum are shares: it is 1 or 100, but for rounding."""
    return abs(total - 1) <= ROUNDING or abs(total / 100 - 1) <= ROUNDING


class PopulationTable(AsWritten):
    """A table of people with its sizes."""

    size: Text = Field(description="Column with the number of people in each row.")
    filter: Condition | None = Field(
        default=None, description="Which rows belong to the population: an expression."
    )

    @classmethod
    def between(cls, data: Fields) -> Iterator[InitErrorDetails]:
        """Refuse two columns of one name, and no table or several."""
        yield from super().between(data)
        yield from mistakes_of_ways(data)


class PopulationMargin(AsWritten):
    """People by some variables: a table of them, or shares written here."""

    by: tuple[Text, ...] = Field(
        min_length=1, description="The variables: one, or several whose joint table it is."
    )
    size: Text | None = Field(
        default=None,
        description="Its column of people or shares. Shares (of sum 1 or 100) are scaled to the "
        "number of people of the other margins.",
    )
    filter: Condition | None = Field(
        default=None, description="Which of its rows count: an expression."
    )
    shares: dict[Level, Share] | None = Field(
        default=None,
        min_length=1,
        description="Instead of a file: the share of each level of one variable; of sum 1 or 100.",
    )

    @classmethod
    def between(cls, data: Fields) -> Iterator[InitErrorDetails]:
        """Refuse what is neither a table nor shares, and shares that are none."""
        yield from super().between(data)
        yield from mistakes_of_repeats("by", data.get("by"))
        source, shares = named_in(data), data.get("shares")
        if source is None and shares is None:
            yield mistake_at((), "expected either source and size, or shares")
        elif source is not None and shares is not None:
            yield mistake_at(("shares",), "a margin is either a file or shares: remove one of them")
        elif source is not None:
            if data.get("size") is None:
                yield mistake_at(("size",), REQUIRED)
        else:
            yield from _keys_without(data, FILE_KEYS, "a margin of shares reads no file: remove it")
            yield from _mistakes_of_shares(data.get("by"), shares)


def named_in(data: Fields) -> object:
    """Return what names a table in a raw section, None if nothing does."""
    return next((data[key] for key in WAYS if data.get(key) is not None), None)


def _mistakes_of_shares(by: Any, shares: Any) -> Iterator[InitErrorDetails]:
    if isinstance(by, tuple) and len(by) > 1:
        yield mistake_at(("shares",), "shares are of one variable: give a joint table as a file")
    numbers = list(shares.values()) if isinstance(shares, dict) else []
    plain = all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers)
    if numbers and plain and not is_shares(sum(numbers)):
        message = f"the shares sum to {sum(numbers):.6g}: expected 1, or 100 per cent"
        yield mistake_at(("shares",), message)


def _keys_without(data: Fields, keys: tuple[str, ...], why: str) -> Iterator[InitErrorDetails]:
    for key in keys:
        if data.get(key) not in (None, (), {}):
            yield mistake_at((key,), why)


def _kind_of_seed(seed: Any) -> str | None:
    if seed in ("survey", "independence"):
        return "<word>"
    return "<table>" if isinstance(seed, dict | PopulationTable) else None


Seed = Annotated[
    Annotated[Literal["survey", "independence"], Tag("<word>")]
    | Annotated[PopulationTable, Tag("<table>")],
    Discriminator(
        _kind_of_seed,
        custom_error_type="mistake",
        custom_error_message="expected 'survey', 'independence', or a table such as "
        "{source: census.csv, size: n}",
    ),
]


class Population(AsWritten):
    """Who is estimated for: a table of cells, margins and a seed, or the survey's own cells."""

    size: Text | None = Field(
        default=None, description="Its column with the number of people in each cell."
    )
    filter: Condition | None = Field(
        default=None, description="Which of its cells belong to the population: an expression."
    )
    margins: tuple[PopulationMargin, ...] = Field(
        default=(),
        description="Instead of a table: what is known of the population by some of the "
        "variables. The seed is raked to them.",
    )
    seed: Seed | None = Field(
        default=None,
        description="With margins: where their joint distribution starts from: 'survey' (its "
        "weighted respondents), 'independence' (nothing but the margins), or a table such as an "
        "older census.",
    )
    total: Positive | None = Field(
        default=None,
        description="The number of people, needed where all margins are shares.",
    )
    structural_zeros: tuple[Condition, ...] = Field(
        default=(),
        description="Where the seed is no table: expressions for cells that nobody can be in. With "
        "the survey as seed all other cells without respondents share half a respondent.",
    )
    cells_of: Literal["survey"] | None = Field(
        default=None,
        description="'survey': the population is the survey's own weighted respondents.",
    )
    map: dict[Text, LevelMap] = Field(
        default_factory=dict,
        description="By variable: what the population's levels are called in the survey. Several "
        "may become one; one may be split by shares of sum 1: {'16-24': {'16-17': .22, "
        "'18-24': .78}}.",
    )

    @property
    def estimated(self) -> bool:
        """Return whether the cells are an estimate, made of margins or of the survey."""
        return self.table_name is None

    @classmethod
    def between(cls, data: Fields) -> Iterator[InitErrorDetails]:
        """Refuse none of the three ways to say who the population is, and more than one."""
        yield from super().between(data)
        ways = [k for k in (*WAYS, "margins", "cells_of") if data.get(k) not in (None, ())]
        if not ways:
            yield mistake_at(
                ("source",), f"{REQUIRED}: a table of cells (or margins, or cells_of: survey)"
            )
        for way in ways[1:]:
            message = f"the population is either {ways[0]} or {way}: remove one of them"
            yield mistake_at((way,), message)
        if ways[:1] and ways[0] in WAYS and data.get("size") is None:
            yield mistake_at(("size",), REQUIRED)
        if len(ways) == 1:
            yield from MISTAKES[ways[0]](data)


def _of_table(data: Fields) -> Iterator[InitErrorDetails]:
    why = "this is for margins, and there are none: remove it"
    yield from _keys_without(data, ("seed", "total", "structural_zeros"), why)


def _of_survey(data: Fields) -> Iterator[InitErrorDetails]:
    why = "this is not for cells_of: survey, which reads no table: remove it"
    keys = (*FILE_KEYS, "seed", "total", "structural_zeros", "map")
    yield from _keys_without(data, keys, why)


def _of_margins(data: Fields) -> Iterator[InitErrorDetails]:
    yield from _keys_without(data, FILE_KEYS, "each margin has its own: write it there")
    if data.get("seed") is None:
        message = (
            "margins need a seed: 'survey', 'independence', or a table such as "
            "{source: census.csv, size: n}"
        )
        yield mistake_at(("seed",), message)
    elif isinstance(data["seed"], dict | PopulationTable):
        why = "a table as seed says itself where nobody is: remove it"
        yield from _keys_without(data, ("structural_zeros",), why)
    margins = data.get("margins")
    inline = [_get(margin, "shares") for margin in margins] if isinstance(margins, tuple) else []
    if inline and all(inline) and data.get("total") is None:
        yield mistake_at(("total",), "all margins are shares: say how many people there are")
    if isinstance(margins, tuple):
        yield from _repeated_margins(margins)


def _repeated_margins(margins: tuple[Any, ...]) -> Iterator[InitErrorDetails]:
    seen: list[frozenset[str]] = []
    for index, margin in enumerate(margins):
        by = _get(margin, "by")
        names = frozenset(map(str, by)) if isinstance(by, tuple) else frozenset()
        if names and names in seen:
            message = f"there is already a margin of {' x '.join(map(str, by))}"
            yield mistake_at(("margins", index, "by"), message)
        seen.append(names)


def _get(section: object, key: str) -> Any:
    return section.get(key) if isinstance(section, dict) else getattr(section, key, None)


MISTAKES = {
    **dict.fromkeys(WAYS, _of_table),
    "cells_of": _of_survey,
    "margins": _of_margins,
}


class Nuisance(Section):
    """A predictor that the population lacks: of how an answer was taken, not of whom."""

    at: Level = Field(
        description="The level that everybody is estimated at, such as the mode 'web'."
    )
