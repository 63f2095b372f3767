"""Triple-S surveys: definitions in XML, records beside them, in columns or in a CSV."""

from datetime import date, time
from pathlib import Path

import pyarrow as pa
import pytest

from sweep.data.codebook import ColumnBook, ResponseSet
from sweep.errors import DataError
from sweep.sources import triple_s
from sweep.sources.reading import Format, Reading

FORMAT = Format()

VARIABLES = """
<variable ident="1" type="quantity" use="serial"><name>id</name><label>Number</label>
  <position start="1" finish="3"/><values><range from="1" to="999"/></values></variable>
<variable ident="2" type="single"><name>visits</name><label>Number of<br/>visits</label>
  <position start="4" finish="5"/>
  <values><value code="1">First</value><value code="02">Second</value><range from="3" to="4"/>
  <value code="9">Don't know</value></values></variable>
<variable ident="3" type="multiple"><name>seen</name><label>Seen &amp; known</label>
  <position start="6" finish="9"/>
  <values><value code="1">Castle</value><value code="2">Caf&#233;</value><value code="4">Other
  </value></values></variable>
<variable ident="4" type="multiple"><name>best</name><label>Best two</label>
  <position start="10" finish="13"/><spread subfields="2" width="2"/>
  <values><value code="1">Castle</value><value code="2">Café</value><value code="12">Other</value>
  </values></variable>
<variable ident="5" type="character"><name>why</name><label>Why</label>
  <position start="14" finish="21"/><size>8</size></variable>
<variable ident="6" type="logical"><name>again</name><label>Would come again</label>
  <position start="22"/></variable>
<variable ident="7" type="date"><name>day</name><position start="23" finish="30"/></variable>
<variable ident="8" type="time"><name>hour</name><position start="31" finish="36"/></variable>
<variable ident="9" type="quantity" use="weight"><name>w</name><label>Weight</label>
  <position start="37" finish="41"/><values><range from="0.00" to="99.99"/>
  <value code="99.90">Unknown</value></values></variable>
<variable ident="10" type="single" format="literal" filter="again"><name>party</name>
  <label><text mode="interview">Which?</text></label><position start="42" finish="43"/>
  <values><value code="A">Alpha</value><value code="01">One</value></values></variable>
"""
FIXED = [
    "001" " 1" "1101" " 112" "Käse   x" "1" "20200102" "030405" " 1.50" "A ",
    "  2" "02" "0000" "0000" "        " "0" "        " "      " "99.90" "01",
    "030" "  " "    " "    " "        " " " "        " "      " "     " "  ",
]  # fmt: skip


def defined(
    variables: str = VARIABLES, record: str = 'ident="A"', head: str = "", version: str = "2.0"
) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<sss version="{version}"><survey>'
        f"<name>S</name><record {record}>{variables}</record></survey></sss>"
    )


def survey(
    folder: Path, records: list[str], definitions: str | None = None, suffix: str = ".asc"
) -> Path:
    path = folder / "survey.xml"
    path.write_text(definitions or defined(), encoding="utf-8")
    (folder / f"survey{suffix}").write_text(
        "\r\n".join(records) + "\r\n", encoding="utf-8", newline=""
    )
    return path


def one(kind: str, width: int, inner: str = "", attributes: str = "") -> str:
    return defined(
        f'<variable ident="1" type="{kind}" {attributes}><name>q</name><label>Q</label>'
        f'<position start="1" finish="{width}"/>{inner}</variable>'
    )


def values(*codes: object) -> str:
    return "<values>" + "".join(f'<value code="{c}">L{c}</value>' for c in codes) + "</values>"


EXPECTED = {
    "id": [1, 2, 30],
    "visits": [1, 2, None],
    "seen_1": [1, 0, None],
    "seen_2": [1, 0, None],
    "seen_4": [1, 0, None],
    "best_1": [1, 0, None],
    "best_2": [0, 0, None],
    "best_12": [1, 0, None],
    "why": ["Käse   x", None, None],
    "again": [True, False, None],
    "day": [date(2020, 1, 2), None, None],
    "hour": [time(3, 4, 5), None, None],
    "w": [1.5, 99.9, None],
    "party": ["A", "01", None],
}


def test_every_type_in_columns_of_text(tmp_path: Path) -> None:
    reading = triple_s.read(survey(tmp_path, FIXED), None, FORMAT)

    assert EXPECTED == reading.table.to_pydict()
    assert {} == reading.refused
    assert pa.int64() == reading.table.schema.field("visits").type


