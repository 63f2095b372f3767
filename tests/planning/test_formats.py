"""Formats: the same survey gives the same numbers, whatever it is written as."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sweep.client.inputs import refuse_inputs
from sweep.coordinator.execute import begin
from sweep.data.codebook import Codebook, ColumnBook
from sweep.errors import ConfigError, DataError, UsageError
from sweep.journal.runs import read_plan
from sweep.planning.plan import Plan
from tests.project import OUTCOMES, Project, population_of, survey_of
from tests.support.survey_files import FORMATS, Survey, write

FILES = [suffix for suffix in FORMATS if suffix != ".db"]
CODES = {"Yes": "1", "No": "2"}
LABELS = {code: label for label, code in CODES.items()}
QUERY = {"sql": "SELECT * FROM survey", "database": "sqlite:///survey.db"}


def plain() -> Survey:
    """Return the survey of the tests as text."""
    rows = survey_of()
    return Survey({str(name): [str(v) for v in rows[name]] for name in rows})


def coded() -> Survey:
    """Return it with the answers as codes, which the file has labels for; 99 is its refusal."""
    rows = survey_of()
    columns = {str(name): [str(v) for v in rows[name]] for name in rows}
    for name in OUTCOMES:
        columns[name] = ["99", *(CODES[v] for v in columns[name][1:])]
    book = ColumnBook("Asked", {**LABELS, "99": "Refused"}, ("99",))
    return Survey(columns, Codebook(dict.fromkeys(OUTCOMES, book)))


def keys(project: Project, survey: dict[str, Any], **study: Any) -> dict[str, tuple[str, str]]:
    """Return each outcome's key of its fit, and of its estimates."""
    source = {"survey": {"source": None, **survey, "weight": "w"}}
    plan = project.plan(project.config({**source, **study}))[1]
    return {entry.name: (entry.fit_key, entry.key) for entry in plan.entries}


@pytest.mark.parametrize("suffix", FILES)
def test_every_format_gives_the_keys_of_the_csv(project: Project, suffix: str) -> None:
    expected = keys(project, {"source": "survey.csv"})
    write(plain(), project.directory / f"same{suffix}")
    assert expected == keys(project, {"source": f"same{suffix}"})


def test_a_query_gives_the_fits_of_the_csv_in_whatever_order_its_rows_come(
    project: Project,
) -> None:
    expected = {name: fit for name, (fit, _) in keys(project, {"source": "survey.csv"}).items()}
    write(plain(), project.directory / "survey.db")
    found = [
        keys(project, {"query": {**QUERY, "sql": f"SELECT * FROM survey ORDER BY {order}"}})
        for order in ("age", "region")
    ]
    assert found[0] == found[1]
    assert expected == {name: fit for name, (fit, _) in found[0].items()}


@pytest.mark.parametrize("suffix", [".sav", ".zsav"])
def test_an_answer_is_named_by_its_label_or_its_code(project: Project, suffix: str) -> None:
    rows = survey_of()
    rows.loc[0, list(OUTCOMES)] = None
    project.write("clean.csv", rows)
    expected = keys(project, {"source": "clean.csv"})
    path = write(coded(), project.directory / f"coded{suffix}").name
    by_label, by_code = (
        [{"name": name, "success": [yes]} for name in OUTCOMES] for yes in ("Yes", 1)
    )
    assert expected == keys(project, {"source": path}, outcomes=by_label)
    assert expected == keys(project, {"source": path}, outcomes=by_code)
    assert expected == keys(project, {"source": path, "values": "codes"}, outcomes=by_code)
    _, plan = project.plan(project.config({"survey": {"source": path}, "outcomes": by_label}))
    assert any(
        "'99' ('Refused') is read as missing: 3 values" in n.message for n in plan.record.notices
    )


@pytest.mark.parametrize(
    "labels", [{"E": "East", "W": "East"}, {"E": "W"}], ids=["one label", "a label that is a code"]
)
def test_two_codes_never_become_one_level(project: Project, labels: dict[str, str]) -> None:
    rows = survey_of()
    columns = {str(name): [str(v) for v in rows[name]] for name in rows}
    columns["region"] = [v[0] for v in columns["region"]]
    labels = {"N": "North", "S": "South", "W": "West", **labels}
    if labels["E"] == "W":
        del labels["W"]
    book = Codebook({"region": ColumnBook("Region", labels)})
    write(Survey(columns, book), project.directory / "twice.sav")
    with pytest.raises(DataError, match="would become one value: write values: codes") as caught:
        keys(project, {"source": "twice.sav"})
    assert "study.survey.values: column 'region': the codes " in str(caught.value)


def test_a_missing_value_of_the_config_is_missing_in_every_format(project: Project) -> None:
    rows = survey_of()
    rows.loc[:4, "aware"] = "97"
    expected = None
    for suffix in (".csv", ".parquet", ".xlsx"):
        survey = Survey({str(name): [str(v) for v in rows[name]] for name in rows})
        write(survey, project.directory / f"odd{suffix}")
        found = keys(project, {"source": f"odd{suffix}", "missing_values": [97]})
        expected = expected or found
        assert expected == found


