"""Raw: a simulated survey as it comes from the field: an SPSS file, and a workbook of margins.

Codes with labels, codes that the file calls missing and one that it does not, blanks where a
question was not put, a multiple-response set, ages in years; of the population only what a
statistical office prints: people by sex, by age band, by region and by education. The young and
people without qualifications answer less often. What is true is written beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.client.files import write_whole
from sweep.simulate.raw_files import require_writer, sav_bytes, workbook_bytes

__all__ = ["RawSurvey", "raw_survey", "write_raw"]

SEXES = ("Male", "Female")
AGES = ("18-29", "30-44", "45-59", "60+")
EDGES = (18, 30, 45, 60, 86)
REGIONS = ("North", "East", "South", "West", "Mid-West", "Capital")
SCHOOLING = ("No qualification", "School", "Vocational", "Degree", "Postgraduate degree")
CENSUS_REGIONS = ("North", "East", "South", "West", "Mid West", "Capital")
"""The census writes one of them in its own way, and knows no postgraduates."""

CENSUS_SCHOOLING = ("No qualification", "School", "Vocational", "Degree")
PEOPLE = 4_200_000
SEED = 20_260_310
NO_ANSWER, DONT_KNOW = 99, 98

type Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Item:
    """A question's truth: the logit of a yes, and how it moves by sex, age, region, education."""

    intercept: float
    sex: float
    age: tuple[float, ...]
    region: tuple[float, ...]
    education: tuple[float, ...]


ITEMS: Mapping[str, Item] = {
    "q1": Item(
        0.4, 0.2, (0.7, 0.3, -0.2, -0.6), (0.3, 0, -0.2, 0, -0.4, 0.6), (-0.7, -0.2, 0, 0.5)
    ),
    "q2": Item(-0.6, 0.1, (0.4, 0.1, 0, -0.4), (0.1, 0, 0, -0.1, 0, 0.3), (-0.3, 0, 0.1, 0.3)),
    "q3": Item(0.5, 0, (-0.3, 0, 0.1, 0.2), (0.2, 0, -0.2, 0, 0, 0), (0.1, 0, 0, -0.2)),
    "q4": Item(-0.9, 0.3, (0.6, 0.3, -0.1, -0.7), (0.2, 0, 0, -0.2, 0, 0.4), (-0.5, -0.1, 0, 0.4)),
    "q5_1": Item(-0.4, 0, (-0.9, -0.2, 0.3, 0.8), (0, 0, 0, 0, 0, 0), (0.3, 0.1, 0, -0.3)),
    "q5_2": Item(-0.7, 0, (1.1, 0.4, -0.3, -1.2), (0, 0, 0, 0, 0, 0.4), (-0.4, 0, 0, 0.4)),
    "q5_3": Item(-1.6, 0, (0.2, 0, 0, -0.2), (-0.2, 0, 0, 0, -0.2, 0.9), (0, 0, 0, 0)),
}


@dataclass(frozen=True)
class RawSurvey:
    """Respondents as codes, NaN where nothing was said; margins by sheet; the truth."""

    respondents: pd.DataFrame
    margins: Mapping[str, pd.DataFrame]
    truth: pd.DataFrame


def write_raw(directory: Path) -> tuple[Path, ...]:
    """Write ``survey.sav``, ``margins.xlsx`` and ``truth.csv``; return their paths.

    The directory is made when it is absent; files of these names are replaced. The same versions
    of pyreadstat and xlsxwriter write the same bytes.

    Raises
    ------
    UsageError
        If xlsxwriter is not installed.
    """
    require_writer()
    made = raw_survey()
    directory.mkdir(parents=True, exist_ok=True)
    files = {
        "survey.sav": sav_bytes(made.respondents),
        "margins.xlsx": workbook_bytes(made.margins),
        "truth.csv": made.truth.to_csv(index=False, lineterminator="\n").encode(),
    }
    for name, data in files.items():
        write_whole(directory / name, data)
    return tuple(directory / name for name in files)


def raw_survey(respondents: int = 1_600, seed: int = SEED) -> RawSurvey:
    """Return a simulated survey with its population's margins and its truth."""
    rng = np.random.default_rng(seed)
    cells = population_cells()
    people = cells["people"].to_numpy()
    willing = (
        np.array([0.5, 0.9, 1.2, 1.3])[cells["age"]]
        * np.array([0.5, 0.9, 1, 1.4])[cells["education"]]
    )
    drawn = rng.choice(len(cells), respondents, p=people * willing / (people * willing).sum())
    chosen = cells.iloc[drawn].reset_index(drop=True)
    asked = {name: rng.random(respondents) < shares(item, chosen) for name, item in ITEMS.items()}
    rows = background(chosen, rng).assign(**answers(asked, rng))
    rows.insert(1, "wt", weights_of(chosen, cells))
    return RawSurvey(rows, margins_of(cells), truth_of(cells))


