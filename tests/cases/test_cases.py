"""Cases: what went wrong for real users of other programs, each with its right outcome.

A case is a folder with the user's files, and mostly with a clean version whose numbers are right.
"""

import asyncio
import contextlib
import re
import shutil
import threading
from pathlib import Path

import pandas as pd
import pytest

import sweep
from tests.cli.conftest import Ended, inside

pytestmark = [pytest.mark.reference, pytest.mark.sampling, pytest.mark.slow]

CASES = Path(__file__).parents[3] / "shared" / "cases"


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a copy of the case whose number is the test's."""
    number: str = request.node.get_closest_marker("case").args[0]
    found = sorted(CASES.glob(f"{number}-*"))
    if not found:
        pytest.skip(f"no case {number} in {CASES}")
    shutil.copytree(found[0], tmp_path / "case")
    return tmp_path / "case"


def checked(case: Path, config: str = "sweep.yaml") -> Ended:
    return inside("check", config, cwd=case)


def ran(case: Path, config: str = "sweep.yaml") -> tuple[Ended, sweep.Run]:
    """Run a config of a case; return how the command ended, and its run."""
    ended = inside("run", config, "--set", f"execution.store={config}.store", cwd=case)
    return ended, sweep.open("last", case / f"{config}.store")


def estimated(case: Path, config: str = "sweep.yaml") -> pd.DataFrame:
    """Return the estimates of a case that ends well."""
    ended, run = ran(case, config)
    assert 0 == ended.code, ended.err
    return run.estimates()


def total(rows: pd.DataFrame) -> pd.Series:
    """Return the row of everybody."""
    columns = list(rows.columns)
    variables = columns[columns.index("group") + 1 : columns.index("mean")]
    whole = rows[rows[variables].isna().all(axis=1) & rows["group"].isna()]
    assert 1 == len(whole)
    row: pd.Series = whole.iloc[0]
    return row


@pytest.mark.case("01")
def test_rows_by_a_variable_that_is_not_in_the_model_say_so(case: Path) -> None:
    rows = estimated(case)
    ages = rows[rows["age_band"].notna()]
    assert 3 == len(ages)
    assert ages["flag"].str.startswith("age_band is not in the model").all()
    clean = estimated(case, "clean.yaml").set_index("age_band")["mean"]
    assert clean.loc[["18-34", "35-54", "55+"]].round(2).tolist() == pytest.approx(
        [0.72, 0.49, 0.17], abs=0.02
    )


SAME = [
    pytest.param(400.0, id="empty text in Parquet", marks=pytest.mark.case("02")),
    pytest.param(600.0, id="blank at the end", marks=pytest.mark.case("03")),
    pytest.param(360.0, id="words for not asked", marks=pytest.mark.case("05")),
    pytest.param(600.0, id="binary text", marks=pytest.mark.case("07")),
]


@pytest.mark.parametrize("n", SAME)
def test_what_is_written_oddly_gives_the_estimates_of_the_clean_file(case: Path, n: float) -> None:
    odd, clean = estimated(case), estimated(case, "clean.yaml")
    assert n == total(odd)["n"]
    pd.testing.assert_frame_equal(clean, odd)


@pytest.mark.case("08")
def test_ids_of_eighteen_digits_stay_apart(case: Path) -> None:
    regions = estimated(case).dropna(subset="region").set_index("region")["n"]
    assert [119.0, 193.0, 288.0] == sorted(regions.tolist())
    assert all(re.fullmatch(r"\d{18}", str(label)) for label in regions.index)


@pytest.mark.case("10")
def test_a_code_in_quotes_is_no_missing_value(case: Path) -> None:
    rows = estimated(case)
    assert 600 == total(rows)["n"]
    assert "NA" in rows["region"].tolist()
    assert 0 == checked(case, "check_csv.yaml").code


@pytest.mark.case("11")
def test_a_row_that_sums_the_others_is_refused(case: Path) -> None:
    ended = checked(case)
    assert 2 == ended.code
    assert "level 'OVERALL' (20,000 people) seems to be the sum of the others" in ended.err
    assert 0 == checked(case, "clean.yaml").code


@pytest.mark.case("13")
def test_ages_are_compared_as_numbers_or_not_at_all(case: Path) -> None:
    ended = checked(case)
    assert 2 == ended.code
    assert "'65' is text: write the number without quotes" in ended.err
    rows = estimated(case, "numeric.yaml")
    seniors = rows[rows["group"] == "seniors"].iloc[0]
    assert 45 / 105 == pytest.approx(float(seniors["share"]))
    assert 264 == seniors["n"]


