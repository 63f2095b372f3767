"""Sound: random studies that say what their files hold, in many formats, languages and forms."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import pandas as pd

from sweep.data.codebook import Codebook, ColumnBook
from tests.matrix.words import LANGUAGES, Words
from tests.project import Project
from tests.support.survey_files import Survey, write

__all__ = ["Sound", "make_sound", "write_sound"]

RESPONDENTS = 160
FORMATS = (".csv", ".csv", ".csv", ".parquet", ".sav", ".dta", ".xlsx")
BANDS = ("18\u201334", "35\u201354", "55+")

type Columns = dict[str, list[str | None]]
type Rule = dict[str, Any]


@dataclass(frozen=True)
class Sound:
    """A study with its survey and census; ``suffix`` is the survey's format.

    ``zips`` is the table in which regions are looked up, if they are; ``missing`` has by column
    the codes that the file itself calls missing.
    """

    study: dict[str, Any]
    columns: Columns
    labels: dict[str, dict[str, str]]
    census: Columns
    suffix: str
    zips: Columns = field(default_factory=dict)
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)


def make_sound(rng: random.Random) -> Sound:
    """Return a random sound study of one to three questions."""
    words = LANGUAGES[rng.choice(sorted(LANGUAGES))]
    study, columns, census = people_of(words, rng)
    sound = Sound(study, columns, {}, census, rng.choice(FORMATS))
    ways = (rng.choice(REGIONS), with_filter, with_missing, with_nuisance, with_map, with_margins)
    for change in (*ways, with_exclusion, with_universe):
        if rng.random() < 0.2:
            sound = change(sound, words, rng)
    asked = rng.sample(QUESTIONS, rng.randint(1, 3))
    for number, ask in enumerate(asked):
        sound = ask(sound, words, rng, f"ask_{number}")
    if rng.random() < 0.3:
        sound.study["groups"].append({"some": f"region == {quoted(level_of(sound, rng))}"})
    return sound


def write_sound(sound: Sound, project: Project) -> dict[str, Any]:
    """Write the survey and the census of a study; return the study that reads them."""
    known = {
        name: ColumnBook("Asked", own, sound.missing.get(name, ()))
        for name, own in sound.labels.items()
    }
    book = Codebook(known)
    write(Survey(sound.columns, book), project.directory / f"survey{sound.suffix}")
    project.write("census.csv", pd.DataFrame(sound.census))
    project.write("zips.csv", pd.DataFrame(sound.zips))
    survey = {**sound.study["survey"], "source": f"survey{sound.suffix}"}
    return {**sound.study, "survey": survey}


def people_of(words: Words, rng: random.Random) -> tuple[dict[str, Any], Columns, Columns]:
    """Return a study without questions, its respondents and its census."""
    columns: Columns = {
        "sex": some(words.sexes, rng),
        "age": [str(rng.randint(18, 79)) for _ in range(RESPONDENTS)],
        "region": some(words.regions, rng),
        "complete": [rng.choice("YYYN") for _ in range(RESPONDENTS)],
        "w": [f"{rng.uniform(0.5, 2):.3f}" for _ in range(RESPONDENTS)],
    }
    cells = list(product(words.sexes, BANDS, words.regions))
    census: Columns = {n: [c[k] for c in cells] for k, n in enumerate(("sex", "band", "region"))}
    census["people"] = [str(rng.randint(1000, 9000)) for _ in cells]
    study: dict[str, Any] = {
        "survey": {"weight": "w"},
        "population": {"source": "census.csv", "size": "people"},
        "derive": {"band": {"cut": "age", "at": [18, 35, 55], "labels": list(BANDS)}},
        "predictors": {"sex": {}, "band": {}, "region": {}},
        "outcomes": [],
        "groups": [[], ["region"]],
        "model": "stub",
    }
    return study, columns, census


def some(values: tuple[str, ...], rng: random.Random) -> list[str | None]:
    """Return an answer for everybody, each of them at least twice."""
    drawn = [*values, *values, *(rng.choice(values) for _ in range(RESPONDENTS - 2 * len(values)))]
    rng.shuffle(drawn)
    return list(drawn)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def level_of(sound: Sound, rng: random.Random) -> str:
    return rng.choice(sorted({str(v) for v in sound.census["region"]}))


def with_filter(sound: Sound, words: Words, rng: random.Random) -> Sound:
    sound.study["survey"]["filter"] = "complete == 'Y'"
    return sound


def with_recode(sound: Sound, words: Words, rng: random.Random) -> Sound:
    """Keep the survey's regions as letters that the study recodes."""
    letters = dict(zip(words.regions, "ABCD", strict=True))
    sound.columns["area"] = [letters[str(v)] for v in sound.columns.pop("region")]
    recode = {letter: region for region, letter in letters.items()}
    sound.study["derive"]["region"] = {"column": "area", "recode": recode}
    return sound


