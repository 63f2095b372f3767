"""Whole proposals: of every format, refused until decided, then sound; the same bytes each time."""

import re
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweep.config import parse_config
from sweep.data.codebook import Codebook, ColumnBook, ResponseSet
from sweep.errors import ConfigError, DataError
from sweep.proposal.propose import propose
from sweep.sources.reading import READERS
from tests.cli.conftest import Ended, inside
from tests.support.deciding import decided
from tests.support.survey_files import Survey, write

RESPONDENTS = 240
YES_NO = {"1": "Yes", "2": "No", "98": "Don't know", "99": "Refused"}


def cycled(*values: str | None, seed: int = 1) -> list[str | None]:
    """Return values that respondents gave, in no order."""
    rng = np.random.default_rng(seed)
    made = [values[k % len(values)] for k in range(RESPONDENTS)]
    return [made[k] for k in rng.permutation(RESPONDENTS)]


def survey() -> Survey:
    """Return a survey with a question of each kind."""
    aware = cycled("1", "1", "2", "98", "99", seed=1)
    used = [a and ("1" if a == "1" and k % 3 else "2") for k, a in enumerate(aware)]
    columns: dict[str, list[str | None]] = {
        "respid": [str(5000 + k) for k in range(RESPONDENTS)],
        "wt": cycled("0.5", "1.25", "1.25", seed=2),
        "s1": cycled("1", "2", seed=3),
        "age": cycled("18", "25", "33", "47", "52", "68", "71", seed=4),
        "region": cycled("1", "2", "3", seed=5),
        "aware": aware,
        "used": [u if a == "1" else None for u, a in zip(used, aware, strict=True)],
        "satisfied": cycled("1", "2", "3", "4", seed=6),
        "score": cycled("0", "3", "7", "10", seed=7),
        "ad_1": cycled("1", None, None, seed=8),
        "ad_2": cycled(None, "1", seed=9),
    }
    satisfied = {
        "1": "Very satisfied",
        "2": "Fairly satisfied",
        "3": "Dissatisfied",
        "4": "Very dissatisfied",
    }
    book = Codebook(
        {
            "s1": ColumnBook("Sex of respondent", {"1": "Male", "2": "Female"}),
            "region": ColumnBook("Region", {"1": "North-East", "2": "South", "3": "West"}),
            "aware": ColumnBook("Heard of it?", YES_NO, ("99",)),
            "used": ColumnBook("Used it?", {"1": "Yes", "2": "No"}),
            "satisfied": ColumnBook("How satisfied?", satisfied),
            "ad_1": ColumnBook("Television", {"1": "Selected"}),
            "ad_2": ColumnBook("Online", {"1": "Selected"}),
        },
        {"ads": ResponseSet("ads", "Advertising seen", "dichotomy", ("ad_1", "ad_2"), "1")},
        weight="wt",
    )
    return Survey(columns, book)


MARGINS = """variable,level,people
sex,Male,490
sex,Female,510
age,18-34,300
age,35-54,350
age,55+,350
region,North East,300
region,South,300
region,West,400
"""


def checked(directory: Path, text: str) -> Ended:
    (directory / "sweep.yaml").write_text(text)
    return inside("check", "sweep.yaml", cwd=directory)


def proposed(directory: Path, source: Path) -> str:
    (directory / "margins.csv").write_text(MARGINS)
    return propose(directory, str(source), [str(directory / "margins.csv")])


