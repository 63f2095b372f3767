"""Files: surveys written in forms of their own, which are kinds of what readers meet."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.matrix.kinds import Columns, Writer
from tests.support.survey_files import Survey, write

__all__ = [
    "as_arrow",
    "as_text",
    "broken_sheet",
    "indexed",
    "mixed_sheet",
    "nested",
    "null_typed",
    "one_column",
    "padded",
    "padded_sheet",
    "qualtrics",
    "question_texts",
    "with_lines",
]


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


def question_texts(survey: Survey, path: Path) -> None:
    """Write one more row below the header, of question texts."""
    write(survey, path)
    head, *rows = path.read_text().splitlines()
    texts = ",".join(f'"What of number {k}?"' for k in range(len(head.split(","))))
    path.write_text("\n".join([head, texts, *rows]) + "\n")


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
