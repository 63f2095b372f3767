"""Population cells: a frame where no table has it: margins raked to a seed, or the survey's own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.config import Study
from sweep.data.findings import Findings, Mistaken
from sweep.data.levels import Levels
from sweep.data.margin_tables import levels_in, margin_of, margin_of_shares, scaled, table_by
from sweep.data.margins import Margin
from sweep.data.raked_frame import (
    Filling,
    are_too_many_cells,
    cell_rows,
    check_zeros,
    raked_rows,
)
from sweep.data.rounded_margins import agreed
from sweep.data.rules import declared_orders
from sweep.data.seeds import cells_where
from sweep.data.variables import Table
from sweep.data.weights import weights
from sweep.expression import normalise, parse
from sweep.expression.order import by_levels
from sweep.keys import Json
from sweep.words.names import did_you_mean
from sweep.words.numbers import count_of
from sweep.words.values import few

__all__ = ["HERE", "NOBODY", "PEOPLE", "Making", "from_margins", "from_survey", "refuse_incomplete"]

PEOPLE = "(people)"
"""The column of sizes of a population: no file's, and no variable's name."""

HERE = ("study", "population")
NOBODY = pd.DataFrame({PEOPLE: np.zeros(0)})


@dataclass(frozen=True)
class Making:
    """A frame in the making: the variables it must have, and what it is made from."""

    study: Study
    variables: list[str]
    survey: Table
    known: Mapping[str, Table]
    findings: Findings

    @property
    def kind(self) -> str:
        """Return what the joint distribution starts from: survey, independence or table."""
        seed = self.study.population.seed
        return "survey" if seed is None else seed if isinstance(seed, str) else "table"

    @property
    def whose(self) -> str:
        """Return whose rows `base` are, for messages."""
        return "the survey" if self.kind == "survey" else "the seed"

    @property
    def base(self) -> pd.DataFrame:
        """Return the rows that the joint distribution is taken from; none of independence."""
        if self.kind == "independence":
            return NOBODY
        return (self.survey if self.kind == "survey" else self.known["seed"]).rows

    @property
    def zeros(self) -> tuple[str, ...]:
        """Return the conditions for cells that are empty; an order of levels as those levels."""
        orders = declared_orders(self.study)
        conditions = self.study.population.structural_zeros
        return tuple(normalise(by_levels(parse(text), orders)) for text in conditions)

    def lacks_variables(self, key: str, known: Collection[str]) -> bool:
        """Return whether a variable is not ``known``; it is a mistake of a key then."""
        lacking = [name for name in self.variables if name not in known]
        if lacking:
            has = f"{self.whose} has neither a column nor a derivation for {few(lacking)}"
            if self.kind == "independence":
                has = f"no margin has {few(lacking)}, and of independence nothing else is known"
            write = "give a seed with all variables of predictors, groups and margins"
            self.findings.mistake((*HERE, key), f"{has}: {write}")
        return bool(lacking)


def refuse_incomplete(frame: Making) -> None:
    """Refuse margins and a seed that lack a variable, or in which one is missing."""
    margins = enumerate(frame.study.population.margins)
    wanted = {f"margins.{k}": (m.by, ("margins", k, "by")) for k, m in margins}
    for key, table in frame.known.items():
        names, path = wanted.get(key, (frame.variables, ("seed",)))
        for place, name in enumerate(names):
            where = (*HERE, *path, place) if key in wanted else (*HERE, *path)
            if name not in table.rows.columns:
                if key in wanted:
                    message = f"its file has neither a column nor a derivation for {name!r}"
                    frame.findings.mistake(where, message)
            elif missing := int(table.rows[name].isna().sum()):
                message = f"{name!r} is missing in {count_of(missing, 'row')}"
                how = "every person has a level: complete it, or leave the rows out with a filter"
                frame.findings.mistake(where, f"{message}; {how}")


def from_survey(frame: Making) -> tuple[pd.DataFrame, Json] | None:
    """Return the survey's own weighted cells."""
    if frame.lacks_variables("cells_of", frame.base.columns):
        return None
    levels = {name: levels_of_column(frame.base[name]) for name in frame.variables}
    seed, _ = people_by(frame, levels, "cells_of")
    words = "the population is the survey's own weighted respondents: an estimate"
    frame.findings.notice((*HERE, "cells_of"), words)
    return cell_rows(seed, PEOPLE), {"from": "survey"}


