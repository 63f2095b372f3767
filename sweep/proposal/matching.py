"""Matching: which column of the survey is which variable of the population, and how."""

from collections.abc import Mapping, Sequence

from sweep.proposal.bands import bands_of, cut_of
from sweep.proposal.levels import LevelMatch, match_levels
from sweep.proposal.naming import Cutting, Fit, Predictor, free_name, named
from sweep.proposal.population import PeopleTable, Variable, totals_among
from sweep.proposal.roles import Role
from sweep.proposal.success import is_answer
from sweep.proposal.survey import Column, SurveyFile
from sweep.proposal.words import background_kind
from sweep.words.columns import TAKEN
from sweep.words.text import number_of

__all__ = ["Predictor", "predictors_alone", "predictors_in", "variables_in"]

LEAST_SHARE = 0.5  # of the levels that must be answers, where the names say nothing
CUT_SHARE = 0.95  # how well numbers fit bands: worse than the bands themselves
ADULTS = ([18, 30, 45, 60], ["18-29", "30-44", "45-59", "60+"])
YOUNGEST = "under 18"
MOST_LEVELS = 100
FEWEST = 3  # numbers that may be ages, where they are few
MOST_ALONE = 30  # levels of a predictor where no population is named
USUAL = ("sex", "age", "region", "education", "income", "ethnicity")


def variables_in(tables: Sequence[PeopleTable]) -> list[Variable]:
    """Return the variables of all tables, those of one name as one; totals are no levels."""
    found: dict[str, Variable] = {}
    for variable in (own for table in tables for own in table.variables):
        before = found.get(variable.name)
        out = totals_among(variable.levels)
        levels = {level: n for level, n in variable.levels.items() if level not in out}
        merged = {**(before.levels if before else {}), **levels}
        found[variable.name] = Variable(variable.name, merged, variable.number)
    return list(found.values())


def predictors_in(
    survey: SurveyFile, roles: Mapping[str, Role], variables: Sequence[Variable]
) -> list[Predictor]:
    """Return the variables that the survey has as well, the surest first taken, in their order."""
    fits = [
        (-fit.score, place, fit.column.place, variable, fit)
        for place, variable in enumerate(variables)
        for column in survey.columns.values()
        if (fit := fit_of(variable, column, roles[column.name])) is not None
    ]
    made: dict[str, Predictor] = {}
    taken: set[str] = set()
    for _, _, _, variable, fit in sorted(fits, key=lambda item: item[:3]):
        if variable.name not in made and fit.column.name not in taken:
            taken.add(fit.column.name)
            made[variable.name] = named(variable, fit, [*survey.columns], variables)
    return [made[variable.name] for variable in variables if variable.name in made]


def predictors_alone(survey: SurveyFile, roles: Mapping[str, Role]) -> list[Predictor]:
    """Return what probably predicts answers where no population is named: who respondents are."""
    made: dict[str, Predictor] = {}
    for name, column in survey.columns.items():
        kind, role = background_kind(name, column.label), roles[name]
        if kind not in USUAL or kind in made:
            continue
        levels = [text for text in column.counts if is_answer(text)]
        silent = tuple(text for text in column.counts if text not in levels)
        if kind == "age" and role is Role.NUMBER:
            band = free_name(name, [*survey.columns])
            numbers = Variable(name, {}, number=True)
            made[kind] = Predictor(band, column, numbers, cut=usual_bands(column), number=name)
        elif role is Role.ANSWERS and 2 <= len(levels) <= MOST_ALONE and name not in TAKEN:
            match = LevelMatch({}, {}, silent, (), 1.0)
            made[kind] = Predictor(name, column, Variable(name, {}), match)
    return list(made.values())


def fit_of(variable: Variable, column: Column, role: Role) -> Fit | None:
    """Return how well a column fits a variable, None if it does not."""
    if role not in {Role.ANSWERS, Role.NUMBER, Role.TEXT} or len(variable.levels) < 2:
        return None
    name = likeness_of_names(variable.name, column)
    if (cut := cut_between(variable, column, role, name)) is not None:
        return Fit(CUT_SHARE + name / 10, column, cut=cut)
    is_age = background_kind(variable.name, None) == "age"
    if len(variable.levels) > MOST_LEVELS or (variable.number and is_age):
        return None
    match = match_levels(list(variable.levels), column)
    bare = all(number_of(level) is not None for level in variable.levels)
    by_levels = match.share >= LEAST_SHARE and not bare
    by_name = name >= 2 and (match.share > 0 or role is Role.ANSWERS)
    return Fit(match.share + name / 10, column, match) if by_levels or by_name else None


def likeness_of_names(variable: str, column: Column) -> int:
    """Return how far names say that a column is a variable: 3 the same, 2 one kind, 0 nothing."""
    if variable.casefold() in {column.name.casefold(), (column.label or "").casefold()}:
        return 3
    kind = background_kind(variable, None)
    return 2 if kind is not None and kind == background_kind(column.name, column.label) else 0


def cut_between(variable: Variable, column: Column, role: Role, name: int) -> Cutting | None:
    """Return edges and labels if one side holds numbers and the other bands, or both numbers."""
    theirs = bands_of(list(variable.levels))
    numbers = len(column.numbers) >= FEWEST and len(column.numbers) == len(column.counts)
    if (role is Role.NUMBER or (numbers and not column.book.values)) and name:
        if theirs is not None:
            return cut_of(theirs)
        whole = all(number.is_integer() for number in column.numbers.values())
        is_age = background_kind(variable.name, None) == "age"
        return usual_bands(column) if variable.number and whole and is_age else None
    if variable.number and role is Role.ANSWERS and name:
        ours = bands_of(list(column.counts))
        return cut_of(ours) if ours is not None else None
    return None


def usual_bands(column: Column) -> Cutting:
    """Return bands for ages in years, with one for children if there are any in the survey."""
    edges, labels = ADULTS
    children = min(column.numbers.values()) < edges[0]
    return (edges, [YOUNGEST, *labels]) if children else (edges, labels)