def population_cells() -> pd.DataFrame:
    """Return the population: people by codes of sex, age, region and education, all together.

    The old have less education, the capital more, and is younger.
    """
    index = pd.MultiIndex.from_product(
        [range(2), range(4), range(6), range(4)], names=["sex", "age", "region", "education"]
    )
    cells = index.to_frame(index=False)
    size = np.array([0.485, 0.515])[cells["sex"]] * np.array([0.19, 0.26, 0.26, 0.29])[cells["age"]]
    size *= np.array([0.2, 0.17, 0.22, 0.16, 0.08, 0.17])[cells["region"]]
    size *= np.array([0.18, 0.27, 0.31, 0.24])[cells["education"]]
    old, capital = cells["age"] - 1.5, (cells["region"] == 5).astype(float)
    learned = cells["education"] - 1.5
    size *= np.exp(-0.15 * old * learned + 0.25 * capital * learned - 0.2 * capital * old)
    return cells.assign(people=(PEOPLE * size / size.sum()).round())


def shares(item: Item, cells: pd.DataFrame) -> Numbers:
    """Return the share of yes (cell,) in the cells of a population."""
    logit = item.intercept + item.sex * (cells["sex"] - 0.5)
    for name in ("age", "region", "education"):
        logit = logit + np.array(getattr(item, name))[cells[name]]
    return 1 / (1 + np.exp(-logit.to_numpy(float)))


def background(chosen: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return who the respondents are, as the file codes it: ages in years, degrees apart."""
    count = len(chosen)
    low, high = np.array(EDGES)[chosen["age"]], np.array(EDGES)[chosen["age"] + 1]
    age = low + np.floor(rng.random(count) * (high - low))
    degree = chosen["education"] == 3
    return pd.DataFrame(
        {
            "respid": 100_001.0 + np.arange(count),
            "s1": chosen["sex"] + 1.0,
            "age": np.where(rng.random(count) < 0.008, 999.0, age),
            "region": chosen["region"] + 1.0,
            "educ": chosen["education"] + 1.0 + (degree & (rng.random(count) < 0.3)),
        }
    )


def answers(yes: Mapping[str, NDArray[np.bool_]], rng: np.random.Generator) -> dict[str, Numbers]:
    """Return the answers as codes, NaN where a question was not put or nothing was ticked."""
    count = len(yes["q1"])

    def spoilt(codes: Numbers, code: int, share: float) -> Numbers:
        return np.where(rng.random(count) < share, float(code), codes)

    q1 = spoilt(spoilt(np.where(yes["q1"], 1.0, 2.0), DONT_KNOW, 0.05), NO_ANSWER, 0.01)
    q2 = np.where(q1 == 1, spoilt(np.where(yes["q2"], 1.0, 2.0), NO_ANSWER, 0.01), np.nan)
    top, low = rng.integers(4, 6, count), rng.integers(1, 4, count)
    q3 = np.where(q2 == 1, np.where(yes["q3"], top, low).astype(float), np.nan)
    likely, unlikely = rng.integers(1, 3, count), rng.integers(3, 5, count)
    q4 = spoilt(np.where(yes["q4"], likely, unlikely).astype(float), DONT_KNOW, 0.07)
    shown = rng.random(count) < 0.8  # the question on advertising went to four in five
    ticks = {n: np.where(yes[n] & shown, 1.0, np.nan) for n in ("q5_1", "q5_2", "q5_3")}
    nothing = np.logical_and.reduce([np.isnan(t) for t in ticks.values()])
    ticks["q5_4"] = np.where(nothing & shown, 1.0, np.nan)
    q6 = np.clip(np.round(rng.normal(np.where(yes["q4"], 7.5, 5.0), 2)), 0, 10)
    q7 = 1.0 + rng.choice(4, count, p=[0.4, 0.3, 0.2, 0.1])
    return {"q1": q1, "q2": q2, "q3": q3, "q4": q4, **ticks, "q6": q6, "q7": q7}


def weights_of(chosen: pd.DataFrame, cells: pd.DataFrame) -> Numbers:
    """Return the survey's weights (respondent,): to sex and age, not to education."""
    by = ["sex", "age"]
    there = chosen.groupby(by).size() / len(chosen)
    wanted = cells.groupby(by)["people"].sum() / cells["people"].sum()
    ratio = (wanted / there).rename("weight")
    made: Numbers = chosen.join(ratio, on=by)["weight"].to_numpy(float).round(4)
    return made


def margins_of(cells: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the sheets of the census: people by one variable each, as it writes the levels."""
    words = {
        "sex": ("sex", SEXES),
        "age": ("age", AGES),
        "region": ("region", CENSUS_REGIONS),
        "education": ("education", CENSUS_SCHOOLING),
    }
    sums = {name: cells.groupby(name)["people"].sum() for name in words}
    return {
        name: pd.DataFrame({header: levels, "people": sums[name].to_numpy(np.int64)})
        for name, (header, levels) in words.items()
    }


def truth_of(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the share of yes in the population: everybody's, and by region."""
    rows = []
    for column, item in ITEMS.items():
        name = f"ads_{column}" if column.startswith("q5") else column  # as a config calls it
        count = shares(item, cells) * cells["people"]
        rows.append((name, "", count.sum() / cells["people"].sum()))
        by = count.groupby(cells["region"]).sum() / cells.groupby("region")["people"].sum()
        rows += [(name, CENSUS_REGIONS[code], share) for code, share in by.items()]
    table = pd.DataFrame(rows, columns=["outcome", "region", "share"])
    return table.assign(share=table["share"].round(6))