def test_every_type_in_a_csv(tmp_path: Path) -> None:
    definitions = defined(VARIABLES, 'ident="A" format="csv" skip="1"')
    for number, place in enumerate(
        ["1..3", "4..5", "6..9", "10..13", "14..21", "22", "23..30", "31..36", "37..41", "42..43"],
        1,
    ):
        start, _, finish = place.partition("..")
        wide = f'start="{start}" finish="{finish}"' if finish else f'start="{start}"'
        definitions = definitions.replace(f"<position {wide}/>", f'<position start="{number}"/>')
    rows = [
        "id,visits,seen,best,why,again,day,hour,w,party",
        '1,01,"1101",0112,"Käse   x",1,20200102,030405,1.50,A',
        "2,2,0000,0000,,0,,,99.90,01",
        "30,,,,,,,,,",
    ]

    reading = triple_s.read(survey(tmp_path, rows, definitions, ".csv"), None, FORMAT)

    assert EXPECTED == reading.table.to_pydict()


def test_the_codebook_has_labels_sets_weight_and_serial(tmp_path: Path) -> None:
    path = survey(tmp_path, FIXED)
    book = triple_s.codebook(path, FORMAT)

    labels = {"1": "First", "2": "Second", "9": "Don't know"}
    assert ColumnBook("Number of visits", labels) == book.of("visits")
    assert ColumnBook("Café") == book.of("seen_2")
    assert {"99.9": "Unknown"} == book.of("w").values
    assert ColumnBook("Which?", {"A": "Alpha", "01": "One"}) == book.of("party")
    options = ("seen_1", "seen_2", "seen_4")
    assert ResponseSet("seen", "Seen & known", "dichotomy", options, "1") == book.sets["seen"]
    assert ("w", "id") == (book.weight, book.serial)
    assert book == triple_s.read(path, ["id"], FORMAT).codebook


def test_weight_and_filters_are_told(tmp_path: Path) -> None:
    assert (
        "survey.xml: the file says that its weight is 'w'",
        "survey.xml: the file says that party was asked where again is true",
    ) == triple_s.read(survey(tmp_path, FIXED), [], FORMAT).notes


def test_some_columns_come_in_the_files_order(tmp_path: Path) -> None:
    path = survey(tmp_path, FIXED)

    assert list(EXPECTED) == triple_s.names(path, FORMAT)
    table = triple_s.read(path, ["party", "best_2"], FORMAT).table
    assert ["best_2", "party"] == table.column_names
    with pytest.raises(DataError, match="Did you mean 'best_1"):
        triple_s.read(path, ["best_11"], FORMAT)


def test_both_files_are_the_survey(tmp_path: Path) -> None:
    path = survey(tmp_path, FIXED)

    assert (path, tmp_path / "survey.asc") == triple_s.files(path)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_older_versions_with_a_document_type_are_read(tmp_path: Path, version: str) -> None:
    kind = '<!DOCTYPE sss PUBLIC "-//x//DTD" "http://127.0.0.1:1/sss.dtd">'
    path = survey(tmp_path, FIXED, defined(head=kind, version=version))

    assert EXPECTED == triple_s.read(path, None, FORMAT).table.to_pydict()


def test_limits_outside_of_values_and_a_filter_as_an_element_are_read(tmp_path: Path) -> None:
    """So the standard's own example of version 1.2 writes them."""
    inner = '<filter>again</filter><range from="0.0" to="9.9"/>'
    reading = triple_s.read(survey(tmp_path, ["1.5"], one("quantity", 3, inner)), None, FORMAT)

    assert [1.5] == reading.table["q"].to_pylist()
    assert "survey.xml: the file says that q was asked where again is true" in reading.notes


def read_one(folder: Path, records: list[str], definitions: str) -> Reading:
    return triple_s.read(survey(folder, records, definitions), None, FORMAT)


SPREAD = '<spread subfields="2"/>'


@pytest.mark.parametrize(
    ("cell", "chosen"),
    [("10  ", "1"), ("01  ", "1"), ("1   ", "1"), ("13  ", "13"), ("00  ", ""), ("1300", "13")],
)
def test_a_spread_multiple_without_a_width_has_that_of_its_codes(
    tmp_path: Path, cell: str, chosen: str
) -> None:
    table = read_one(tmp_path, [cell], one("multiple", 4, SPREAD + values(1, 2, 3))).table

    assert {f"q_{c}": [int(c in chosen)] for c in "123"} == table.to_pydict()


@pytest.mark.parametrize("cell", ["0103", "14  ", "1x  "])
def test_a_spread_that_says_something_else_is_refused(tmp_path: Path, cell: str) -> None:
    reading = read_one(tmp_path, [cell], one("multiple", 4, SPREAD + values(1, 2, 3)))

    assert ["q_1", "q_2", "q_3"] == list(reading.refused)
    assert f"record 1 holds {cell!r}" in reading.refused["q_1"]


