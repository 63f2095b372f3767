"""Who the population is can be said in three ways, each whole, or refused at its key."""

import pytest

from sweep.config import Nuisance, Population, PopulationMargin, PopulationTable, parse_config
from sweep.errors import ConfigError

TEXT = """\
version: 1
name: small
study:
  survey: {{source: survey.csv}}
  population:
{population}
  predictors: {{sex: {{}}, age: {{}}, region: {{}}}}
  nuisance: {nuisance}
  outcomes:
    - {{name: aware, success: ["Yes"]}}
"""
MARGINS = """\
    margins:
      - {source: sex.csv, size: n, by: [sex]}
      - {by: [age], shares: {16-24: .25, 25+: .75}}
    seed: survey
"""
SEEDED = MARGINS.replace("seed: survey", "seed: {source: c.csv, size: n}")


def read(population: str, nuisance: str = "{}") -> Population:
    text = TEXT.format(population=population.rstrip("\n"), nuisance=nuisance)
    return parse_config(text.encode()).study.population


def mistakes(population: str, nuisance: str = "{}") -> list[tuple[int, int, str, str]]:
    with pytest.raises(ConfigError) as caught:
        read(population, nuisance)
    return [(m.line, m.column, m.path, m.message) for m in caught.value.mistakes]


def test_margins_and_a_seed_mean_what_they_say() -> None:
    spec = read(MARGINS)
    assert (
        PopulationMargin(by=("sex",), source="sex.csv", size="n"),
        PopulationMargin(by=("age",), shares={"16-24": 0.25, "25+": 0.75}),
    ) == spec.margins
    assert ("survey", None, None) == (spec.seed, spec.source, spec.cells_of)
    seed = read(MARGINS.replace("seed: survey", "seed: {source: census.csv, size: people}")).seed
    assert PopulationTable(source="census.csv", size="people") == seed


def test_a_map_is_written_out_as_shares() -> None:
    spec = read(
        "    source: p.csv\n    size: n\n"
        "    map: {age: {16-24: {16-17: .22, 18-24: .78}, 25-29: 18-29, 30: 30}}\n"
    )
    assert {
        "age": {"16-24": {"16-17": 0.22, "18-24": 0.78}, "25-29": {"18-29": 1.0}, "30": {"30": 1.0}}
    } == spec.map


def test_only_a_table_is_no_estimate() -> None:
    assert not read("    source: p.csv\n    size: n\n").estimated
    assert read(MARGINS).estimated
    assert read("    cells_of: survey\n").estimated


