"""Kinds of reading: what a file writes in another way, or a format stores as something else."""

import codecs
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.matrix.kinds import (
    ALL,
    CSV,
    LABELS,
    TYPED,
    Change,
    Columns,
    Kind,
    Refused,
    Right,
    Writer,
    always,
    book_of,
    every,
    put,
    put_all,
    recoded,
)
from tests.project import REGIONS
from tests.support.survey_files import Survey, write

__all__ = ["READING"]


def as_text(
    delimiter: str = ",", encoding: str = "utf-8", decimal: str = ".", bom: bytes = b""
) -> dict[str, Writer]:
    """Return what writes delimited text in some way."""

    def write_text(survey: Survey, path: Path) -> None:
        columns = {n: [plain(v, decimal) for v in c] for n, c in survey.columns.items()}
        text = pd.DataFrame(columns).to_csv(index=False, sep=delimiter)
        path.write_bytes(bom + text.encode(encoding))

    return {".csv": write_text}


def plain(value: Any, decimal: str) -> Any:
    number = isinstance(value, str) and value.replace(".", "").isdigit()
    return value.replace(".", decimal) if number else value


def with_lines(*lines: str) -> dict[str, Writer]:
    """Return what writes some lines above the header."""

    def write_text(survey: Survey, path: Path) -> None:
        write(survey, path)
        path.write_text("".join(f"{line}\n" for line in lines) + path.read_text())

    return {".csv": write_text}


def qualtrics(survey: Survey, path: Path) -> None:
    """Write two more rows of headers, as Qualtrics does."""
    write(survey, path)
    head, *rows = path.read_text().splitlines()
    names = head.split(",")
    texts = ",".join(f'"Question {k}, asked"' for k in range(len(names)))
    ids = ",".join(f'"{{""ImportId"":""QID{k}""}}"' for k in range(len(names)))
    path.write_text("\n".join([head, texts, ids, *rows]) + "\n")


def padded(survey: Survey, path: Path) -> None:
    """Write two columns without name or values behind the last, as Excel does."""
    write(survey, path)
    path.write_text("".join(f"{line},,\n" for line in path.read_text().splitlines()))


