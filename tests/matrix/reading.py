"""Kinds of reading: what a file writes in another way, or a format stores as something else."""

import codecs
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from tests.matrix.files import (
    as_arrow,
    as_text,
    broken_sheet,
    indexed,
    mixed_sheet,
    nested,
    null_typed,
    one_column,
    padded,
    padded_sheet,
    qualtrics,
    question_texts,
    with_lines,
)
from tests.matrix.kinds import (
    ALL,
    CSV,
    LABELS,
    TYPED,
    Change,
    Kind,
    Refused,
    Right,
    always,
    book_of,
    every,
    put,
    put_all,
    recoded,
)
from tests.project import REGIONS

__all__ = ["READING"]


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
        Refused(("study.outcomes.0", "'nan' (42)", "missing_values")),
        put("aware", "No", "nan"),
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
    Kind(
        "a row of question texts below the header",
        Right(("row 2 holds question texts",)),
        formats=CSV,
        writers={".csv": question_texts},
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
        writers={".parquet": as_arrow(pa.decimal128(24, 2))},
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