def from_margins(frame: Making) -> tuple[pd.DataFrame, Json] | None:
    """Return the seed raked to the margins."""
    spec, findings = frame.study.population, frame.findings
    given = given_margins(frame)
    margins = scaled(given, spec.total, HERE, findings)
    levels = levels_in(margins, HERE, findings)
    known = levels if frame.kind == "independence" else frame.base.columns
    if frame.lacks_variables("seed", known) or findings.mistakes:
        return None
    whole = {v: levels.get(v) or levels_of_column(frame.base[v]) for v in frame.variables}
    check_zeros(spec.structural_zeros, whole, declared_orders(frame.study), HERE, findings)
    refuse_strange_levels(frame, levels)
    tell_unknown_margins(frame, levels)
    if findings.mistakes or are_too_many_cells(whole, HERE, findings):
        return None
    seed, filling = seed_of(frame, whole)
    margins = agreed(given, margins, HERE, findings)
    made = raked_rows(seed, margins, filling, PEOPLE, HERE, findings)
    facts: Json = {
        "from": "margins",
        "seed": frame.kind,
        "margins": [list(m.levels) for m in margins],
    }
    return None if made is None else (made[0], facts | made[1])


def given_margins(frame: Making) -> list[Margin]:
    """Return the margins as they were given."""
    return [
        margin_of_shares(m.by[0], m.shares)
        if m.shares is not None
        else margin_of(frame.known[f"margins.{k}"].rows, m.by, PEOPLE)
        for k, m in enumerate(frame.study.population.margins)
    ]


def levels_of_column(column: pd.Series) -> tuple[str, ...]:
    """Return the levels that occur in a column, in letter order."""
    return tuple(sorted(map(str, pd.unique(column.dropna()))))


def seed_of(frame: Making, levels: Levels) -> tuple[Margin, Filling | None]:
    """Return where raking starts from, and how the empty cells of a survey are filled."""
    zeros = frame.zeros
    if frame.kind == "independence":
        words = "the population's variables are taken to be independent, given the margins"
        frame.findings.notice((*HERE, "seed"), words)
        return Margin(levels, np.where(cells_where(levels, zeros), 0.0, 1.0)), None
    seed, people = people_by(frame, levels, "seed")
    if frame.kind != "survey":
        return seed, None
    effective = float((people**2).sum() / people.sum())
    return seed, Filling(float(people.mean()), effective, zeros)


def people_by(
    frame: Making, levels: Levels, key: str
) -> tuple[Margin, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Return the people of the base by all variables, and of each of its rows."""
    rows, of_survey = frame.base, frame.kind == "survey"
    known = rows[list(levels)].notna().all(axis=1).to_numpy()
    left = int((~known).sum())
    if left and of_survey:
        words = f"{count_of(left, 'respondent')} without one of its variables are not in the frame"
        frame.findings.notice((*HERE, key), words)
    rows = rows[known]
    people = survey_weights(rows, frame) if of_survey else rows[PEOPLE].to_numpy(float)
    return Margin(levels, table_by(rows, levels, people)), people


def survey_weights(rows: pd.DataFrame, frame: Making) -> NDArray[np.float64]:
    """Return the respondents' weights (row,).

    Raises
    ------
    Mistaken
        If some are none: there is no frame then.
    """
    with frame.findings.at("study", "survey", "weight"):
        return weights(rows, frame.study)
    raise Mistaken


def refuse_strange_levels(frame: Making, levels: Levels) -> None:
    """Refuse levels of the base that no margin has, for their people would be lost."""
    for name in [name for name in levels if name in frame.base.columns]:
        own = levels[name]
        strange = [x for x in levels_of_column(frame.base[name]) if x not in own]
        if strange:
            near = did_you_mean(strange[0], own)
            has = f"{frame.whose} has levels of {name!r} that the margins lack: {few(strange)}."
            how = f"The margins have {few(own)}: recode in derive, or map the population's levels"
            frame.findings.mistake((*HERE, "margins"), f"{has}{near} {how}")


def tell_unknown_margins(frame: Making, levels: Levels) -> None:
    """Tell which variables' shares are the seed's, for no margin has them."""
    unknown = [name for name in frame.variables if name not in levels]
    if unknown:
        words = f"no margin has {few(unknown, str)}: shares come from {frame.whose}"
        frame.findings.notice((*HERE, "margins"), f"{words}, given the margins")
