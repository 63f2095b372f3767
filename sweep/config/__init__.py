"""Config: the sweep's YAML file: its shape, how it is read, and how its mistakes are told."""

from sweep.config.execution import Execution
from sweep.config.groups import Group
from sweep.config.json_schema import json_schema
from sweep.config.mapping import assignments, config_of
from sweep.config.outcomes import DONT_KNOW_VALUES, OutcomeRule
from sweep.config.population import Nuisance, Population, PopulationMargin, PopulationTable
from sweep.config.read import parse_config, read_config
from sweep.config.schema import MISSING_LIMIT, Sampler, Study, SweepConfig
from sweep.config.variables import (
    CovariateTable,
    Cut,
    Predictor,
    Priors,
    Recode,
    Survey,
)

__all__ = [
    "DONT_KNOW_VALUES",
    "MISSING_LIMIT",
    "CovariateTable",
    "Cut",
    "Execution",
    "Group",
    "Nuisance",
    "OutcomeRule",
    "Population",
    "PopulationMargin",
    "PopulationTable",
    "Predictor",
    "Priors",
    "Recode",
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