@pytest.mark.parametrize("suffix", [".sav", ".zsav", ".dta", ".csv", ".xlsx", ".parquet"])
def test_a_survey_of_any_format_is_refused_until_decided_and_then_sound(
    suffix: str, tmp_path: Path
) -> None:
    labelled = suffix in {".sav", ".zsav", ".dta"}
    made = survey() if labelled else survey().labelled()
    text = proposed(tmp_path, write(made, tmp_path / f"survey{suffix}"))

    open_ = checked(tmp_path, text)
    assert 2 == open_.code
    for k, line in enumerate(text.splitlines(), 1):
        if ": !decide # decide: " in line:
            assert f"sweep.yaml:{k}:{line.index('!decide') + 1}  still to be decided" in open_.err
    sound = checked(tmp_path, decided(text))
    assert 0 == sound.code, sound.err

    study = parse_config(decided(text).encode()).study
    assert {"sex", "age_band", "region"} == set(study.predictors)
    rules = {rule.name or rule.set or rule.match: rule for rule in study.outcomes}
    assert ("Yes",) == rules["aware"].success
    assert "aware == 'Yes'" == rules["used"].base
    assert ("Very satisfied", "Fairly satisfied") == tuple(sorted(
        rules["satisfied"].success or (), reverse=True))  # fmt: skip
    several = [rule for rule in study.outcomes if rule.kind == "multiple"]
    assert [suffix == ".sav"] == [rule.set is not None for rule in several]
    assert "score" not in rules  # numbers say nothing of what is a yes


def test_what_is_proposed_of_a_labelled_file_reads_well(tmp_path: Path) -> None:
    text = proposed(tmp_path, write(survey(), tmp_path / "survey.sav"))
    assert max(len(line) for line in text.splitlines()) < 140
    for part in (
        "rename: {s1: sex}",
        "weight: wt # the file's own weight; compared, never modelled",
        '      labels: ["18-34", "35-54", "55+"] # the population\'s bands',
        "        North-East: North East",
        "filter: \"variable == 'age'\"",
        "rename: {level: age_band}",
        'label: "Heard of it?"',
        "missing, as the file says: Refused (48)",
        "dont_know: !decide # decide: in_base (they count as no) or out_of_base",
        "all_blank: !decide # decide: none (they chose nothing) or not_asked?",
        "#   success: [7, 10] # of 0 (60), 3 (60), 7 (60), 10 (60)",
        "id: respid # two respondents with the same will be refused",
    ):
        assert part in text


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    path = write(survey(), tmp_path / "survey.sav")
    assert proposed(tmp_path, path) == proposed(tmp_path, path)


def test_paths_are_relative_to_the_config(tmp_path: Path) -> None:
    path = write(survey(), tmp_path / "survey.sav")
    text = propose(tmp_path / "study", str(path))
    assert "    source: ../survey.sav\n" in text


def test_codes_for_no_answer_without_labels_must_be_decided_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    table = pd.DataFrame({f"q{k}": rng.choice([0, 1, 98], 200) for k in range(1, 5)})
    table.assign(sex=rng.choice(["M", "F"], 200)).to_csv(tmp_path / "survey.csv", index=False)
    text = cells_of_survey(propose(tmp_path, str(tmp_path / "survey.csv")))
    assert 1 == text.count("missing_values: !decide # decide: [98], or [] if these are answers")
    assert 0 == checked(tmp_path, decided(text)).code
    kept = checked(tmp_path, decided(text, missing_values="[]"))
    assert 2 == kept.code
    assert "look like codes for no answer" in kept.err


def test_respondents_who_do_not_say_who_they_are_must_be_decided(tmp_path: Path) -> None:
    made = survey()
    sex = ["Prefer not to say" if k < 5 else v for k, v in enumerate(cycled("Male", "Female"))]
    made = Survey({**made.labelled().columns, "s1": sex})
    text = proposed(tmp_path, write(made, tmp_path / "survey.csv"))
    (line,) = re.findall(r"filter: !decide # decide: (.*)", text)
    assert "\"sex != 'Prefer not to say'\" leaves them out" == line
    assert "# 5 respondents did not say who they are" in text
    assert 0 == checked(tmp_path, decided(text)).code


def test_totals_of_the_population_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("sex,n\nMale,490\nFemale,510\nTotal,1000\n")
    path = write(survey(), tmp_path / "survey.sav")
    text = propose(tmp_path, str(path), [str(tmp_path / "people.csv")])
    assert "filter: \"sex != 'Total'\"" in text
    assert 0 == checked(tmp_path, decided(text)).code


