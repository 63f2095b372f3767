"""Reading tables: only what is named, typed by one rule, filtered, derived and labelled."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sweep.config import Cut, Recode, Study
from sweep.data.derivation import cut
from sweep.data.findings import Findings, Mistaken
from sweep.data.rules import rules_of
from sweep.data.variables import prepare
from sweep.errors import DataError
from tests.project import Project
from tests.support.columns import text_series_of, text_table
from tests.support.files import read_columns, read_table


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(text)
    return path


def study(project: Project, derive: dict[str, object]) -> Study:
    return project.config({"derive": derive}).study


def test_codes_with_leading_zeros_stay_text_in_csv(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "code,age\n01,20\n10,30\n"), ["code", "age"], {})
    assert ["01", "10"] == table["code"].tolist()
    assert ["20", "30"] == table["age"].tolist()


def test_none_and_null_are_labels_and_only_blank_and_na_are_missing(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "a,b\nNone,1\nnull,2\nNA,3\n,4\nnan,5\n"), ["a"], {})
    assert ["None", "null", "nan"] == table["a"].dropna().tolist()
    assert [False, False, True, True, False] == table["a"].isna().tolist()


def test_one_word_among_numbers_keeps_the_column_text(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "a\n1\n2\nDK\n"), ["a"], {})
    assert ["1", "2", "DK"] == table["a"].tolist()


def test_an_unnamed_column_is_never_read(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pd.DataFrame({"a": [1], "secret": ["x"]}).to_parquet(path)
    assert ["a"] == list(read_table(path, ["a"], {}).columns)
    assert ["a", "secret"] == read_columns(path)


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"\xef\xbb\xbfa,b\n1,2\n")
    assert ["1"] == read_table(path, ["a"], {})["a"].tolist()


def test_a_row_longer_than_the_header_is_an_error_not_a_shift(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"table\.csv"):
        read_table(written(tmp_path, "a,b\n1,2,3\n4,5,6\n"), ["a"], {})


def test_a_column_twice_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="column 'a' appears twice"):
        read_columns(written(tmp_path, "a,b,a\n1,2,3\n"))


@pytest.mark.parametrize("name", ["absent.csv", "absent.parquet"])
def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=f"{name}: there is no such file"):
        read_columns(tmp_path / name)


@pytest.mark.parametrize("name", ["bad.csv", "bad.parquet"])
def test_bytes_that_are_no_table_are_an_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"a,b\n\xff\xfe\x00,1\n")
    with pytest.raises(DataError, match=name):
        read_table(path, ["a"], {})


def test_an_empty_csv_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"table\.csv"):
        read_columns(written(tmp_path, ""))


def test_an_answer_of_many_lines_is_one_cell_wherever_the_file_is_cut(tmp_path: Path) -> None:
    """CSV is read in pieces of a megabyte; a piece may begin inside of quotes."""
    answer = "line, and another\n" * 40
    rows = "".join(f'{k},"{answer}",{k % 7}\n' for k in range(3_000))
    table = read_table(written(tmp_path, f"id,said,n\n{rows}"), ["id", "said", "n"], {})
    assert [str(k) for k in range(3_000)] == table["id"].tolist()
    assert {" ".join(answer.split())} == set(table["said"])
    assert [str(k % 7) for k in range(3_000)] == table["n"].tolist()


def test_a_missing_column_is_an_error_with_a_guess(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no column 'regoin'\. Did you mean 'region'\?"):
        read_table(written(tmp_path, "region,age\nx,1\n"), ["regoin"], {})


def test_rename_gives_columns_their_new_names_and_may_swap_them(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,2\n")
    table = read_table(path, ["a", "b"], {"a": "b", "b": "a"})
    assert ["1"] == table["b"].tolist()
    assert ["2"] == table["a"].tolist()


def test_renaming_onto_a_column_that_is_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="columns 'a' and 'b' would both be called 'b'"):
        read_table(written(tmp_path, "a,b\n1,2\n"), ["b"], {"a": "b"})


def test_whole_numbers_have_no_point_and_truth_is_in_lower_case(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    table = {"n": [1.0, 2.0, 2.5], "t": [True, None, False], "big": [2**62, 2**62 + 1, None]}
    pq.write_table(pa.table(table), path)
    made = read_table(path, list(table), {})
    assert ["1", "2", "2.5"] == made["n"].tolist()
    assert ["true", "false"] == made["t"].dropna().tolist()
    assert [str(2**62), str(2**62 + 1)] == made["big"].dropna().tolist()
    assert [False, True, False] == made["t"].isna().tolist()


def test_what_looks_alike_is_one_value(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "a\nVery likely \nVery  likely\nvery likely\n"), ["a"], {})
    assert ["Very likely", "Very likely", "very likely"] == table["a"].tolist()


def test_an_edge_belongs_to_the_band_above_and_below_the_first_is_missing() -> None:
    rule = Cut(cut="age", at=(18.0, 35.0), labels=("18-34", "35+"))
    made = cut(text_series_of([17.9, 18.0, 34.999, 35.0, 120.0, np.nan]), rule)
    assert ["18-34", "18-34", "35+", "35+"] == made.dropna().tolist()
    assert [True, False, False, False, False, True] == made.isna().tolist()


def test_one_label_more_than_edges_opens_the_first_band() -> None:
    rule = Cut(cut="age", at=(18.0,), labels=("minor", "adult"))
    assert ["minor", "adult"] == cut(text_series_of([-5, 18]), rule).tolist()


def test_a_word_among_the_numbers_to_cut_is_missing_and_told(project: Project) -> None:
    table = text_table(pd.DataFrame({"age": ["20", "unknown", "60", "unknown"]}))
    findings = Findings()
    spec = project.config().study
    made = prepare(table, {"age_band": "age_band"}, None, rules_of(spec, "survey"), findings)
    assert [False, True, False, True] == made.rows["age_band"].isna().tolist()
    assert [] == findings.mistakes
    assert [
        "the survey's column 'age' holds no number to cut: 'unknown' in row 2; 2 rows in all; read "
        "as missing"
    ] == [notice.message for notice in findings.notices]


def test_cutting_words_alone_is_a_mistake_at_its_key(project: Project) -> None:
    table = text_table(pd.DataFrame({"age": ["young", "old"]}))
    findings = Findings()
    prepare(
        table, {"age_band": "age_band"}, None, rules_of(project.config().study, "survey"), findings
    )
    assert [("study", "derive", "age_band", "cut")] == [m.path for m in findings.mistakes]


def test_rows_that_the_filter_drops_are_not_cut(project: Project) -> None:
    table = text_table(pd.DataFrame({"age": ["How old?", "20"], "sex": ["What?", "f"]}))
    findings = Findings()
    spec = project.config().study
    made = prepare(
        table, {"age_band": "age_band"}, "sex == 'f'", rules_of(spec, "survey"), findings
    )
    assert ["18-34"] == made.rows["age_band"].tolist()
    assert ([], []) == (findings.mistakes, findings.notices)


def test_a_filter_sees_derived_variables(project: Project) -> None:
    table = text_table(pd.DataFrame({"age": [20, 40, 60]}))
    spec = project.config().study
    for condition in ("age_band != '18-34'", "age_band >= '35-54'"):
        made = prepare(table, {}, condition, rules_of(spec, "survey"), Findings())
        assert [1, 2] == made.kept.tolist()


def test_recode_swaps_passes_through_and_compares_as_text(project: Project) -> None:
    spec = study(
        project,
        {"a": {"recode": {"x": "y", "y": "x"}}, "b": {"recode": {"1": "one"}, "column": "number"}},
    )
    assert isinstance(spec.derive["a"], Recode)
    table = text_table(pd.DataFrame({"a": ["x", "y", "z"], "number": [1.0, 2.0, np.nan]}))
    made = prepare(table, {"a": "a", "b": "b"}, None, rules_of(spec, "survey"), Findings()).rows
    assert ["y", "x", "z"] == made["a"].tolist()
    assert ["one", "2"] == made["b"].dropna().tolist()


def test_the_filter_sees_the_source_and_what_it_drops_is_counted(project: Project) -> None:
    table = text_table(pd.DataFrame({"age": [17, 20, np.nan, 60]}))
    spec = project.config().study
    made = prepare(
        table, {"age_band": "age_band"}, "age >= 18", rules_of(spec, "survey"), Findings()
    )
    assert [1, 3] == made.kept.tolist()
    assert 4 == made.read
    assert (("filter: age >= 18", 2),) == made.dropped
    assert ["18-34", "55+"] == made.rows["age_band"].tolist()


def test_a_filter_that_leaves_nobody_is_an_error(project: Project) -> None:
    rules, findings = rules_of(project.config().study, "survey"), Findings()
    with pytest.raises(Mistaken):
        prepare(text_table(pd.DataFrame({"age": [20]})), {}, "age > 99", rules, findings)
    assert ["study.survey.filter: the survey has no rows left after filter 'age > 99'"] == [
        str(mistake) for mistake in findings.mistakes
    ]


def test_csv_and_parquet_give_the_same_design(project: Project) -> None:
    for name in ("survey", "population"):
        table = pd.read_csv(project.directory / f"{name}.csv")
        project.write(f"{name}.parquet", table)
    other = project.config(
        {"survey": {"source": "survey.parquet"}, "population": {"source": "population.parquet"}}
    )
    first, second = project.plan()[1].prepared, project.plan(other)[1].prepared
    assert first.key != second.key
    assert first.design.levels == second.design.levels
    assert first.design.frame.digest() == second.design.frame.digest()
    assert first.design.respondents.cell.tolist() == second.design.respondents.cell.tolist()
    assert first.design.summary == second.design.summary


def test_only_the_columns_the_config_names_are_read(project: Project) -> None:
    """An unreadable column beside them does no harm: nested values cannot be labelled."""
    table = pd.read_csv(project.directory / "survey.csv")
    junk = pd.Series([("a", "list")] * len(table))
    project.write("survey.parquet", table.assign(junk=junk))
    _, plan = project.plan(project.config({"survey": {"source": "survey.parquet"}}))
    assert 300 == plan.prepared.design.summary["survey"]["kept"]


def test_a_sample_is_the_same_every_time_and_counted(project: Project) -> None:
    first = project.plan(sample=50)[1].prepared
    (project.directory / ".sweep").rename(project.directory / "aside")
    second = project.plan(sample=50)[1].prepared
    rows = first.design.respondents.row
    assert rows.tolist() == second.design.respondents.row.tolist()
    assert 50 == len(set(rows.tolist()))
    assert [{"reason": "left out by --sample", "count": 250}] == first.design.summary["survey"][
        "dropped"
    ]
    assert project.plan()[1].prepared.key != first.key


def test_another_seed_samples_others(project: Project) -> None:
    first = project.plan(sample=50)[1].prepared.design.respondents.row
    other = project.config({"sampler": {"seed": 8}})
    assert (
        first.tolist() != project.plan(other, sample=50)[1].prepared.design.respondents.row.tolist()
    )


def test_an_edge_more_than_labels_closes_the_last_band_and_what_lies_outside_is_told(
    project: Project,
) -> None:
    bands = {"cut": "age", "at": [18, 35, 100], "labels": ["18-34", "35+"]}
    spec = study(project, {"age_band": bands})
    table = text_table(pd.DataFrame({"age": [17, 18, 99, 100, 999]}))
    findings = Findings()
    made = prepare(table, {"age_band": "age_band"}, None, rules_of(spec, "survey"), findings).rows
    assert ["18-34", "35+"] == made["age_band"].dropna().tolist()
    assert [
        "the survey's column 'age' lies outside of all bands in 3 rows ('17', '100', '999'): read "
        "as missing"
    ] == [notice.message for notice in findings.notices]


@pytest.mark.parametrize(
    ("ages", "suspected"),
    [
        ([20, 40, 88, 999], ["999 (1 row)"]),
        ([20, 40, 88, 99, 99], ["99 (2 rows)"]),
        ([*range(18, 92), 98], ["98 (1 row)"]),
        ([*range(18, 100)], []),
        ([20, 60, 95], []),
    ],
)
def test_numbers_that_surveys_write_for_no_answer_are_no_ages(
    project: Project, ages: list[int], suspected: list[str]
) -> None:
    findings = Findings()
    table = text_table(pd.DataFrame({"age": ages}))
    spec = project.config().study
    prepare(table, {"age_band": "age_band"}, None, rules_of(spec, "survey"), findings)
    assert [("study", "derive", "age_band", "cut")] * len(suspected) == [
        mistake.path for mistake in findings.mistakes
    ]
    assert all(words in findings.mistakes[0].message for words in suspected)


@pytest.mark.parametrize(
    ("recode", "refused"),
    [
        ({"North": "N"}, None),
        ({"Nroth": "N"}, "neither survey nor population holds 'Nroth'. Did you mean 'North'?"),
        ({" North": "N"}, None),
    ],
)
def test_a_value_that_is_recoded_is_one(
    project: Project, recode: dict[str, str], refused: str | None
) -> None:
    changed = {"derive": {"region": {"recode": recode}}}
    if refused is None:
        assert "N" in project.plan(project.config(changed))[1].prepared.design.levels["region"]
    else:
        with pytest.raises(DataError, match=re.escape(refused)) as caught:
            project.plan(project.config(changed))
        assert "study.derive.region.recode.Nroth" in str(caught.value)
