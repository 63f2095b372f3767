"""Background: what is known of respondents and people when a config is proposed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sweep.proposal.naming import Predictor
from sweep.proposal.population import PeopleTable
from sweep.proposal.survey import SurveyFile

__all__ = ["Background"]


@dataclass(frozen=True)
class Background:
    """What is known of respondents and people: the file, predictors, tables, weights, id."""

    survey: SurveyFile
    source: str
    predictors: Sequence[Predictor]
    tables: Sequence[PeopleTable]
    weights: Sequence[str]
    id: str | None

    @property
    def survey_rename(self) -> dict[str, str]:
        """Return the study's names for columns of the survey."""
        return {old: new for p in self.predictors for old, new in p.survey_rename.items()}

    @property
    def population_rename(self) -> dict[str, str]:
        """Return the study's names for variables of the population."""
        return {old: new for p in self.predictors for old, new in p.population_rename.items()}