def test_people_younger_than_all_respondents_must_be_decided(tmp_path: Path) -> None:
    rows = "".join(f"{sex},{age},5\n" for sex in ("Male", "Female") for age in range(95))
    (tmp_path / "people.csv").write_text(f"sex,age,people\n{rows}")
    path = write(survey(), tmp_path / "survey.sav")
    text = propose(tmp_path, str(path), [str(tmp_path / "people.csv")])
    assert 'filter: !decide # decide: "age >= 18" leaves out who is younger' in text
    assert "cut: age # from 18 to 71 in the survey" in text
    assert 0 == checked(tmp_path, decided(text)).code


def test_margins_side_by_side_and_together_are_sound(tmp_path: Path) -> None:
    (tmp_path / "side.csv").write_text(
        "sex,n_sex,Age group,n_age\nMen,490,16-34,300\nWomen,510,35-54,350\n,,55 and over,350\n"
    )
    (tmp_path / "two.csv").write_text(
        "sex,Age group,people\n"
        + "".join(f"{s},{a},{n}\n" for s, m in (("Men", 49), ("Women", 51))
                  for a, n in (("16-34", 3 * m), ("35-54", 3.5 * m), ("55 and over", 3.5 * m)))
    )  # fmt: skip
    path = write(survey(), tmp_path / "survey.sav")
    for name in ("side.csv", "two.csv"):
        text = propose(tmp_path, str(path), [str(tmp_path / name)])
        assert "Male: Men" in text
        assert "age_group:" in text
        done = checked(tmp_path, decided(text))
        assert 0 == done.code, done.err


