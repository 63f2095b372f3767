"""Tables of people: a joint table, margins by sheet, a list of margins."""

from pathlib import Path

import pytest

from sweep.errors import DataError
from sweep.proposal.population import PeopleTable, tables_of
from sweep.sources.source import Source


def tables(tmp_path: Path, text: str) -> list[PeopleTable]:
    path = tmp_path / "people.csv"
    path.write_text(text)
    return tables_of("people.csv", Source((path,)))


def test_a_joint_table_has_its_variables_and_a_column_of_people(tmp_path: Path) -> None:
    (table,) = tables(tmp_path, "sex,region,n,area\nM,N,10,1.5\nF,N,20,1.5\nM,S,30,2.5\n")
    assert ["sex", "region"] == [v.name for v in table.variables]  # area is a measurement
    assert ("n",) == table.sizes
    assert {"M": 40.0, "F": 20.0} == table.variables[0].levels


def test_a_list_of_margins_is_a_margin_per_variable(tmp_path: Path) -> None:
    text = "variable,level,people\nsex,M,49\nsex,F,51\nregion,N,40\nregion,S,60\n"
    sex, region = tables(tmp_path, text)
    assert {"M": 49.0, "F": 51.0} == sex.variables[0].levels
    assert ("variable == 'sex'", "level") == (sex.filter, sex.column)
    assert {"N": 40.0, "S": 60.0} == region.variables[0].levels


def test_a_list_with_a_total_for_one_variable_is_still_a_list(tmp_path: Path) -> None:
    text = "Merkmal,Wert,Personen\nsex,M,49\nsex,F,51\nsex,insgesamt,100\nland,N,40\nland,S,60\n"
    assert 2 == len(tables(tmp_path, text))


def test_a_joint_table_of_two_variables_is_no_list(tmp_path: Path) -> None:
    (table,) = tables(tmp_path, "sex,region,people\nM,N,1\nM,S,2\nF,N,3\nF,S,4\n")
    assert 2 == len(table.variables)


def test_margins_side_by_side_are_as_many_tables(tmp_path: Path) -> None:
    text = "sex,n_sex,region,n_region\nM,49,N,30\nF,51,S,30\n,,W,40\n"
    sex, region = tables(tmp_path, text)
    assert (("n_sex",), True, 100.0) == (sex.sizes, sex.blanks, sex.total)
    assert (("n_region",), False) == (region.sizes, region.blanks)
    assert {"N": 30.0, "S": 30.0, "W": 40.0} == region.variables[0].levels


def test_ages_in_years_are_numbers(tmp_path: Path) -> None:
    rows = "".join(f"{age},{sex},5\n" for age in range(18, 80) for sex in "MF")
    (table,) = tables(tmp_path, f"age,sex,people\n{rows}")
    assert [True, False] == [v.number for v in table.variables]


def test_of_several_columns_of_people_none_is_chosen(tmp_path: Path) -> None:
    (table,) = tables(tmp_path, "sex,population,people\nM,10,11\nF,20,22\n")
    assert ("population", "people") == table.sizes


def test_what_is_no_table_of_people_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no table of people"):
        tables(tmp_path, "a,b\nx,y\nz,w\n")