def test_a_spread_over_fields_of_a_csv(tmp_path: Path) -> None:
    variables = (
        '<variable ident="1" type="multiple"><name>q</name><position start="1" finish="2"/>'
        f"{SPREAD}{values(1, 2, 12)}</variable>"
    )
    path = survey(tmp_path, ["12,1", "2,", "0,0", ","], defined(variables, 'format="csv"'), ".csv")

    assert {"q_1": [1, 0, 0, None], "q_2": [0, 1, 0, None], "q_12": [1, 0, 0, None]} == (
        triple_s.read(path, None, FORMAT).table.to_pydict()
    )


@pytest.mark.parametrize(
    ("kind", "cell", "inner", "says"),
    [
        ("single", "x1 ", values(1), "which is no whole number"),
        ("quantity", "1,5", "", "which is no number"),
        ("quantity", " . ", "", "which is no number"),
        ("logical", "2  ", "", "which is neither 0 nor 1"),
        ("date", "020", "", "which is not YYYYMMDD"),
        ("time", "999", "", "which is not HHMMSS"),
        ("multiple", "1 1", values(1, 2, 3), "of which some places hold neither 0 nor 1"),
        ("multiple", "110", values(1, 4), "which has no place for code 4"),
    ],
)
def test_a_value_that_is_none_costs_its_column_alone(
    tmp_path: Path, kind: str, cell: str, inner: str, says: str
) -> None:
    reading = read_one(tmp_path, ["   ", cell], one(kind, 3, inner))

    assert says in set(reading.refused.values()).pop()
    assert f"record 2 holds {cell!r}" in set(reading.refused.values()).pop()
    assert [] == reading.table.column_names


@pytest.mark.parametrize(("kind", "cell"), [("date", "20201301"), ("time", "250000")])
def test_a_day_that_there_is_not_is_refused(tmp_path: Path, kind: str, cell: str) -> None:
    reading = read_one(tmp_path, [cell], one(kind, len(cell)))

    assert ["q"] == list(reading.refused)


def test_zeros_that_a_spreadsheet_took_from_a_bitstring_are_missed(tmp_path: Path) -> None:
    variables = (
        '<variable ident="1" type="multiple"><name>q</name><position start="1"/>'
        f"{values(1, 2, 3)}</variable>"
    )
    path = survey(tmp_path, ["101", "11"], defined(variables, 'format="csv"'), ".csv")

    refused = triple_s.read(path, None, FORMAT).refused
    assert "record 2 holds '11', which has no place for code 3" == refused["q_1"]


def test_a_place_of_a_code_that_there_is_not_is_ignored(tmp_path: Path) -> None:
    table = read_one(tmp_path, ["1x1 "], one("multiple", 4, values(1, 3))).table

    assert {"q_1": [1], "q_3": [1]} == table.to_pydict()


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    long = "123456789012345678901234"
    found = [
        read_one(tmp_path, [cell], one("quantity", 24)).table["q"].to_pylist()[0]
        for cell in ("900719925474099301", long, "+7", "-0.10")
    ]

    assert [900719925474099301, long, 7, -0.1] == found


def test_ranges_give_options_without_labels(tmp_path: Path) -> None:
    inner = '<values><range from="1" to="2"/><value code="3">C</value></values>'
    reading = read_one(tmp_path, ["011"], one("multiple", 3, inner))

    assert {"q_1": [0], "q_2": [1], "q_3": [1]} == reading.table.to_pydict()
    assert [None, None, "C"] == [reading.codebook.of(f"q_{n}").label for n in (1, 2, 3)]


def test_records_that_end_early_are_blank_and_told(tmp_path: Path) -> None:
    reading = read_one(tmp_path, ["1", "123", "\x1a"], one("character", 3))

    assert ["1", "123"] == reading.table["q"].to_pylist()
    assert "survey.asc: 1 record shorter than 3: the rest is blank" in reading.notes[0]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_do_anywhere(tmp_path: Path, end: str) -> None:
    path = survey(tmp_path, [], one("character", 3))
    (tmp_path / "survey.asc").write_bytes(f"a\x85b{end}cde{end}{end}".encode())

    assert ["a\x85b", "cde"] == triple_s.read(path, None, FORMAT).table["q"].to_pylist()


def test_an_empty_line_among_the_records_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"survey\.asc: line 2 is empty"):
        read_one(tmp_path, ["abc", "", "abc"], one("character", 3))


def test_a_row_of_another_length_is_an_error(tmp_path: Path) -> None:
    variables = (
        '<variable ident="1" type="character"><name>q</name><position start="2"/></variable>'
    )
    definitions = defined(variables, 'format="csv"')
    for rows in (["a,b", "c"], ["a,b", "c,d,e"], ["a,b", 'c,"d']):
        with pytest.raises(DataError, match=r"survey\.csv: line 2"):
            triple_s.read(survey(tmp_path, rows, definitions, ".csv"), None, FORMAT)