def test_margins_that_are_all_shares_want_a_total(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sex,share\nMale,0.49\nFemale,0.51\nTotal,1\n")
    (tmp_path / "b.csv").write_text("region,share\nNorth-East,30\nSouth,30\nWest,40\n")
    path = write(survey(), tmp_path / "survey.sav")
    text = propose(tmp_path, str(path), [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")])
    assert "total: !decide # decide: how many people there are" in text
    assert 0 == checked(tmp_path, decided(text)).code


def test_a_margin_that_the_survey_lacks_is_a_comment(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sex,people\nMale,490\nFemale,510\n")
    (tmp_path / "b.csv").write_text("tenure,people\nOwned,300\nRented,700\n")
    path = write(survey(), tmp_path / "survey.sav")
    text = propose(tmp_path, str(path), [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")])
    assert "# nothing in the survey looks like tenure\n      # - by: [tenure]" in text
    assert 0 == checked(tmp_path, decided(text)).code
    (tmp_path / "b.csv").write_text(
        "region,tenure,people\nNorth-East,O,300\nSouth,R,300\nWest,O,400\n"
    )
    text = propose(tmp_path, str(path), [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")])
    assert "- by: [region]" in text  # what the table says of regions holds all the same
    assert 0 == checked(tmp_path, decided(text)).code


def test_a_number_that_nobody_calls_a_weight_is_none_unasked(tmp_path: Path) -> None:
    made = survey().labelled()
    columns = {("factor" if n == "wt" else n): own for n, own in made.columns.items()}
    text = proposed(tmp_path, write(Survey(columns), tmp_path / "survey.csv"))
    assert "    weight:" not in text
    (tmp_path / "many.csv").write_text(
        "sex,factor,q\n" + "".join(f"{'MF'[k % 2]},{0.5 + k / 100},Yes\n" for k in range(100))
    )
    text = propose(tmp_path, str(tmp_path / "many.csv"))
    assert "    # weight: factor # mean 0.995: is it one?" in text


def test_three_hundred_questions_are_few_rules(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    aided = {f"aided_{k}": rng.choice(["Yes", "No", "Don't know"], 300) for k in range(100)}
    agree = {f"q{k}": rng.choice(["Agree", "Disagree"], 300) for k in range(1, 101)}
    chosen = {
        f"ad{k}r{r}": rng.choice(["Selected", None], 300) for k in range(5) for r in range(1, 21)
    }
    who = {"sex": rng.choice(["M", "F"], 300)}
    pd.DataFrame({**who, **aided, **agree, **chosen}).to_parquet(tmp_path / "survey.parquet")
    text = cells_of_survey(propose(tmp_path, str(tmp_path / "survey.parquet")))
    study = parse_config(decided(text).encode()).study
    assert ["aided_*", "q*"] == [rule.match for rule in study.outcomes if rule.kind == "binary"]
    assert 2 + 5 == len(study.outcomes)


def cells_of_survey(text: str) -> str:
    """Return a config whose population, of which nothing was said, is the survey's own."""
    return re.sub(r"    source: !decide.*\n    size: !decide.*\n", "    cells_of: survey\n", text)


def test_without_a_population_it_is_to_be_decided(tmp_path: Path) -> None:
    path = write(survey(), tmp_path / "survey.sav")
    text = propose(tmp_path, str(path))
    assert "source: !decide # decide: the population's file" in text
    assert "predictors:\n    s1: {}" in text.replace(" # Sex of respondent", "")
    assert 0 == checked(tmp_path, decided(cells_of_survey(text))).code


def test_a_survey_of_ids_and_numbers_leaves_everything_to_people(tmp_path: Path) -> None:
    pd.DataFrame({"id": range(100), "height": np.linspace(1.5, 2, 100)}).to_csv(
        tmp_path / "survey.csv", index=False
    )
    text = propose(tmp_path, str(tmp_path / "survey.csv"))
    assert "predictors: !decide" in text
    assert "outcomes: !decide" in text
    with pytest.raises(ConfigError, match="still to be decided"):
        parse_config(text.encode())


def test_texts_of_the_data_stay_text_in_yaml(tmp_path: Path) -> None:
    """Nothing in a label, a name or a file's name can be taken for YAML."""
    odd = ['a: "b"', "# no", "{x}", "[y]", "!decide", "*z", "null", "1e5", "yes", "\u2028", "d\\e"]
    hostile = {f"q_{k}": ColumnBook(f"Was it {w}\n  x: 1?") for k, w in enumerate(odd)}
    columns = {f"q_{k}": [None, f"{w} yes", f"{w} no"] * 40 for k, w in enumerate(odd)}
    columns["plain {name}"] = ["Yes", "No", "Yes"] * 40
    columns["a'b `c`"] = ["Yes", "No, # never", None] * 40
    columns["sex"] = ["M: # x", "!decide", "null"] * 40
    made = Survey(columns, Codebook(hostile))
    path = write(Survey(made.columns), tmp_path / "x # !decide.csv")
    text = cells_of_survey(propose(tmp_path, str(path)))
    done = checked(tmp_path, decided(text, outcomes="[{name: q_1, success: ['# no yes']}]"))
    assert 0 == done.code, done.err


@pytest.mark.slow
def test_a_survey_too_wide_for_comments_goes_without_them(tmp_path: Path) -> None:
    words = ("".join(letters) for letters in product("abcdefghij", repeat=3))
    labels = {word: ColumnBook("Long " * 40 + word) for word in words}
    columns = {name: ["Yes", "No"] * 2 for name in labels}
    write(Survey({**columns, "sex": ["M", "F"] * 2}, Codebook(labels)), tmp_path / "survey.sav")
    text = cells_of_survey(propose(tmp_path, str(tmp_path / "survey.sav")))
    assert len(text.encode()) < 256 * 1024
    assert "# yes: " not in text
    assert len(parse_config(decided(text).encode()).study.outcomes)


@pytest.mark.parametrize("suffix", sorted(READERS))
def test_a_file_that_is_none_is_refused_with_its_name(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"survey{suffix}"
    path.write_bytes(b"")
    with pytest.raises(DataError, match=r"survey\."):
        propose(tmp_path, str(path))