@pytest.mark.case("14")
def test_a_code_for_refusal_is_no_age(case: Path) -> None:
    ended = checked(case)
    assert 2 == ended.code
    assert "999 (120 rows)" in ended.err
    assert "study.survey.missing_values" in ended.err
    assert 0 == checked(case, "clean.yaml").code


@pytest.mark.case("15")
def test_rows_of_question_texts_are_no_respondents(case: Path) -> None:
    ended, run = ran(case)
    assert 0 == ended.code
    assert 600 == total(run.estimates())["n"]
    assert "rows 2 and 3 hold Qualtrics' question texts" in ended.err


@pytest.mark.case("16")
def test_names_with_brackets_are_names(case: Path) -> None:
    ended, run = ran(case)
    assert 0 == ended.code
    assert ["Q5[SQ001]"] == run.fits()["outcome"].tolist()
    assert len(run.estimates(outcomes="Q5[SQ001]"))


@pytest.mark.case("17")
def test_an_index_of_the_file_is_nobodys_business(case: Path) -> None:
    ended = checked(case)
    assert 0 == ended.code
    assert "600 read, 597 kept" in ended.out
    assert "3 dropped: missing region" in ended.out


@pytest.mark.case("19")
def test_a_column_of_lists_costs_its_own_outcome(case: Path) -> None:
    ended, run = ran(case)
    assert 2 == ended.code
    assert "column 'aided_multi' holds lists" in ended.err
    assert {"ok": 1, "failed": 1} == {k: v for k, v in run.counts().items() if v}
    assert "aided_multi" == run.failures["outcome"].item()


@pytest.mark.case("21")
def test_a_predictor_may_not_take_the_name_of_a_draws_column(case: Path) -> None:
    ended = checked(case)
    assert 2 == ended.code
    assert "'chain'" in ended.err


@pytest.mark.case("22")
def test_files_named_like_modules_are_not_imported(case: Path) -> None:
    assert 0 == ran(case)[0].code


@pytest.mark.case("23")
def test_a_thread_and_a_coroutine_may_run_a_sweep(case: Path) -> None:
    found: list[sweep.Run] = []

    def work() -> None:
        found.append(sweep.run(case / "sweep.yaml", progress=False))

    async def main() -> None:
        work()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    with contextlib.chdir(case):
        asyncio.run(main())
    assert [1, 1] == [run.counts()["ok"] for run in found]


@pytest.mark.case("25")
def test_a_part_alone_has_the_estimate_it_has_among_others(case: Path) -> None:
    rows, alone = estimated(case), estimated(case, "alone.yaml")
    within = rows[(rows["group"] == "only_east") | (rows["region"] == "East")]["mean"].tolist()
    assert within[:1] * 3 == [*within, *alone["mean"]]


@pytest.mark.case("26")
def test_a_level_that_the_filter_drops_is_the_models_guess(case: Path) -> None:
    rows = estimated(case)
    east = rows[rows["region"] == "East"].iloc[0]
    assert 1.0 == east["unseen_share"]
    assert pd.isna(east["n"])
    assert pd.isna(east["raw"])
    assert 481 == total(rows)["n"]


@pytest.mark.case("28")
def test_probabilities_that_are_none_fail_their_outcome(case: Path) -> None:
    own = case / "models" / "own.py"
    moved = own.read_text().replace("sweep.cells", "sweep.model")  # where they are handed out now
    own.write_text(moved)
    ended, run = ran(case)
    assert 1 == ended.code
    assert "outside [0, 1]" in run.failures["reason"].item()


@pytest.mark.case("32")
def test_asking_for_more_groups_changes_no_share(case: Path) -> None:
    rows, right = estimated(case), estimated(case, "right.yaml")
    shares = rows.dropna(subset="region").set_index("region")["share"].round(3)
    assert {"North": 0.321, "South": 0.332, "East": 0.348} == shares.to_dict()
    assert total(right)["mean"] == total(rows)["mean"]


@pytest.mark.case("33")
def test_empty_columns_at_the_end_are_none(case: Path) -> None:
    assert 0 == checked(case).code


@pytest.mark.case("34")
def test_semicolons_and_windows_text_are_found_out_and_told(case: Path) -> None:
    ended, run = ran(case)
    assert 0 == ended.code
    assert "columns are separated by semicolons" in ended.err
    assert "read as Windows-1252" in ended.err
    assert 600 == total(run.estimates())["n"]
