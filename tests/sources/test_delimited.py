"""A CSV reads as it is written, and what was found out about it is told."""

from pathlib import Path

import pytest

from sweep.errors import DataError
from sweep.sources.delimited import BLOCK
from sweep.sources.reading import Format, Reading, codebook_in, names_in, read
from sweep.sources.text_columns import text_column


def written(directory: Path, content: str | bytes, name: str = "survey.csv") -> Path:
    path = directory / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def values(reading: Reading, name: str) -> list[str | None]:
    return [value or None for value in reading.table.column(name).to_pylist()]


def texts(reading: Reading) -> dict[str, list[str | None]]:
    return {name: values(reading, name) for name in reading.table.column_names}


def error(path: Path, format: Format | None = None, columns: list[str] | None = None) -> str:
    with pytest.raises(DataError) as caught:
        read(path, columns, format)
    message = str(caught.value)
    assert str(path) in message
    return message


@pytest.mark.parametrize(
    ("sign", "told"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")]
)
def test_the_delimiter_is_found_out_and_told(tmp_path: Path, sign: str, told: str) -> None:
    path = written(tmp_path, f'a{sign}b\n"x{sign}y"{sign}1\n"p, q"{sign}2\n')
    reading = read(path)
    assert {"a": [f"x{sign}y", "p, q"], "b": ["1", "2"]} == texts(reading)
    assert (f"columns are separated by {told}",) == reading.notes


def test_commas_and_utf_8_are_not_told(tmp_path: Path) -> None:
    assert () == read(written(tmp_path, "a,b\nÖ;1,2\n")).notes
    assert () == read(written(tmp_path, "a\tb\n1\t2\n", "survey.tsv")).notes


def test_commas_within_names_and_decimals_do_not_hide_semicolons(tmp_path: Path) -> None:
    path = written(tmp_path, "Age, in years;Likely, or not;w\n31;Yes;1,25\n32;No;0,75\n")
    assert ["Age, in years", "Likely, or not", "w"] == names_in(path)


def test_two_delimiters_that_fit_alike_are_an_error(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b;c\n1,2;3\n")
    assert "',' and ';' fit as delimiters alike" in error(path)
    assert ["a,b", "c"] == names_in(path, Format(delimiter=";"))
    assert {"a": ["1"], "b;c": ["2;3"]} == texts(read(path, None, Format(delimiter=",")))


def test_a_file_that_reads_as_one_column_shows_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, '"region,sex,q1"\n"North,Male,Yes"\n')
    message = error(path)
    assert "reads as one column" in message
    assert "region,sex,q1" in message
    path = written(tmp_path, "region;sex\nNorth;Male\n")
    assert "reads as one column" in error(path, Format(delimiter=","))


def test_a_file_of_one_column_is_one_where_no_delimiter_is_in_its_header(tmp_path: Path) -> None:
    assert {"region": ["North", "South"]} == texts(read(written(tmp_path, "region\nNorth\nSouth")))


def test_excels_separator_line_names_the_delimiter(tmp_path: Path) -> None:
    assert {"a": ["1"], "b": ["2"]} == texts(read(written(tmp_path, "sep=;\r\na;b\r\n1;2\r\n")))


@pytest.mark.parametrize(
    ("codec", "mark", "told"),
    [
        ("utf-8", b"\xef\xbb\xbf", ()),
        ("utf-16-le", b"\xff\xfe", ("read as UTF-16, by its byte order mark",)),
        ("utf-16-be", b"\xfe\xff", ("read as UTF-16, by its byte order mark",)),
        ("cp1252", b"", ("read as Windows-1252, for it is not valid UTF-8",)),
    ],
)
def test_the_encoding_is_found_out_and_told(
    tmp_path: Path, codec: str, mark: bytes, told: tuple[str, ...]
) -> None:
    content = "größe,b\n“Österreich”,1\nŠ€,2\n"
    reading = read(written(tmp_path, mark + content.encode(codec)))
    assert {"größe": ["“Österreich”", "Š€"], "b": ["1", "2"]} == texts(reading)
    assert told == reading.notes


def test_a_byte_that_means_nothing_in_windows_1252_is_latin_1(tmp_path: Path) -> None:
    reading = read(written(tmp_path, b"a,b\n\xd6st,\x81\n"))
    assert ("read as Latin-1, for it is not valid UTF-8",) == reading.notes


def test_the_whole_file_decides_on_its_encoding(tmp_path: Path) -> None:
    """The first byte that is not ASCII stands behind what anyone would look at first."""
    content = b"a,b\n" + b"North,1\n" * 2_200_000 + b"\xd6sten,2\n"
    assert "Östen" in read(written(tmp_path, content), ["a"]).table.column("a").unique().to_pylist()


def test_a_broken_utf_8_file_is_an_error_and_not_read_as_another(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\nÖ,1\nÜ,2\nÄ,3\n".encode() + b"\xd6,4\n")
    assert "3 are valid UTF-8 and 1 is not" in error(path)
    assert "NUL bytes" in error(written(tmp_path, "a,b\nÖ,1\n".encode("utf-16-le")))


def test_a_given_encoding_overrides_what_would_be_found(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\nŁódź,1\n".encode("cp1250"))
    assert {"a": ["Łódź"], "b": ["1"]} == texts(read(path, None, Format(encoding="cp1250")))
    assert "no encoding 'klingon'" in error(path, Format(encoding="klingon"))
    assert "is not written in utf-8" in error(path, Format(encoding="utf-8"))
    marked = written(tmp_path, "\ufeffa,b\n1,2\n")
    assert ["a", "b"] == names_in(marked, Format(encoding="utf-8"))
    assert "byte order mark of UTF-8" in error(marked, Format(encoding="cp1252"))
    wide = written(tmp_path, "a,b\nÖ,1\n".encode("utf-16"))
    assert {"a": ["Ö"], "b": ["1"]} == texts(read(wide, None, Format(encoding="utf-16")))


def test_an_unquoted_na_is_missing_and_told_and_a_quoted_one_is_namibia(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\nNA,"NA"\n"NA", NA\nNA,\nx,""\n y ,  \n')
    reading = read(path)
    assert [None, "NA", None, "x", " y "] == values(reading, "a")
    assert ["NA", None, None, None, None] == values(reading, "b")
    assert {"a": {"NA": 2}, "b": {"NA": 1}} == reading.missing
    (note,) = reading.notes
    assert "NA without quotes is missing: a (2 rows), b (1 row)" in note
    assert ["NA", "NA", "NA", "x", " y "] == values(read(path, None, Format(missing=())), "a")
    assert {} == read(path, None, Format(missing=())).missing
    assert 2 == values(read(path, None, Format(missing=("x", "NA"))), "a").count(None) - 1


def test_nothing_else_is_missing(tmp_path: Path) -> None:
    labels = ["None", "null", "nan", "N/A", "-", "n/a", "NULL", "#N/A"]
    path = written(tmp_path, "a,b\n" + "".join(f"{label},1\n" for label in labels))
    assert labels == values(read(path), "a")


def test_empty_columns_at_the_end_are_ignored(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,,\n1,2,, \n3,4,,\n")
    assert ["a", "b"] == names_in(path)
    assert {"a": ["1", "3"], "b": ["2", "4"]} == texts(read(path))


def test_a_value_below_no_name_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,\n1,Likely,\n2,Well, likely\n")
    message = error(path, columns=["a"])
    assert "column 3 has no name and holds values, ' likely' in row 2 below the header" in message


def test_row_names_of_r_are_no_column(tmp_path: Path) -> None:
    path = written(tmp_path, '"","a"\n"1","x"\n"2","y"\n')
    assert {"a": ["x", "y"]} == texts(read(path))


def test_two_columns_of_one_name_are_told_by_their_places(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,c, a\n1,2,3,4\n")
    assert "column 'a' appears twice, as column 1 and as column 4" in error(path)


def test_names_are_folded_and_told(tmp_path: Path) -> None:
    reading = read(written(tmp_path, 'a , "b\u200b"\n1,2\n'.replace(', "', ',"')))
    assert ["a", "b"] == reading.table.column_names
    assert "'a ' is called 'a'" in reading.notes[0]


@pytest.mark.parametrize(("row", "has"), [("1,2,3", "3 values"), ("1", "1 value")])
def test_a_ragged_row_is_told_by_its_line(tmp_path: Path, row: str, has: str) -> None:
    path = written(tmp_path, f'a,b\n"x\ny",1\n\n2,3\n{row}\n4,5\n')
    message = error(path)
    assert f"line 6 has {has}, the header 2 names" in message


def test_no_more_than_the_beginning_of_a_ragged_row_is_shown(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,2\n" + "secret" * 50 + ",hidden,3\n")
    message = error(path)
    assert "hidden" not in message
    assert 10 >= message.count("secret")


def test_a_title_above_the_header_is_told_with_what_to_write(tmp_path: Path) -> None:
    path = written(tmp_path, "Export of May\n\na,b,c\n1,2,3\n4,5,6\n")
    assert "if line 3 is the header, say format: {skip_rows: 2}" in error(path)
    reading = read(path, None, Format(skip_rows=2))
    assert {"a": ["1", "4"], "b": ["2", "5"], "c": ["3", "6"]} == texts(reading)
    titled = written(tmp_path, "Export, of May\na,b,c\n1,2,3\n4,5,6\n")
    assert "skip_rows: 1" in error(titled)


QUALTRICS = (
    'StartDate,Q1\nStart Date,"What, if\nany ""brand"", do you know?"\n'
    '"{""ImportId"":""startDate"",""timeZone"":""America/Denver""}","{""ImportId"":""QID1""}"\n'
    "2026-01-02,Acme\n2026-01-03,\n"
)


def test_qualtrics_rows_are_labels_and_no_respondents(tmp_path: Path) -> None:
    reading = read(written(tmp_path, QUALTRICS))
    assert {"StartDate": ["2026-01-02", "2026-01-03"], "Q1": ["Acme", None]} == texts(reading)
    assert 'What, if any "brand", do you know?' == reading.codebook.of("Q1").label
    assert "rows 2 and 3 hold Qualtrics' question texts" in reading.notes[0]
    assert reading.codebook == codebook_in([tmp_path / "survey.csv"])  # without reading the rows


def test_import_ids_alone_are_no_respondent_either(tmp_path: Path) -> None:
    content = 'a,b\n"{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"\n1,2\n'
    reading = read(written(tmp_path, content))
    assert {"a": ["1"], "b": ["2"]} == texts(reading)
    assert None is reading.codebook.of("a").label


def test_whole_numbers_and_truth_values_read_as_typed_files_have_them(tmp_path: Path) -> None:
    content = "whole,truth,other,code,mixed,sign\n"
    content += "1.0,TRUE,1.0,007,1.0,-0.0\n 2.00 ,False,2.5,1.0,x,+1.0\n,true,,,,\n"
    assert {
        "whole": ["1", "2", None],
        "truth": ["true", "false", "true"],
        "other": ["1.0", "2.5", None],
        "code": ["007", "1.0", None],
        "mixed": ["1.0", "x", None],
        "sign": ["-0.0", "+1.0", None],
    } == texts(read(written(tmp_path, content)))


def test_long_ids_and_written_decimals_stay(tmp_path: Path) -> None:
    content = "id,w\n618000000000000001,345.10\n618000000000000002.0,1e3\n"
    assert {
        "id": ["618000000000000001", "618000000000000002"],
        "w": ["345.10", "1e3"],
    } == texts(read(written(tmp_path, content)))


def test_a_decimal_comma_is_a_point_and_told(tmp_path: Path) -> None:
    path = written(tmp_path, "w;n;text\n1,25;3,0;1,2,3\n0,5;4,0;1\n")
    reading = read(path)
    assert {"w": ["1.25", "0.5"], "n": ["3", "4"], "text": ["1,2,3", "1"]} == texts(reading)
    assert "a decimal comma is read as a point: w (1,25), n (3,0)" in reading.notes[1]
    assert ["1,25", "0,5"] == values(read(path, None, Format(decimal=".")), "w")
    tabbed = written(tmp_path, "w\tn\n1,25\t3\n")
    assert ["1,25"] == values(read(tabbed), "w")
    assert ["1.25"] == values(read(tabbed, None, Format(decimal=",")), "w")


def test_points_in_groups_of_three_must_be_decided_where_semicolons_separate(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, "region;n\nNorth;1.234\nSouth;999\nEast;1.234.567\n")
    reading = read(path)
    assert ["region"] == reading.table.column_names
    assert "holds numbers such as '1.234', thousands or decimals" in reading.refused["n"]
    german = read(path, None, Format(decimal=","))
    assert ["1234", "999", "1234567"] == values(german, "n")
    assert "thousands: n (1.234)" in german.notes[-1]
    assert ["1.234", "999", "1.234.567"] == values(read(path, None, Format(decimal=".")), "n")


def test_lines_within_quotes_belong_to_the_value(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\r\n"one\r\ntwo, three",1\r\nx,2\r\n')
    assert {"a": ["one\r\ntwo, three", "x"], "b": ["1", "2"]} == texts(read(path))


def test_a_quotation_mark_that_nothing_closes_swallows_no_respondents(tmp_path: Path) -> None:
    ends = written(tmp_path, 'a,b,c\n1,2,3\n4,5,"6\n7,8,9\n10,11,12\n')
    assert "row 2 below the header has a quotation mark that is not closed" in error(ends)
    assert "not closed in column 'c'" in error(ends, columns=["a"])
    later = written(tmp_path, 'a,b,c\n1,"2,3\n4,5,6\n7,"8 9",10\n')
    assert "not closed in column 'b'" in error(later)
    said = written(tmp_path, 'a,b,c\n1,"one,\ntwo, three\nand four",10\n')
    assert ["one,\ntwo, three\nand four"] == values(read(said), "b")


def test_rows_and_headers_may_be_longer_than_a_block(tmp_path: Path) -> None:
    name, long = "n" * (BLOCK + 10), "x" * (9 * BLOCK)
    names = ",".join(f"{name[:100_000]}{k}" for k in range(20))
    path = written(tmp_path, f"a,{names}\n{long}{',1' * 20}\ny{',2' * 20}\n")
    assert [long, "y"] == values(read(path, ["a"]), "a")


def test_in_two_columns_a_comma_in_prose_is_no_row(tmp_path: Path) -> None:
    said = written(tmp_path, 'a,b\n1,"one,\ntwo, three\nfour, five\n"\n2,x\n')
    assert 2 == read(said).table.num_rows
    swallowed = written(tmp_path, 'a,b\n1,"2\n3,4\n5,6\n7,8\n9,10\n')
    assert "not closed in column 'b'" in error(swallowed)


@pytest.mark.parametrize("sign", ["::", "", '"', "\n"])
def test_what_is_no_delimiter_is_refused(tmp_path: Path, sign: str) -> None:
    path = written(tmp_path, "a,b\n1,2\n")
    assert "is no delimiter: it is one sign" in error(path, Format(delimiter=sign))


def test_old_line_ends_and_bytes_that_break_off_are_seen(tmp_path: Path) -> None:
    assert {"a": ["1", "3"], "b": ["2", "4"]} == texts(read(written(tmp_path, "a,b\r1,2\r3,4\r")))
    cut = "\ufeffa,b\n1,Ö\n".encode("utf-16-le") + b"\0"
    assert "is not written in utf-16-le" in error(written(tmp_path, cut))
    late = b"a,b\n" + b"1,x\n" * (BLOCK // 3) + b"2,\x81\n"
    assert "is not written in cp1252" in error(written(tmp_path, late), Format(encoding="cp1252"))


def test_ten_thousand_columns_are_read_in_a_moment(tmp_path: Path) -> None:
    names = [f"question_{k}" for k in range(10_000)]
    path = written(tmp_path, "\n".join(";".join(row) for row in (names, names, names)))
    assert names == read(path, names[::-1]).table.column_names[::-1]


def test_columns_come_in_the_order_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,c\n1,2,3\n")
    assert ["c", "a"] == read(path, ["c", "a", "c"]).table.column_names
    message = error(path, columns=["regoin", "a"])
    assert "there is no column 'regoin'" in message
    assert "Its columns: a, b, c" in message


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_an_error(tmp_path: Path, content: str) -> None:
    assert "is empty" in error(written(tmp_path, content))


def test_a_file_without_respondents_is_a_table_without_rows(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "a,b\n"))
    assert {"a": [], "b": []} == texts(reading)
    assert [] == text_column(reading.table.column("a")).tolist()


def test_what_cannot_be_read_is_an_error_of_the_file(tmp_path: Path) -> None:
    assert "there is no such file" in error(tmp_path / "absent.csv")
    assert "cannot tell its format" in error(tmp_path / "survey.docx")
    (tmp_path / "survey.parquet").mkdir()
    assert "is a directory" in error(tmp_path / "survey.parquet")
