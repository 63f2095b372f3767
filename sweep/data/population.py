"""Population: who is estimated for, as a table of cells with sizes, from whatever says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sweep.config import Study
from sweep.config.section import KEY
from sweep.data.findings import Findings, KeyPath
from sweep.data.level_maps import mapped
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
from sweep.data.respondents import weights
from sweep.data.sizes import people_in
from sweep.data.variables import Table
from sweep.keys import Json
from sweep.words.names import did_you_mean
from sweep.words.numbers import count_of
from sweep.words.values import few

__all__ = ["PEOPLE", "Tables", "population_from"]

PEOPLE = "(people)"
"""The column of sizes of a population: no file's, and no variable's name."""

HERE = ("study", "population")


@dataclass(frozen=True)
class Tables:
    """The population's tables as they were read, filtered and derived: by key, ``margins.0``.

    The joint table's key is empty. ``sizes`` are the names of their columns of sizes, ``sources``
    those of their files.
    """

    read: Mapping[str, Table]
    sizes: Mapping[str, str]
    sources: Mapping[str, str]


def population_from(
    study: Study, further: Sequence[str], survey: Table, tables: Tables, findings: Findings
) -> tuple[Table, Json]:
    """Return the population's rows, with their sizes in `PEOPLE`, and where they come from.

    ``further`` are the variables that only groups use. There are no rows where mistakes were found
    that leave none.
    """
    spec = study.population
    known = {key: people_of(study, tables, key, findings) for key in tables.read}
    refuse_idle_maps(study, known, findings)
    if spec.source is not None:
        return known[""], {"from": "table"}
    own = [v for margin in spec.margins for v in margin.by]
    names = dict.fromkeys([*study.predictors, *further, *own])
    frame = Making(study, [v for v in names if v not in study.nuisance], survey, known, findings)
    made = None
    refuse_incomplete(frame)
    if not findings.mistakes:
        made = from_survey(frame) if spec.cells_of is not None else from_margins(frame)
    return (table_of(made[0]), made[1]) if made is not None else (table_of(NOBODY), {})


NOBODY = pd.DataFrame({PEOPLE: np.zeros(0)})


def table_of(rows: pd.DataFrame) -> Table:
    """Return rows that were made here as a table of which nothing was dropped."""
    return Table(rows, np.arange(len(rows), dtype=np.int64), len(rows), ())


def people_of(study: Study, tables: Tables, key: str, findings: Findings) -> Table:
    """Return a table's rows with people in them, mapped to the study's levels."""
    table, path = tables.read[key], (*HERE, *parts_of(key), "size")
    people = people_in(table.rows[tables.sizes[key]], tables.sources[key], path, findings)
    rows = table.rows.assign(**{PEOPLE: people})[people > 0]
    rows = mapped(rows, PEOPLE, study.population.map, (*HERE, "map"), findings)
    return replace(table, rows=rows)


def parts_of(key: str) -> KeyPath:
    """Return the path that a key such as ``margins.0`` is."""
    return tuple(int(part) if part.isdigit() else part for part in key.split(".") if part)


def refuse_idle_maps(study: Study, known: Mapping[str, Table], findings: Findings) -> None:
    """Refuse maps of variables that no table of the population has."""
    there = sorted({str(name) for t in known.values() for name in t.rows.columns} - {PEOPLE})
    for variable in study.population.map:
        if known and variable not in there:
            near = did_you_mean(variable, there)
            message = f"no table of the population has a variable {variable!r}.{near}"
            findings.mistake((*HERE, "map", variable, KEY), message)


@dataclass(frozen=True)
class Making:
    """A frame in the making: the variables it must have, and what it is made from."""

    study: Study
    variables: list[str]
    survey: Table
    known: Mapping[str, Table]
    findings: Findings

    @property
    def of_survey(self) -> bool:
        """Return whether the joint distribution is the survey's."""
        return self.study.population.seed in (None, "survey")

    @property
    def base(self) -> pd.DataFrame:
        """Return the rows that the joint distribution is taken from."""
        return (self.survey if self.of_survey else self.known["seed"]).rows

    def lacks_variables(self, key: str) -> bool:
        """Return whether the base lacks a variable; it is a mistake of a key then."""
        lacking = [name for name in self.variables if name not in self.base.columns]
        if lacking:
            whose = "the survey" if self.of_survey else "the seed"
            has = f"{whose} has neither a column nor a derivation for {few(lacking)}"
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
    if frame.lacks_variables("cells_of"):
        return None
    levels = {name: levels_of_column(frame.base[name]) for name in frame.variables}
    seed, _ = seed_of(frame, levels, "cells_of")
    words = "the population is the survey's own weighted respondents: an estimate"
    frame.findings.notice((*HERE, "cells_of"), words)
    return cell_rows(seed, PEOPLE), {"from": "survey"}


def from_margins(frame: Making) -> tuple[pd.DataFrame, Json] | None:
    """Return the seed raked to the margins."""
    spec, findings = frame.study.population, frame.findings
    margins = scaled(given_margins(frame), spec.total, HERE, findings)
    levels = levels_in(margins, HERE, findings)
    if frame.lacks_variables("seed") or findings.mistakes:
        return None
    whole = {v: levels.get(v) or levels_of_column(frame.base[v]) for v in frame.variables}
    check_zeros(spec.structural_zeros, whole, HERE, findings)
    refuse_strange_levels(frame, levels)
    tell_unknown_margins(frame, levels)
    if findings.mistakes or are_too_many_cells(whole, HERE, findings):
        return None
    seed, weight = seed_of(frame, whole, "seed")
    filling = Filling(weight, spec.structural_zeros) if frame.of_survey else None
    made = raked_rows(seed, margins, filling, PEOPLE, HERE, findings)
    facts: Json = {
        "from": "margins",
        "seed": "survey" if frame.of_survey else "table",
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


def seed_of(frame: Making, levels: Levels, key: str) -> tuple[Margin, float]:
    """Return the people of the base by all variables, and the weight of one respondent."""
    rows = frame.base
    known = rows[list(levels)].notna().all(axis=1).to_numpy()
    left = int((~known).sum())
    if left and frame.of_survey:
        words = f"{count_of(left, 'respondent')} without one of its variables are not in the frame"
        frame.findings.notice((*HERE, key), words)
    rows = rows[known]
    people = weights(rows, frame.study) if frame.of_survey else rows[PEOPLE].to_numpy(float)
    return Margin(levels, table_by(rows, levels, people)), float(people.mean())


def refuse_strange_levels(frame: Making, levels: Levels) -> None:
    """Refuse levels of the base that no margin has, for their people would be lost."""
    for name, own in levels.items():
        strange = [x for x in levels_of_column(frame.base[name]) if x not in own]
        if strange:
            whose = "the survey" if frame.of_survey else "the seed"
            near = did_you_mean(strange[0], own)
            words = f"{whose} has levels of {name!r} that the margins lack: {few(strange)}.{near}"
            how = f"The margins have {few(own)}: recode in derive, or map the population's levels"
            frame.findings.mistake((*HERE, "margins"), f"{words} {how}")


def tell_unknown_margins(frame: Making, levels: Levels) -> None:
    """Tell which variables' shares are the seed's, for no margin has them."""
    unknown = [name for name in frame.variables if name not in levels]
    if unknown:
        whose = "the survey" if frame.of_survey else "the seed"
        words = f"no margin has {few(unknown, str)}: shares come from {whose}, given the margins"
        frame.findings.notice((*HERE, "margins"), words)
