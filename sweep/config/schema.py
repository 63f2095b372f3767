"""Schema: the shape of a config: a study (science, hashed) and its execution (never hashed).

Every field's description is the documentation and the editor's hint; a default stands here and
nowhere else.
"""

from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
)
from pydantic_core import InitErrorDetails

from sweep.config.consistency import mistakes_across
from sweep.config.derive import Derived
from sweep.config.execution import Execution
from sweep.config.groups import Group, Groups
from sweep.config.nodes import Node, Origin, Place
from sweep.config.outcomes import OutcomeRule
from sweep.config.population import Nuisance, Population
from sweep.config.section import Fields, Section, refuse, show
from sweep.config.values import Pair, Text
from sweep.config.variables import CovariateTable, Predictor, Priors, Survey

__all__ = ["MISSING_LIMIT", "Sampler", "Study", "SweepConfig"]

MISSING_LIMIT = 0.02
"""The share of respondents with a missing predictor above which ``missing: error`` refuses."""


class Sampler(Section):
    """How each posterior is sampled."""

    draws: int = Field(
        default=500,
        ge=100,
        le=100_000,
        description="Draws per chain at the first checkpoint; sampling goes on to 2 and 4 times "
        "as many until target_ess is reached.",
    )
    tune: int = Field(
        default=200,
        ge=50,
        le=100_000,
        description="Tuning draws per chain of NUTS, thrown away: for model files, and where split "
        "HMC, which has nothing to tune, is objected to.",
    )
    chains: int = Field(default=4, ge=2, le=16, description="Independent chains per outcome.")
    target_ess: int = Field(
        default=1000,
        ge=50,
        le=1_000_000,
        description="Effective sample size that the margins are sampled to, over all chains.",
    )
    target_accept: float = Field(
        default=0.8,
        ge=0.5,
        le=0.999,
        description="Acceptance rate that NUTS adapts to; used where tune is.",
    )
    seed: int = Field(
        default=1,
        ge=0,
        lt=2**63,
        description="The study's seed; each outcome's seed derives from it and from its name.",
    )


class Study(Section):
    """The science: everything that can change a number."""

    survey: Survey = Field(description="The table of respondents.")
    population: Population = Field(description="Who is estimated for.")
    derive: dict[Text, Derived] = Field(
        default_factory=dict,
        description="New variables, made alike for survey and population: by cut, recode, cases "
        "or lookup; or differently, by survey and population. A file that lacks the column and has "
        "the variable itself is taken as it is.",
    )
    predictors: dict[Text, Predictor] = Field(
        min_length=1, description="The categorical variables that predict the answers."
    )
    labels: dict[Text, Text] = Field(
        default_factory=dict,
        description="What the report shows in place of a variable's name, by predictor or variable "
        "of `groups`; without it the survey file's own label. Tables keep the names.",
    )
    nuisance: dict[Text, Nuisance] = Field(
        default_factory=dict,
        description="By predictor: those that the population lacks, such as the mode of an "
        "interview. They are in the model, and everybody is estimated at the level given. What "
        "people think or use is no nuisance: no estimate follows for people at one of its levels.",
    )
    outcomes: tuple[OutcomeRule, ...] = Field(
        min_length=1, description="Rules for what is estimated, one model per outcome."
    )
    exclude: tuple[Text, ...] = Field(
        default=(), description="Globs of outcome names to leave out."
    )
    model: str = Field(
        default="mrp",
        pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$",
        description="The model file's name: 'mrp' is models/mrp.py.",
    )
    interactions: tuple[Pair, ...] = Field(
        default=(), description="Pairs of predictors whose combinations get effects of their own."
    )
    covariates: dict[Text, CovariateTable] = Field(
        default_factory=dict, description="By predictor: numbers that describe its levels."
    )
    priors: Priors = Field(default=Priors(), description="Prior standard deviations.")
    groups: Groups = Field(
        default=(Group(),),
        json_schema_extra={"default": [[]]},
        description="What to estimate each outcome for: lists of variables ([] is the total), "
        "or {name: expression}. Variables are predictors or columns of the population.",
    )
    interval: float = Field(
        default=0.9, gt=0, lt=1, description="Probability of the interval from lower to upper."
    )
    minimum_base: int = Field(
        default=10,
        ge=1,
        description="Below this many respondents a group's n, raw and weighted means are "
        "withheld, and so is an outcome's n.",
    )
    sampler: Sampler = Field(default=Sampler(), description="How each posterior is sampled.")

    @classmethod
    def between(cls, data: Fields) -> list[InitErrorDetails]:
        """Refuse what no field alone can tell: unknown predictors, reserved names, repeats."""
        return mistakes_across(data)

    @field_validator("priors")
    @classmethod
    def _spell_scales(cls, priors: Priors, info: ValidationInfo) -> Priors:
        """Call an interaction's scale as `interactions` calls the pair: models look it up so."""
        pairs = {frozenset(pair): ":".join(pair) for pair in info.data.get("interactions", ())}
        scales = {pairs.get(frozenset(t.split(":")), t): s for t, s in priors.scales.items()}
        return priors.model_copy(update={"scales": scales}) if scales != priors.scales else priors


def _version(value: object) -> object:
    if type(value) is not int or value != 1:  # true and 1.0 are equal to 1, and not meant
        refuse(f"this program reads version 1 of the format, got {show(value)}")
    return value


class SweepConfig(Section):
    """One sweep: a study and how to run it."""

    version: Annotated[Literal[1], BeforeValidator(_version)] = Field(
        description="The version of this format: 1."
    )
    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$",
        max_length=100,
        description="The sweep's name: letters, digits, spaces and . _ -",
    )
    study: Study = Field(description="The science: everything that can change a number.")
    execution: Execution = Field(
        default=Execution(), description="Where and how it runs; never enters a key."
    )
    _origin: Origin = PrivateAttr(default=Origin("config", Node(Place(1, 1, ""), {})))

    @property
    def origin(self) -> Origin:
        """Return where the config was read, for mistakes that only the data show."""
        return self._origin

    def read_from(self, origin: Origin) -> "SweepConfig":
        """Return the config, which now knows where it was read."""
        self._origin = origin
        return self