def with_cases(sound: Sound, words: Words, rng: random.Random) -> Sound:
    """Make the survey's regions of two columns, by cases."""
    regions = [str(v) for v in sound.columns.pop("region")]
    sound.columns["coast"] = ["yes" if r == words.regions[0] else "no" for r in regions]
    sound.columns["area"] = [r if r in words.regions[1:3] else "elsewhere" for r in regions]
    cases = [{"when": "coast == 'yes'", "then": words.regions[0]}]
    cases += [{"when": f"area == {quoted(r)}", "then": r} for r in words.regions[1:3]]
    sound.study["derive"]["region"] = {"cases": cases, "otherwise": words.regions[3]}
    return sound


def with_lookup(sound: Sound, words: Words, rng: random.Random) -> Sound:
    """Look the survey's regions up by their postal codes."""
    codes = dict(zip(words.regions, ("01", "02", "10", "20"), strict=True))
    sound.columns["zip"] = [codes[str(v)] for v in sound.columns.pop("region")]
    table = {"source": "zips.csv", "key": "code", "value": "name"}
    sound.study["derive"]["region"] = {"from": "zip", "lookup": table}
    return replace(sound, zips={"code": list(codes.values()), "name": list(codes)})


REGIONS = (with_recode, with_cases, with_lookup)


def with_exclusion(sound: Sound, words: Words, rng: random.Random) -> Sound:
    """Leave out who answered for a test."""
    sound.columns["origin"] = some(("live", "live", "live", "pilot"), rng)
    sound.study["survey"]["exclude_respondents"] = {"pilots": "origin == 'pilot'"}
    return sound


def with_universe(sound: Sound, words: Words, rng: random.Random) -> Sound:
    """Keep who does not qualify, named by a screener."""
    sound.columns["buyer"] = some((*words.yes_no, words.yes_no[0]), rng)
    sound.study["survey"]["universe"] = f"buyer == {quoted(words.yes_no[0])}"
    return sound


def with_missing(sound: Sound, words: Words, rng: random.Random) -> Sound:
    """Let two respondents have a sex that the study calls missing."""
    for k in (5, 50):
        sound.columns["sex"][k] = "Divers"
    sound.study["survey"] |= {"missing_values": ["Divers"], "missing": "drop"}
    return sound


def with_nuisance(sound: Sound, words: Words, rng: random.Random) -> Sound:
    sound.columns["mode"] = some(("web", "phone"), rng)
    sound.study["predictors"]["mode"] = {}
    sound.study["nuisance"] = {"mode": {"at": "web"}}
    return sound


def with_map(sound: Sound, words: Words, rng: random.Random) -> Sound:
    """Let the census call the sexes otherwise."""
    names = dict(zip(words.sexes, ("F", "M"), strict=True))
    sound.census["sex"] = [names[str(v)] for v in sound.census["sex"]]
    given = {letter: sex for sex, letter in names.items()}
    sound.study["population"]["map"] = {"sex": given}
    return sound


def with_margins(sound: Sound, words: Words, rng: random.Random) -> Sound:
    """Know the population by margins, one written into the study."""
    if "map" in sound.study["population"]:
        return sound
    shares = dict.fromkeys(words.sexes, 0.5)
    table = {"source": "census.csv", "size": "people", "by": ["band", "region"]}
    margins = [table, {"by": ["sex"], "shares": shares}]
    sound.study["population"] = {"margins": margins, "seed": "survey"}
    return sound


def asked(sound: Sound, column: str, answers: list[str | None], rule: Rule) -> Sound:
    """Return a study with a question more."""
    sound.columns[column] = answers
    sound.study["outcomes"].append(rule)
    return sound