def test_the_data_file_that_the_record_names_is_read_beside_the_definitions(tmp_path: Path) -> None:
    path = survey(
        tmp_path, ["old"], one("character", 3).replace('ident="A"', 'href="x/My%20Data.DAT"')
    )
    (tmp_path / "survey.asc").unlink()
    with pytest.raises(DataError, match=r"looked for 'My Data\.DAT', 'survey\.asc'") as error:
        triple_s.read(path, None, FORMAT)
    assert "its data file is not beside it" in str(error.value)
    (tmp_path / "my data.dat").write_text("new\n")

    assert ["new"] == triple_s.read(path, None, FORMAT).table["q"].to_pylist()


def test_the_data_are_in_the_encoding_of_the_definitions_or_of_the_config(tmp_path: Path) -> None:
    path = tmp_path / "survey.sss"
    definitions = one("character", 4).replace("UTF-8", "windows-1252").replace(">Q<", ">Größe €<")
    path.write_bytes(definitions.encode("cp1252"))
    (tmp_path / "survey.asc").write_bytes("Köln\n".encode("cp1252"))

    reading = triple_s.read(path, None, FORMAT)

    assert (["Köln"], "Größe €") == (
        reading.table["q"].to_pylist(),
        reading.codebook.of("q").label,
    )
    with pytest.raises(DataError, match=r"survey\.asc: its text is not utf-8"):
        triple_s.read(path, None, Format(encoding="utf-8"))


BAD: list[tuple[str, str]] = [
    ("SSS\r\nVERSION 1.1\r\n", "it is Triple-S before XML"),
    ("", "no element found"),
    ("<sss version='2.0'><survey>", "no element found"),
    ("<html/>", "<html version=''> is not Triple-S XML 1.1, 1.2, 2.0"),
    (defined(version="9.9"), "<sss version='9.9'> is not"),
    ("<sss version='2.0'><survey/></sss>", "it has 0 records"),
    (defined('<variable type="single"><name>q</name></variable>'), "name, type or position"),
    (one("strange", 1), "variable 'q' of type 'strange'"),
    (one("single", 0), "its position is 1 to 0"),
    (one("single", 1).replace('start="1"', 'start="x"'), "invalid literal for int"),
    (one("multiple", 2, '<spread subfields="0"/>'), "spread over 0 subfields"),
    (
        defined(2 * one("single", 1).partition('<record ident="A">')[2].partition("</record>")[0]),
        "'q' twice",
    ),
    (one("multiple", 9, '<values><range from="1" to="99999999"/></values>'), "a range of codes"),
]


@pytest.mark.parametrize(("text", "says"), BAD)
def test_what_is_no_definition_is_an_error(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "survey.xml"
    path.write_text(text)

    with pytest.raises(DataError) as error:
        triple_s.names(path, FORMAT)
    assert says in str(error.value)
    assert str(path) in str(error.value)


def test_two_columns_of_one_name_are_an_error(tmp_path: Path) -> None:
    variables = (
        f'<variable type="multiple"><name>q</name><position start="1"/>{values(1)}</variable>'
        '<variable type="logical"><name>q_1</name><position start="2"/></variable>'
    )
    with pytest.raises(DataError, match="q and q_1 both give 'q_1'"):
        triple_s.names(survey(tmp_path, [], defined(variables)), FORMAT)


ENTITIES = [
    '<!DOCTYPE sss [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]>',
    '<!DOCTYPE sss [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE sss [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>',
]


@pytest.mark.parametrize("head", ENTITIES)
def test_entities_are_not_read(tmp_path: Path, head: str) -> None:
    path = survey(tmp_path, FIXED, defined(head=head))

    with pytest.raises(DataError, match="it defines entities"):
        triple_s.names(path, FORMAT)


def test_names_of_letters_are_those_of_html_or_an_error(tmp_path: Path) -> None:
    kind = '<!DOCTYPE sss PUBLIC "-//x//DTD" "http://127.0.0.1:1/sss.dtd">'
    definitions = one("character", 3).replace("<sss", f"{kind}<sss")
    named = survey(tmp_path, ["abc"], definitions.replace(">Q<", ">Caf&eacute;<"))
    assert "Café" == triple_s.codebook(named, FORMAT).of("q").label

    with pytest.raises(DataError, match="the entity &strange;, which nothing defines"):
        triple_s.names(survey(tmp_path, [], definitions.replace(">Q<", ">&strange;<")), FORMAT)
