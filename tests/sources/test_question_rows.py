"""Rows of question texts are labels and no respondents; a respondent is never taken for one."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from sweep.errors import DataError
from sweep.sources.question_rows import question_rows
from sweep.sources.reading import Reading, codebook_in, read
from sweep.sources.source import Source
from sweep.sources.tables import read_text_table
from sweep.sources.text_columns import text_column

type Rows = Sequence[Sequence[object]]
type Write = Callable[[Rows, Path], Path]

CODED: Rows = [
    ("Respondent ID", "Q1", "Q2", "Finished"),
    ("", "What is your age?", "How likely are you to vote, if at all?", "Response"),
    *[(f"R_{n}", 20 + n, n % 5 + 1, "TRUE") for n in range(8)],
]
LABELLED: Rows = [
    ("Q1", "Q2", "Q3"),
    ("Are you...", "Have you heard of Acme?", "Anything else?"),
    *[(("Male", "Female")[n % 2], ("Yes", "No", "Don't know")[n % 3], f"t{n}") for n in range(20)],
]
MONKEY: Rows = [
    ("Respondent ID", "How old are you?", "Do you vote?", "Why?"),
    ("", "Response", "Response", "Open-Ended Response"),
    ("r_a", 31, "Yes", "Duty"),
    ("r_b", 42, "No", ""),
]
OLD: Rows = [
    ("V1", "V2", "V8", "Q1", "LocationAccuracy", ""),
    ("ResponseID", "ResponseSet", "StartDate", "Choose one.", "LocationAccuracy", ""),
    ("R_a", "Default Response Set", "2017-07-18 08:28:09", 2, -1, ""),
]


def delimited(rows: Rows, directory: Path) -> Path:
    path = directory / "survey.csv"
    quoted = ([str(value).replace('"', '""') for value in row] for row in rows)
    path.write_text("".join(",".join(f'"{v}"' if v else "" for v in r) + "\n" for r in quoted))
    return path


def workbook(rows: Rows, directory: Path) -> Path:
    path = directory / "survey.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate(rows):
            for k, value in enumerate(row):
                if value != "":
                    sheet.write(n, k, value)
    return path


def first_of(reading: Reading, name: str) -> str:
    return str(text_column(reading.table.column(name)).iloc[0])


@pytest.mark.parametrize("write", [delimited, workbook])
@pytest.mark.parametrize(
    ("rows", "name", "label", "first"),
    [
        (CODED, "Q2", "How likely are you to vote, if at all?", "1"),
        (LABELLED, "Q2", "Have you heard of Acme?", "Yes"),
        (OLD, "Q1", "Choose one.", "2"),
        (MONKEY, "Why?", "Open-Ended Response", "Duty"),
    ],
)
def test_a_row_of_question_texts_is_labels_and_told(
    tmp_path: Path, write: Write, rows: Rows, name: str, label: str, first: str
) -> None:
    path = write(rows, tmp_path)

    reading = read(path)

    assert len(rows) - 2 == reading.table.num_rows
    assert first == first_of(reading, name)
    assert label == reading.codebook.of(name).label == codebook_in([path]).of(name).label
    told = [note for note in reading.notes if "question texts" in note]
    assert 1 == len(told)
    assert "row 2 holds" in told[0]


@pytest.mark.parametrize("write", [delimited, workbook])
def test_import_ids_are_no_respondents(tmp_path: Path, write: Write) -> None:
    ids = ['{"ImportId":"startDate","timeZone":"Europe/Berlin"}', '{"ImportId":"QID1"}']
    rows = [("StartDate", "Q1"), ("Start Date", "Do you?"), ids, ("2026-01-02", "Yes")]

    reading = read(write(rows, tmp_path))

    assert ("2026-01-02", "Yes") == (first_of(reading, "StartDate"), first_of(reading, "Q1"))
    assert "Do you?" == reading.codebook.of("Q1").label
    assert 1 == reading.table.num_rows


RESPONDENTS: list[Rows] = [
    # One number tells a respondent, whatever else is odd.
    [("id", "age", "vote"), (1, "over ninety", "spoiled it"), *[(n, 30, 1) for n in range(20)]],
    # Non-answers above numbers.
    [("id", "age", "pay"), ("a", "Refused", "Don't know"), *[(f"b{n}", 30, 9) for n in range(20)]],
    # An answer that occurs again.
    [("sex", "age", "pay"), ("Female", "old", "a lot"), *[("Female", 30, 9) for _ in range(20)]],
    # The first region and party are rare, and no question.
    [("region", "party"), ("Wales", "Plaid"), *[("England", "Labour") for _ in range(20)]],
    # Units above one column.
    [("region", "people"), ("", "thousands"), *[(f"r{n}", 30) for n in range(20)]],
    # Nothing below tells.
    [("name", "text"), ("Ann", "What is this survey about?"), ("Bea", "Who knows")],
    [("name", "text")],
]


@pytest.mark.parametrize("rows", RESPONDENTS)
def test_a_respondent_is_no_row_of_texts(rows: Rows) -> None:
    names, *below = [[str(value) for value in row] for row in rows]

    assert 0 == question_rows(names, iter(below)).count


def test_no_more_rows_are_taken_than_are_needed() -> None:
    below = iter([["1", "a"], ["2", "b"], ["3", "c"]])

    question_rows(["id", "q"], below)

    assert [["3", "c"]] == list(below)


def test_rows_of_qualtrics_that_a_program_has_kept_are_refused(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "survey.parquet"
    pq.write_table(pa.table({"Q1": ["Do you?", '{"ImportId":"QID1"}', "Yes", "No"]}), path)

    with pytest.raises(DataError, match=r"Q1.*import id, which are no respondents.*leave these"):
        read_text_table(Source((path,)), ["Q1"])


def test_a_header_of_two_rows_is_told(tmp_path: Path) -> None:
    rows = [("id", "Which brands?", ""), ("", "Acme", "Bolt"), ("a", "Acme", ""), ("b", "", "Bolt")]

    with pytest.raises(DataError, match="header goes on in row 2, give each column a name"):
        read(delimited(rows, tmp_path))
