"""A workbook reads as the cells that it stores; what is odd in a sheet is told or an error."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import xlsxwriter

from sweep.errors import DataError
from sweep.sources.reading import Format, Reading, names_in, read
from sweep.sources.text_columns import text_column

type Rows = Sequence[Any]


def workbook(
    directory: Path, sheets: Mapping[str, Rows], finish: Callable[..., None] | None = None
) -> Path:
    """Write sheets of rows; ``finish`` gets the book and its sheets."""
    path = directory / "survey.xlsx"
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm"})
    written = []
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        written.append(sheet)
        for n, row in enumerate(rows):
            for k, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(n, k, value)
                elif value is not None:
                    sheet.write(n, k, value)
    if finish is not None:
        finish(book, *written)
    book.close()
    return path


def texts(reading: Reading) -> dict[str, list[str | None]]:
    columns = {n: text_column(reading.table.column(n)) for n in reading.table.column_names}
    return {
        n: values.astype(object).where(values.notna(), None).tolist()
        for n, values in columns.items()
    }


def error(path: Path, format: Format | None = None, columns: list[str] | None = None) -> str:
    with pytest.raises(DataError) as caught:
        read(path, columns, format)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_cells_are_text_in_their_plainest_form(tmp_path: Path) -> None:
    rows = [
        ["id", "share", "yes", "code", "day", "moment", "clock", 2024],
        [1, 0.5, True, "007", dt.date(2026, 1, 2), dt.datetime(2026, 1, 2, 9, 30), dt.time(9), "x"],
        [-2.0, 345.1, False, "1.0 ", dt.date(2026, 1, 3), None, None, " "],
    ]
    reading = read(workbook(tmp_path, {"Data": rows}))
    assert {
        "id": ["1", "-2"],
        "share": ["0.5", "345.1"],
        "yes": ["true", "false"],
        "code": ["007", "1.0"],
        "day": ["2026-01-02", "2026-01-03"],
        "moment": ["2026-01-02T09:30:00", None],
        "clock": ["09:00:00", None],
        "2024": ["x", None],
    } == texts(reading)
    assert () == reading.notes


def test_the_first_sheet_that_holds_anything_is_read_and_told(tmp_path: Path) -> None:
    def hide(_: object, empty: object, hidden: xlsxwriter.worksheet.Worksheet, *__: object) -> None:
        hidden.hide()

    sheets = {"Empty": [], "Hidden": [["x"], [0]], "Data": [["a"], [1]], "More": [["b"], [2]]}
    path = workbook(tmp_path, sheets, hide)
    reading = read(path)
    assert {"a": ["1"]} == texts(reading)
    assert "sheet 'Data' is read, the first of 'Data', 'More'" in reading.notes[0]
    assert {"b": ["2"]} == texts(read(path, None, Format(sheet="More")))
    assert ["x"] == names_in(path, Format(sheet="Hidden"))
    assert "there is no sheet 'Moer'. Did you mean 'More'?" in error(path, Format(sheet="Moer"))


def test_empty_columns_and_rows_are_none(tmp_path: Path) -> None:
    rows = [["a", None, "b", None], [1, None, 2], [], ["", " ", None], [3, None, 4], [None, ""]]
    reading = read(workbook(tmp_path, {"Data": rows}))
    assert {"a": ["1", "3"], "b": ["2", "4"]} == texts(reading)
    assert ("left out between others: 2 rows with nothing in it",) == reading.notes


def test_a_title_above_the_header_is_told_with_what_to_write(tmp_path: Path) -> None:
    rows = [["Population, thousands"], [], ["region", "sex", "n"], ["North", "Male", 1]]
    path = workbook(tmp_path, {"Data": rows})
    message = error(path)
    assert "row 1 is no header" in message
    assert "Row 3 looks like it: say format: {skip_rows: 2}" in message
    assert {"region": ["North"], "sex": ["Male"], "n": ["1"]} == texts(
        read(path, None, Format(skip_rows=2))
    )
    assert "holds nothing after 9 rows" in error(path, Format(skip_rows=9))


def test_a_sheet_that_begins_lower_is_told_with_what_to_write(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Data": [[], [None, "a", "b"], [None, 1, 2]]})
    assert "Row 2 looks like it: say format: {skip_rows: 1}" in error(path)
    assert {"a": ["1"], "b": ["2"]} == texts(read(path, None, Format(skip_rows=1)))


def test_merged_cells_in_the_header_are_an_error(tmp_path: Path) -> None:
    def merge(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.merge_range(0, 1, 0, 2, "Age")

    rows = [["region", None, None], ["of residence", "young", "old"], ["North", 1, 2]]
    message = error(workbook(tmp_path, {"Data": rows}, merge))
    assert "row 1 is no header: cells of it are merged" in message
    assert "Row 2 looks like it: say format: {skip_rows: 1}" in message


def test_merged_cells_below_the_header_are_told(tmp_path: Path) -> None:
    def merge(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.merge_range(1, 0, 2, 0, "North")

    path = workbook(tmp_path, {"Data": [["region", "n"], [None, 1], [None, 2]]}, merge)
    reading = read(path)
    assert {"region": ["North", None], "n": ["1", "2"]} == texts(reading)
    assert ("of 1 merged cell only the first holds the value",) == reading.notes


def test_a_column_with_values_and_no_name_is_an_error(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Data": [["a", None], [1, 2]]})
    assert "it names 1 column, 1 other below it without a name" in error(path)


def test_two_columns_of_one_name_are_told_by_their_places(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Data": [["a", "b", "a "], [1, 2, 3]]})
    assert "column 'a' appears twice, as column 1 and as column 3" in error(path)


def test_error_cells_are_missing_and_told(tmp_path: Path) -> None:
    def errors(book: object, _: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_formula(1, 1, "=NA()", None, "#N/A")
        sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(3, 1, "=NA()", None, "#N/A")
        sheet.write_formula(3, 27, "=1/0", None, "#DIV/0!")

    rows = [[f"c{k}" for k in range(28)], ["x"], ["y"], ["#N/A"]]
    reading = read(workbook(tmp_path, {"Other & more": [["#N/A"]], "Data": rows}, errors),
                   ["c0", "c1", "c27"], Format(sheet="Data"))  # fmt: skip
    assert ["x", "y", "#N/A"] == texts(reading)["c0"]
    assert [None, None, None] == texts(reading)["c1"]
    assert {"c1": {"#N/A": 2, "#DIV/0!": 1}, "c27": {"#DIV/0!": 1}} == reading.missing
    assert ("cells that hold an error, as #N/A, are missing: c1 (3), c27 (1)",) == reading.notes


def test_dates_that_excel_made_of_answers_are_told(tmp_path: Path) -> None:
    rows = [["children"], ["0"], [dt.date(2026, 5, 3)], ["6 or more"]]
    reading = read(workbook(tmp_path, {"Data": rows}))
    assert "dates stand beside text" in reading.notes[0]
    assert "children (1 date)" in reading.notes[0]


def test_ids_that_excel_cut_short_are_told(tmp_path: Path) -> None:
    rows = [["id", "n"], [618000000000000001, 1], [618000000000000002, 10**15 - 1]]
    reading = read(workbook(tmp_path, {"Data": rows}))
    assert ("numbers of more than 15 digits have lost the others in Data: id",) == reading.notes


def test_durations_are_refused_by_column(tmp_path: Path) -> None:
    def spend(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_datetime(
            1, 1, dt.timedelta(hours=30), book.add_format({"num_format": "[h]:mm"})
        )

    reading = read(workbook(tmp_path, {"Data": [["a", "took"], [1]]}, spend))
    assert {"a": ["1"]} == texts(reading)
    assert {"took": "holds durations"} == reading.refused


def test_what_cannot_be_read_is_an_error_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "survey.xlsx"
    assert "there is no such file" in error(path)
    path.write_bytes(b"a,b\n1,2\n")
    assert "is no workbook that can be read" in error(path)
    assert "no sheet of it that is shown holds anything" in error(workbook(tmp_path, {"Data": []}))
    path = workbook(tmp_path, {"Data": [["a"], [1]]})
    assert "there is no column 'b'" in error(path, columns=["b"])


KIND = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{KIND}"/>
</manifest:manifest>"""
CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content office:version="1.2"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="Data">
<table:table-row>{header}</table:table-row><table:table-row>{row}</table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""


def test_an_opendocument_sheet_reads_alike(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="{}" {}><text:p>{}</text:p></table:table-cell>'
    header = "".join(cell.format("string", "", name) for name in ("region", "n", "yes"))
    row = cell.format("string", "", "Nörd") + cell.format("float", 'office:value="2"', "2,0")
    row += cell.format("boolean", 'office:boolean-value="true"', "WAHR")
    path = tmp_path / "survey.ods"
    with ZipFile(path, "w") as file:
        file.writestr("mimetype", KIND)
        file.writestr("META-INF/manifest.xml", MANIFEST)
        file.writestr("content.xml", CONTENT.format(header=header, row=row))
    assert {"region": ["Nörd"], "n": ["2"], "yes": ["true"]} == texts(read(path))