@pytest.mark.parametrize(
    ("survey", "message"),
    [
        ({"source": None}, "this key is required: a file (or query, or dataset)"),
        ({"query": QUERY}, "the table is named by source already: remove one of them"),
        ({"source": None, "query": {"sql": "SELECT 1"}}, "this key is required (or database_env)"),
    ],
)
def test_a_table_is_named_once(project: Project, survey: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        project.config({"survey": survey})
    assert message in str(caught.value)


def test_a_query_that_fails_says_so_at_its_key(project: Project) -> None:
    with pytest.raises(DataError, match=r"study\.survey"):
        keys(project, {"query": QUERY})


@pytest.mark.parametrize("name", ["waves/a.csv", "waves/b.csv"])
def test_no_file_that_a_glob_names_is_written_to(project: Project, name: str) -> None:
    (project.directory / "waves").mkdir()
    half = survey_of()
    project.write("waves/a.csv", half.iloc[:150])
    project.write("waves/b.csv", half.iloc[150:])
    store, made = project.plan(project.config({"survey": {"source": "waves/*.csv"}}))
    plan = read_plan(store, begin(store, made))
    with pytest.raises(UsageError, match=r"it is study\.survey\.source"):
        refuse_inputs(Path(project.directory / name), plan, store)


def test_an_outcome_alone_whose_column_holds_lists_is_refused(project: Project) -> None:
    lists: Any = [["Yes"]] * 300
    survey_of().assign(aware=lists).to_parquet(project.directory / "lists.parquet")
    one = [{"name": "aware", "success": ["Yes"]}]
    with pytest.raises(DataError, match=r"study\.outcomes\.0: column 'aware' holds lists"):
        project.plan(project.config({"survey": {"source": "lists.parquet"}, "outcomes": one}))


def repeated(project: Project, table: pd.DataFrame, **more: str) -> Plan:
    project.write("twice.csv", table)
    return project.plan(project.config({"population": {"source": "twice.csv", **more}}))[1]


def of_the_population(plan: Plan) -> list[str]:
    return [n.message for n in plan.record.notices if n.path[1] == "population"]


def test_cells_that_stand_there_twice_are_refused(project: Project) -> None:
    rows = population_of()
    with pytest.raises(DataError, match="5 rows of 53 repeat another in every column, its size"):
        repeated(project, pd.concat([rows, rows.head(5)]))
    with pytest.raises(DataError, match="48 rows of 96 repeat another"):
        repeated(project, pd.concat([rows, rows]))


def test_of_people_some_are_alike(project: Project) -> None:
    rows = population_of()
    alike = pd.concat([rows, rows.head(5), rows.head(5).assign(n=9)])
    (told,) = of_the_population(repeated(project, alike))
    assert told.startswith("2 to 6 rows per cell are added up over columns that the study does not")


def test_a_finer_table_is_told(project: Project) -> None:
    years = pd.concat([population_of().assign(year=year) for year in (2001, 2011, 2021)])
    (told,) = of_the_population(repeated(project, years))
    over = "over columns that the study does not use: married (No, Yes), year (2001, 2011, 2021)"
    assert told == f"6 rows per cell are added up {over}"
    one = of_the_population(repeated(project, years, filter="year == 2021"))
    assert f"2 rows per cell are added up {over.removesuffix(', year (2001, 2011, 2021)')}" in one


@pytest.mark.parametrize(
    ("levels", "match"),
    [
        ({"0-17": 1, "18+": 1, "All ages": 2}, "'All ages' in column 'x'.* the sum of the others"),
        ({"a": 1, "b": 1, "0 and over": 2}, "'0 and over' in column 'x'.* the sum of the others"),
        ({"Persons": 1, "Percent": 0.01}, "'Percent' in column 'x'.* shares, beside numbers"),
    ],
)
def test_sums_and_shares_in_a_column_that_is_not_used_are_refused(
    project: Project, levels: dict[str, float], match: str
) -> None:
    rows = population_of()
    table = pd.concat([rows.assign(x=level, n=rows["n"] * k) for level, k in levels.items()])
    with pytest.raises(DataError, match=match):
        repeated(project, table)
    name = list(levels)[-1]
    assert repeated(project, table, filter=f"x != '{name}'").entries


def test_a_copy_of_a_file_that_a_glob_names_is_refused(project: Project) -> None:
    (project.directory / "waves").mkdir()
    for name in ("a.csv", "a - Copy.csv"):
        project.write(f"waves/{name}", survey_of())
    with pytest.raises(DataError, match=r"a\.csv is a copy of a - Copy\.csv, and everybody in it"):
        project.plan(project.config({"survey": {"source": "waves/*.csv"}}))


def test_of_a_workbook_the_sheets_are_named_where_a_column_lacks(project: Project) -> None:
    with pd.ExcelWriter(project.directory / "book.xlsx", engine="xlsxwriter") as book:
        pd.DataFrame({"made by": ["us"], "in": ["2024"]}).to_excel(
            book, sheet_name="Cover", index=False
        )
        population_of().to_excel(book, sheet_name="Census", index=False)
    source = {"source": "book.xlsx", "size": "n"}
    sheets = r"its sheet 'Cover', of 'Cover', 'Census': .* write format: \{sheet: \.\.\.\}"
    with pytest.raises(DataError, match=sheets):
        project.plan(project.config({"population": source}))
    named = {**source, "format": {"sheet": "Census"}}
    assert project.plan(project.config({"population": named}))[1].entries