@pytest.mark.parametrize(
    ("population", "place", "path", "message"),
    [
        ("    filter: sex == 'F'\n", (6, 5), "source", "this key is required: a table of cells"),
        ("    source: p.csv\n", (6, 5), "size", "this key is required"),
        (
            "    source: p.csv\n    size: n\n    cells_of: survey\n",
            (8, 15),
            "cells_of",
            "the population is either source or cells_of: remove one of them",
        ),
        (
            f"    source: p.csv\n    size: n\n{MARGINS}",
            (9, 7),
            "margins",
            "the population is either source or margins: remove one of them",
        ),
        (
            "    source: p.csv\n    size: n\n    seed: survey\n",
            (8, 11),
            "seed",
            "this is for margins, and there are none: remove it",
        ),
        (
            "    cells_of: survey\n    size: n\n",
            (7, 11),
            "size",
            "this is not for cells_of: survey, which reads no table: remove it",
        ),
        ("    cells_of: census\n", (6, 15), "cells_of", "expected 'survey', got 'census'"),
        (
            MARGINS.replace("    seed: survey\n", ""),
            (6, 5),
            "seed",
            "margins need a seed: 'survey', 'independence', or a table such as {source: census.csv",
        ),
        (
            MARGINS.replace("seed: survey", "seed: surveys"),
            (9, 11),
            "seed",
            "expected 'survey', 'independence', or a table such as {source: census.csv, size: n}",
        ),
        (
            MARGINS.replace("seed: survey", "seed: {source: c.csv}"),
            (9, 11),
            "seed.size",
            "this key is required",
        ),
        (
            MARGINS.replace("seed: survey", "seed: {source: c.csv, sise: n, size: n}"),
            (9, 27),
            "seed.sise",
            "unknown key - did you mean 'size'? (allowed: source, query, dataset, format, "
            "values, missing_values, rename, size, filter)",
        ),
        (
            f"{MARGINS}    filter: sex == 'F'\n",
            (10, 13),
            "filter",
            "each margin has its own: write it there",
        ),
        (
            f"{SEEDED}    structural_zeros: [a == 1]\n",
            (10, 23),
            "structural_zeros",
            "a table as seed says itself where nobody is: remove it",
        ),
        (
            f"{MARGINS}    structural_zeros: ['age =']\n",
            (10, 24),
            "structural_zeros.0",
            "cannot read the expression",
        ),
        (
            MARGINS.replace("by: [sex]", "by: [age]"),
            (8, 14),
            "margins.1.by",
            "there is already a margin of age",
        ),
        (
            MARGINS.replace("{source: sex.csv, size: n, by: [sex]}", "{by: [sex]}"),
            (7, 9),
            "margins.0",
            "expected either source and size, or shares",
        ),
        (
            MARGINS.replace("size: n, ", ""),
            (7, 9),
            "margins.0.size",
            "this key is required",
        ),
        (
            MARGINS.replace("by: [age], ", "by: [age], source: age.csv, "),
            (8, 46),
            "margins.1.shares",
            "a margin is either a file or shares: remove one of them",
        ),
        (
            MARGINS.replace("by: [age], ", "by: [age], size: n, "),
            (8, 27),
            "margins.1.size",
            "a margin of shares reads no file: remove it",
        ),
        (
            MARGINS.replace("by: [age]", "by: [age, region]"),
            (8, 37),
            "margins.1.shares",
            "shares are of one variable: give a joint table as a file",
        ),
        (
            MARGINS.replace(".75", ".85"),
            (8, 29),
            "margins.1.shares",
            "the shares sum to 1.1: expected 1, or 100 per cent",
        ),
        (
            "    margins:\n      - {by: [age], shares: {16-24: 25, 25+: 75}}\n    seed: survey\n",
            (6, 5),
            "total",
            "all margins are shares: say how many people there are",
        ),
        (
            "    source: p.csv\n    size: n\n    map: {age: {16-24: {16-17: .2, 18-24: .7}}}\n",
            (8, 24),
            "map.age.16-24",
            "the shares of '16-24' sum to 0.9, not 1",
        ),
        (
            "    source: p.csv\n    size: n\n    map: {age: {16-24: {16-17: 1.2}}}\n",
            (8, 32),
            "map.age.16-24.16-17",
            "expected a share above 0 and at most 1, got 1.2",
        ),
        (
            "    source: p.csv\n    size: n\n    map: {age: {16-24: [16-17]}}\n",
            (8, 24),
            "map.age.16-24",
            "expected a level (text), or a mapping of levels to shares, got a list",
        ),
        (
            "    source: p.csv\n    size: n\n    map: {age: 3}\n",
            (8, 16),
            "map.age",
            "expected levels such as {'16-24': '18-29'}, got 3",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_key(
    population: str, place: tuple[int, int], path: str, message: str
) -> None:
    (found,) = mistakes(population)
    assert (*place, f"study.population.{path}") == found[:3]
    assert message in found[3]


def test_several_mistakes_are_told_at_once() -> None:
    text = MARGINS.replace(".75", ".85").replace("seed: survey", "seed: x").replace("size: n, ", "")
    assert [
        "study.population.margins.0.size",
        "study.population.margins.1.shares",
        "study.population.seed",
    ] == sorted(path for _, _, path, _ in mistakes(text))


@pytest.mark.parametrize("shares", ["{16-24: 24.9, 25+: 75.2}", "{16-24: .334, 25+: .663}"])
def test_printed_shares_may_be_rounded(shares: str) -> None:
    assert read(MARGINS.replace("{16-24: .25, 25+: .75}", shares)).margins[1].shares


@pytest.mark.parametrize(
    ("nuisance", "place", "path", "message"),
    [
        ("{mode: {at: web}}", (9, 14), "nuisance.mode", "no predictor 'mode'; there are sex"),
        ("{region: {}}", (9, 22), "nuisance.region.at", "this key is required"),
        ("{region: {at: 1.5}}", (9, 27), "nuisance.region.at", "expected a level (text), got 1.5"),
    ],
)
def test_a_nuisance_is_a_predictor_with_a_level(
    nuisance: str, place: tuple[int, int], path: str, message: str
) -> None:
    (found,) = mistakes("    source: p.csv\n    size: n\n", nuisance)
    assert f"study.{path}" == found[2]
    assert message in found[3]
    assert place == found[:2]


def test_a_nuisance_may_be_in_no_margin_and_no_map() -> None:
    found = mistakes(f"{MARGINS}    map: {{age: {{a: b}}}}\n", "{age: {at: 16-24}, sex: {at: F}}")
    assert [
        "study.population.map.age",
        "study.population.margins.0.by.0",
        "study.population.margins.1.by.0",
    ] == sorted(path for _, _, path, _ in found)


def test_the_level_of_a_nuisance_is_read_as_text() -> None:
    assert Nuisance(at="2024") == Nuisance.model_validate({"at": 2024})