def in_words(sound: Sound, words: Words, rng: random.Random, name: str) -> Sound:
    """Ask a scale in words, of which one or two answers are a yes."""
    yes = list(words.scale[: rng.randint(1, 2)])
    rule: Rule = {"name": name, "success": yes}
    if rng.random() < 0.3:
        rule["failure"] = [w for w in words.scale if w not in yes]
    return asked(sound, name, some(words.scale, rng), rule)


def undecided(sound: Sound, words: Words, rng: random.Random, name: str) -> Sound:
    """Ask for yes or no, with don't know and not asked."""
    answers = some((*words.yes_no, *words.dont_know, words.not_asked), rng)
    how: Any = rng.choice(["in_base", "out_of_base"])
    if rng.random() < 0.4:
        how = dict(zip(words.dont_know, ("in_base", "out_of_base"), strict=True))
    rule = {"name": name, "success": [words.yes_no[0]], "dont_know": how}
    return asked(sound, name, answers, rule)


def in_codes(sound: Sound, words: Words, rng: random.Random, name: str) -> Sound:
    """Ask a scale of numbers, with codes for no answer."""
    rule: Rule = {"name": f"{name}_top", "column": name, "success": [4, 5]}
    codes = ["1", "2", "3", "4", "5"]
    if rng.random() < 0.5:
        codes += ["98", "99"]
        rule |= {"dont_know": "out_of_base", "dont_know_values": [98], "not_asked": [99]}
    return asked(sound, name, some(tuple(codes), rng), rule)


def labelled(sound: Sound, words: Words, rng: random.Random, name: str) -> Sound:
    """Ask in codes that the file has labels for, where a format holds them."""
    if sound.suffix not in {".sav", ".dta"}:
        return in_words(sound, words, rng, name)
    labels = {str(k): w for k, w in enumerate(words.scale, 1)}
    success: list[Any] = [1] if rng.random() < 0.5 else [words.scale[0]]
    if rng.random() < 0.5:
        labels["9"] = words.dont_know[0]
        sound = replace(sound, missing={**sound.missing, name: ("9",)})
    answers = some(tuple(labels), rng)
    sound = replace(sound, labels={**sound.labels, name: labels})
    return asked(sound, name, answers, {"name": name, "success": success})


def by_pattern(sound: Sound, words: Words, rng: random.Random, name: str) -> Sound:
    """Ask the same of three brands, by one rule."""
    for k in range(3):
        sound.columns[f"{name}_b{k}"] = some(words.yes_no, rng)
    rule: Rule = {"match": f"{name}_*", "success": [words.yes_no[0]]}
    if rng.random() < 0.3:
        rule["failure"] = [words.yes_no[1]]
    sound.study["outcomes"].append(rule)
    return sound


def routed(sound: Sound, words: Words, rng: random.Random, name: str) -> Sound:
    """Ask of those only who said yes before."""
    before = some(words.yes_no, rng)
    answers = [
        a if b == words.yes_no[0] else None
        for a, b in zip(some(words.scale, rng), before, strict=True)
    ]
    sound.columns[f"{name}_ever"] = before
    rule = {
        "name": name,
        "success": list(words.scale[:2]),
        "base": f"{name}_ever == {quoted(words.yes_no[0])}",
    }
    return asked(sound, name, answers, rule)


def in_cells(sound: Sound, words: Words, rng: random.Random, name: str) -> Sound:
    """Ask what people chose, several in a cell."""
    cells = [
        " | ".join(o for o in words.options if rng.random() < 0.5) or words.none
        for _ in range(RESPONDENTS)
    ]
    rule = {"name": name, "kind": "multiple", "separator": "|", "none": [words.none]}
    return asked(sound, name, list(cells), rule)


def in_items(sound: Sound, words: Words, rng: random.Random, name: str) -> Sound:
    """Ask what people chose, in a column per option."""
    for k in range(3):
        sound.columns[f"{name}_{k}"] = some(("1", "0"), rng)
    rule = {"match": f"{name}_*", "name": name, "kind": "multiple", "success": [1]}
    sound.study["outcomes"].append(rule)
    return sound


type Ask = Callable[[Sound, Words, random.Random, str], Sound]
QUESTIONS: tuple[Ask, ...] = (
    in_words,
    undecided,
    in_codes,
    labelled,
    by_pattern,
    routed,
    in_cells,
    in_items,
)