def padded_sheet(survey: Survey, path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        sheet, bold = book.add_worksheet("survey"), book.add_format({"bold": True})
        for at, (name, column) in enumerate([*survey.typed().items(), ("", [None]), ("", [None])]):
            sheet.write(0, at, name or None, bold)
            for row, value in enumerate(column, 1):
                sheet.write(row, at, value, None if value is not None else bold)


def null_typed(survey: Survey, path: Path) -> None:
    """Write Parquet in which a column without values has the type null."""
    columns = {n: pa.array(c) for n, c in survey.typed().items()}
    pq.write_table(pa.table({**columns, "empty": pa.nulls(len(columns["w"]))}), path)


def nested(kind: pa.DataType, value: Any) -> Writer:
    """Return what writes the answers as lists, or as bytes."""

    def write_nested(survey: Survey, path: Path) -> None:
        columns = {n: pa.array(c) for n, c in survey.typed().items()}
        columns["aware"] = pa.array([value] * len(columns["w"]), kind)
        pq.write_table(pa.table(columns), path)

    return write_nested


def as_arrow(kind: pa.DataType) -> Writer:
    """Return what writes the answers as some type of Arrow's."""

    def write_typed(survey: Survey, path: Path) -> None:
        columns = {n: pa.array(c) for n, c in survey.typed().items()}
        columns["aware"] = columns["aware"].cast(kind)
        pq.write_table(pa.table(columns), path)

    return write_typed


def indexed(survey: Survey, path: Path) -> None:
    """Write Parquet as pandas does, with an index in which numbers repeat."""
    frame = pd.DataFrame(survey.typed())
    frame.index = pd.Index([k % 100 for k in range(len(frame))])
    frame.to_parquet(path)


def one_column(survey: Survey, path: Path) -> None:
    frame = pd.DataFrame(dict(survey.columns))
    path.write_text(frame.to_csv(index=False, sep=";").replace(";", "~"))


def mixed_sheet(survey: Survey, path: Path) -> None:
    """Write every third number of the answers as text, as a sheet filled in by hand has them."""
    columns = survey.typed()
    columns["aware"] = [str(v) if k % 3 == 0 else v for k, v in enumerate(columns["aware"])]
    write_cells(columns, path)


def broken_sheet(survey: Survey, path: Path) -> None:
    """Write #N/A where the answer is missing."""
    columns = survey.typed()
    columns["aware"] = ["#N/A" if v is None else v for v in columns["aware"]]
    write_cells(columns, path, {"#N/A": "=NA()"})


def write_cells(columns: Columns, path: Path, formulas: dict[str, str] | None = None) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("survey")
        for at, (name, column) in enumerate(columns.items()):
            sheet.write_string(0, at, name)
            for row, value in enumerate(column, 1):
                if formulas and value in formulas:
                    sheet.write_formula(row, at, formulas[value], None, value)
                elif isinstance(value, str):
                    sheet.write_string(row, at, value)
                elif value is not None:
                    sheet.write_number(row, at, value)


IDS = dict(zip(REGIONS, [f"90071992547409{k:02d}77" for k in (91, 92, 93, 94)], strict=True))
PRICES = dict(zip(REGIONS, ("345.10", "345.1", "345", "7"), strict=True))
ZIPS = dict(zip(REGIONS, ("007", "7", "0070", "70"), strict=True))
SUED = dict(zip(REGIONS, ("Süd", "Nord", "Österreich", "West"), strict=True))


def levels(names: dict[str, str], **more: Any) -> dict[str, Any]:
    """Return regions called by other names in survey, clean survey and census."""
    change = put_all("region", names)
    census = recoded("region", names)
    kept = {"change": change, "clean": change, "population": census, "clean_population": census}
    return {**kept, "texts": ["region"], **more}


def coded(values: dict[str, Any]) -> Change:
    return put_all("aware", values)


def says(*success: Any, **rule: Any) -> dict[str, Any]:
    """Return the study of one outcome."""
    return {"outcomes": [{"name": "aware", "success": list(success), **rule}]}


def wave(kind: type[date]) -> Change:
    days = [kind(2024, month, 14) for month in (3, 4, 5, 6)]
    return always("wave", *days)


WAVE_TEXT = always("wave", "2024-03-14", "2024-04-14", "2024-05-14", "2024-06-14")
MAY = {"survey": {"filter": "wave >= '2024-05-01'"}}
MISSING = put("aware", "No", None)

READING = (
    Kind("a blank at the end", Right(), put("aware", "Yes", "Yes ")),
    Kind("blanks before and doubled", Right(), put("region", "West", "  West")),
    Kind("a blank of another kind", Right(), put("aware", "Yes", "\u00a0Yes")),
    Kind("zero-width", Right(("is read as 'Yes'",)), put("aware", "Yes", "Ye\u200bs")),
    Kind("soft hyphen", Right(("is read as 'West'",)), put("region", "West", "We\u00adst")),
    Kind(
        "NFD twin",
        Right(("column 'region': 'Su\u0308d' is read as 'Süd'",)),
        **levels(SUED)
        | {"change": every(put_all("region", SUED), put("region", "Süd", "Su\u0308d"))},
    ),
    Kind(
        "blank for not asked",
        Right(("without an answer, as if not asked: 42 of 240",)),
        MISSING,
        clean=MISSING,
    ),
    Kind("blank-only text", Right(), put("aware", "No", "  "), TYPED, clean=MISSING),
    Kind("empty text", Right(), put("aware", "No", ""), TYPED, clean=MISSING),
    Kind(
        "NA without quotes",
        Right(("study.survey.missing_values: 'NA' is read as missing: 42 values in 'aware'",)),
        put("aware", "No", "NA"),
        CSV,
        clean=MISSING,
    ),
    Kind(
        "NA is Namibia",
        Right(),
        put_all("region", {"West": "NA"}),
        TYPED,
        population=recoded("region", {"West": "NA"}),
        clean=put_all("region", {"West": "NA"}),
        clean_population=recoded("region", {"West": "NA"}),
        says={"population": {"missing_values": []}},
    ),
    Kind(
        "null text",
        Right(("counts as no: 'No' (83), 'nan' (42)",)),
        put("aware", "No", "nan"),
        clean=put("aware", "No", "nan"),
    ),
    Kind(
        "ids of 18 digits",
        Right(),
        formats=(".csv", ".parquet", ".sav", ".dta", ".xlsx"),
        **levels(IDS),
    ),
    Kind("345.10 is not 345.1", Right(), **levels(PRICES)),
    Kind("007 is not 7", Right(), **levels(ZIPS)),
    Kind(
        "truth values",
        Right(("counts as no: 'false' (125)",)),
        coded({"Yes": True, "No": False}),
        (".csv", ".parquet", ".xlsx"),
        says(True),
        coded({"Yes": "true", "No": "false"}),
    ),
    Kind(
        "truth values in capitals",
        Right(),
        coded({"Yes": "TRUE", "No": "FALSE"}),
        CSV,
        says(True),
        coded({"Yes": "true", "No": "false"}),
    ),
    Kind(
        "whole floats",
        Right(),
        coded({"Yes": 1.0, "No": 2.0}),
        ALL,
        says(1),
        coded({"Yes": "1", "No": "2"}),
    ),
    Kind(
        "whole floats beside a blank",
        Right(),
        every(coded({"Yes": 1.0, "No": 2.0}), put("aware", 2.0, None)),  # type: ignore[arg-type]
        ALL,
        says(1),
        every(coded({"Yes": "1", "No": "2"}), put("aware", "2", None)),
    ),
    Kind(
        "decimals as answers",
        Right(),
        coded({"Yes": 2.5, "No": 0.1}),
        ALL,
        says(2.5),
        coded({"Yes": "2.5", "No": "0.1"}),
    ),
    Kind("dates", Right(), wave(date), ALL, MAY, WAVE_TEXT),
    Kind("timestamps", Right(), wave(datetime), TYPED, MAY, WAVE_TEXT),
    Kind(
        "user-missing code",
        Right(("is read as missing: 42 values",)),
        every(put("aware", "No", "99"), coded({"Yes": "1", "No": "2"})),
        LABELS,
        clean=MISSING,
        book=book_of("aware", {"1": "Yes", "2": "No", "99": "Refused"}, missing=("99",)),
    ),
    Kind(
        "user-missing range",
        Right(("'-3' is read as missing: 42 values",)),
        every(put("aware", "No", "-3"), coded({"Yes": "1", "No": "2"})),
        (".sav",),
        clean=MISSING,
        book=book_of("aware", {"1": "Yes", "2": "No"}, missing_ranges=((-9.0, -1.0),)),
    ),
    Kind(
        "missing value of the config",
        Right(("'97' is read as missing: 42 values",)),
        every(put("aware", "No", "97"), coded({"Yes": "1", "No": "2"})),
        ALL,
        {**says(1), "survey": {"missing_values": [97]}},
        every(MISSING, coded({"Yes": "1", "No": "2"})),
        says(1),
    ),
    Kind("semicolons", Right(("separated by semicolons",)), formats=CSV, writers=as_text(";")),
    Kind("tabs", Right(("separated by tabs",)), formats=CSV, writers=as_text("\t")),
    Kind("bars", Right(("separated by",)), formats=CSV, writers=as_text("|")),
    Kind(
        "decimal comma",
        Right(("a decimal comma is read as a point: w",)),
        formats=CSV,
        writers=as_text(";", decimal=","),
    ),
    Kind(
        "latin-1",
        Right(("Windows-1252",)),
        formats=CSV,
        writers=as_text(";", "latin-1"),
        **levels(SUED),
    ),
    Kind("byte order mark", Right(), formats=CSV, writers=as_text(bom=codecs.BOM_UTF8)),
    Kind(
        "UTF-16",
        Right(("UTF-16",)),
        formats=CSV,
        writers=as_text("\t", "utf-16-le", bom=codecs.BOM_UTF16_LE),
    ),
    Kind(
        "empty columns at the end",
        Right(),
        formats=(".csv", ".xlsx"),
        writers={".csv": padded, ".xlsx": padded_sheet},
    ),
    Kind("Qualtrics' headers", Right(("Qualtrics",)), formats=CSV, writers={".csv": qualtrics}),
    Kind(
        "lines above the header",
        Right(),
        formats=CSV,
        says={"survey": {"format": {"skip_rows": 2}}},
        clean_says={},
        writers=with_lines("A survey of everybody", "fielded in May"),
    ),
    Kind("a null column", Right(), formats=(".parquet",), writers={".parquet": null_typed}),
    Kind("an index that repeats", Right(), formats=(".parquet",), writers={".parquet": indexed}),
    Kind(
        "lists in cells",
        Refused(("column 'aware' holds lists",)),
        formats=(".parquet",),
        writers={".parquet": nested(pa.list_(pa.string()), ["Yes", "No"])},
    ),
    Kind(
        "bytes in cells",
        Refused(("column 'aware' holds bytes",)),
        formats=(".parquet",),
        writers={".parquet": nested(pa.binary(), b"\xff\xfe")},
    ),
    Kind(
        "one column",
        Refused(("survey.csv", "delimiter")),
        formats=CSV,
        writers={".csv": one_column},
    ),
    Kind(
        "numbers stored as text",
        Right(),
        coded({"Yes": "1", "No": "2"}),
        (".xlsx",),
        says(1),
        coded({"Yes": "1", "No": "2"}),
        writers={".xlsx": mixed_sheet},
    ),
    Kind(
        "cells in error",
        Right(("#N/A",)),
        MISSING,
        (".xlsx",),
        clean=MISSING,
        writers={".xlsx": broken_sheet},
    ),
    Kind(
        "a dictionary in Parquet",
        Right(),
        MISSING,
        (".parquet",),
        clean=MISSING,
        writers={".parquet": as_arrow(pa.dictionary(pa.int8(), pa.string()))},
    ),
    Kind(
        "long text in Parquet",
        Right(),
        MISSING,
        (".parquet",),
        clean=MISSING,
        writers={".parquet": as_arrow(pa.large_string())},
    ),
    Kind(
        "decimals in Parquet",
        Right(),
        every(MISSING, coded({"Yes": "1", "No": "2"})),
        (".parquet",),
        says(1),
        every(MISSING, coded({"Yes": "1", "No": "2"})),
        writers={".parquet": as_arrow(pa.decimal128(20, 2))},
    ),
    Kind(
        "small integers in Parquet",
        Right(),
        every(MISSING, coded({"Yes": "1", "No": "2"})),
        (".parquet",),
        says(1),
        every(MISSING, coded({"Yes": "1", "No": "2"})),
        writers={".parquet": as_arrow(pa.uint8())},
    ),
)
