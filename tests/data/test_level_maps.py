"""The population's levels become the study's, whole or by shares, and nobody is lost."""

from collections.abc import Mapping

import pandas as pd
import pytest

from sweep.data.findings import Findings
from sweep.data.level_maps import Moves, mapped

ROWS = pd.DataFrame(
    {
        "age": ["16-24", "25-29", "16-24", "65-74", "75+"],
        "sex": ["F", "F", "M", "M", "M"],
        "n": [100.0, 60.0, 50.0, 40.0, 30.0],
    }
)
MOVES: dict[str, Moves] = {
    "age": {
        "16-24": {"16-17": 0.22, "18-24": 0.78},
        "25-29": {"18-29": 1.0},
        "65-74": {"65+": 1.0},
        "75+": {"65+": 1.0},
    }
}
PATH = ("study", "population", "map")


def moved(moves: Mapping[str, Moves]) -> tuple[pd.DataFrame, Findings]:
    findings = Findings()
    return mapped(ROWS, "n", moves, PATH, findings), findings


def test_several_levels_become_one_and_one_becomes_several_by_its_shares() -> None:
    rows, findings = moved(MOVES)
    people = rows.groupby(rows["age"].astype(str))["n"].sum().to_dict()
    assert {"16-17": 33.0, "18-24": 117.0, "18-29": 60.0, "65+": 70.0} == pytest.approx(people)
    assert [] == findings.mistakes


def test_a_split_level_is_split_alike_in_every_row() -> None:
    rows, _ = moved(MOVES)
    young = rows[rows["age"].astype(str) == "16-17"].set_index("sex")["n"]
    assert {"F": 22.0, "M": 11.0} == young.to_dict()


def test_what_becomes_of_how_many_is_told_in_one_line() -> None:
    _, findings = moved(MOVES)
    (notice,) = findings.notices
    assert (*PATH, "age") == notice.path
    assert (
        "age of the population, by number of people: 16-24 -> 16-17 (0.22: 33) + 18-24 "
        "(0.78: 117), 25-29 -> 18-29 (60), 65-74 -> 65+ (40), 75+ -> 65+ (30)"
    ) == notice.message


def test_a_level_that_is_left_out_is_refused_with_its_people() -> None:
    moves = {"age": {k: v for k, v in MOVES["age"].items() if k != "75+"}}
    rows, findings = moved(moves)
    (mistake,) = findings.mistakes
    assert (*PATH, "age") == mistake.path
    assert "1 level of the population left out of the map: '75+' (30 people)." in mistake.message
    assert rows is ROWS


def test_a_level_that_does_not_occur_is_refused_with_the_nearest() -> None:
    moves: dict[str, Moves] = {"age": {**MOVES["age"], "65-75": {"65+": 1.0}}}
    _, findings = moved(moves)
    (mistake,) = findings.mistakes
    assert (*PATH, "age", "65-75", "[key]") == mistake.path
    assert "'age' has no level '65-75'. Did you mean '65-74'?" in mistake.message


def test_a_variable_that_the_table_lacks_is_left_to_the_other_tables() -> None:
    rows, findings = moved({"region": {"N": {"North": 1.0}}})
    assert rows is ROWS
    assert [] == [*findings.mistakes, *findings.notices]
