"""Config: the sweep's YAML file: its shape, how it is read, and how its mistakes are told."""

from sweep.config.derive import Apart, Cases, Cut, Lookup, LookupTable, Recode, Rule
from sweep.config.execution import Execution
from sweep.config.groups import Group
from sweep.config.json_schema import json_schema
from sweep.config.mapping import assignments, config_of
from sweep.config.outcomes import DONT_KNOW_VALUES, OutcomeRule
from sweep.config.population import Nuisance, Population, PopulationMargin, PopulationTable
from sweep.config.read import parse_config, read_config
from sweep.config.schema import MISSING_LIMIT, Sampler, Study, SweepConfig
from sweep.config.tables import AsWritten
from sweep.config.variables import (
    CovariateTable,
    Predictor,
    Priors,
    Survey,
)

__all__ = [
    "DONT_KNOW_VALUES",
    "MISSING_LIMIT",
    "Apart",
    "AsWritten",
    "Cases",
    "CovariateTable",
    "Cut",
    "Execution",
    "Group",
    "Lookup",
    "LookupTable",
    "Nuisance",
    "OutcomeRule",
    "Population",
    "PopulationMargin",
    "PopulationTable",
    "Predictor",
    "Priors",
    "Recode",
    "Rule",
    "Sampler",
    "Study",
    "Survey",
    "SweepConfig",
    "assignments",
    "config_of",
    "json_schema",
    "parse_config",
    "read_config",
]
