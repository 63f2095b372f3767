"""A config is read whole, or refused with every mistake at its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.config import (
    CovariateTable,
    Cut,
    Group,
    Predictor,
    Recode,
    Sampler,
    parse_config,
    read_config,
)
from sweep.errors import ConfigError

EXAMPLE = Path(__file__).parent / "example.yaml"

MINIMAL = """\
version: 1
name: small
study:
  survey: {source: survey.csv}
  population: {source: population.csv, size: n}
  predictors: {sex: {}, region: {}}
  outcomes:
    - {name: aware, success: ["Yes"]}
"""

TEN = """\
version: 1
name: ten
study:
  survey: {source: survey.docx, filter: "age >= ", weigth: w}
  population: {source: population.csv}
  derive:
    age_band: {cut: age, at: [35, 18], labels: [young, old]}
  predictors: {age_band: {}, region: {}}
  outcomes:
    - {match: "aided_*", brand: "re:aided_.+", success: [1]}
  interactions: [[age_band, regoin]]
  groups: [[], [region, region]]
  sampler:
    draws: many
execution: {workers: 0}
"""


def test_the_example_means_what_it_says() -> None:
    config = read_config(EXAMPLE)
    study = config.study

    assert (config.version, config.name) == (1, "tracker-2026")
    assert "interview_complete == 1" == study.survey.filter
    assert (
        study.survey.source,
        study.survey.weight,
        study.survey.missing,
    ) == ("survey.parquet", "w", "error")
    assert (study.population.source, study.population.size) == ("census.parquet", "n")
    assert study.derive == {
        "age_band": Cut(
            cut="age",
            at=(18, 25, 35, 45, 55, 65),
            labels=("18-24", "25-34", "35-44", "45-54", "55-64", "65+"),
        ),
        "education": Recode(recode={"Postgraduate": "Degree"}),
    }
    assert ["sex", "age_band", "region", "education"] == list(study.predictors)
    assert Predictor(levels=("None", "GCSE", "A-level", "Degree")) == study.predictors["education"]
    assert (("age_band", "region"),) == study.interactions
    assert study.covariates == {
        "region": CovariateTable(
            source="regions.csv", key="region", columns=("urban_share", "income")
        )
    }
    assert study.groups == (
        Group(),
        Group(by=("region",)),
        Group(by=("age_band", "sex")),
        Group(name="young_urban", where="age_band in ['18-24', '25-34'] and region == 'London'"),
    )
    assert (study.interval, study.minimum_base, study.model) == (0.9, 10, "mrp")
    assert study.sampler == Sampler(draws=500, tune=200, chains=4, target_ess=1000, seed=20261123)
    assert (config.execution.workers, config.execution.store) == ("auto", ".sweep")


def test_the_rules_of_the_example_mean_what_they_say() -> None:
    aided, satisfied = read_config(EXAMPLE).study.outcomes

    assert (aided.match, aided.brand, aided.metric) == ("aided_*", "re:aided_(.+)", "awareness")
    assert (aided.success, aided.dont_know, aided.tags) == (("Yes",), "in_base", ("funnel",))
    assert (satisfied.name, satisfied.column) == ("satisfied_top2", "satisfaction")
    assert (satisfied.success, satisfied.label) == ((4, 5), "Satisfied (top 2)")


def test_what_is_left_out_has_its_default() -> None:
    config = parse_config(MINIMAL.encode())

    assert (Group(),) == config.study.groups
    assert Sampler() == config.study.sampler
    assert config.execution.keep == ("estimates", "draws")
    assert tuple(
        getattr(config.study.priors, name)
        for name in ("intercept", "contrast", "scale", "interaction_scale", "covariate")
    ) == (3.0, 1.0, 0.5, 0.25, 0.5)


def places(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text.encode())
    return [(m.line, m.column, m.path) for m in caught.value.mistakes]


def messages(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text.encode())
    return [m.message for m in caught.value.mistakes]


def test_ten_mistakes_are_named_at_once_each_at_its_place() -> None:
    assert [
        (4, 20, "study.survey.source"),
        (4, 41, "study.survey.filter"),
        (4, 52, "study.survey.weigth"),
        (5, 15, "study.population.size"),
        (7, 30, "study.derive.age_band.at"),
        (10, 33, "study.outcomes.0.brand"),
        (11, 29, "study.interactions.0.1"),
        (12, 25, "study.groups.1.1"),
        (14, 12, "study.sampler.draws"),
        (15, 22, "execution.workers"),
    ] == places(TEN)


def test_ten_mistakes_are_told_in_the_users_words() -> None:
    assert [
        "expected a file that ends in one of .csv, .tsv, .tab, .txt, .parquet, .arrow, .feather, "
        ".sav, .zsav, .dta, .xlsx, .xlsm, .xls, .ods, .xml, .sss, got 'survey.docx'",
        "cannot read the expression: expected a value or a column, but the text ends (character 8)",
        "unknown key - did you mean 'weight'? (allowed: source, query, dataset, format, "
        "values, missing_values, rename, filter, weight, missing, universe, id, "
        "exclude_respondents)",
        "this key is required",
        "the edges must increase",
        "the pattern takes nothing: put parentheses around a part of 're:aided_.+'",
        "no predictor 'regoin' - did you mean 'region'?",
        "'region' is listed twice",
        "expected a whole number, got 'many'",
        "expected 'auto' or a whole number from 1 to 1024, got 0",
    ] == messages(TEN)


def test_a_mistake_is_shown_with_its_line_and_a_caret(tmp_path: Path) -> None:
    file = tmp_path / "sweep.yaml"
    file.write_text(MINIMAL.replace("name: small", "name: '*'"))

    with pytest.raises(ConfigError) as caught:
        read_config(file)

    assert [
        f"{file}: 1 mistake",
        f"{file}:2:7  name: expected letters, digits, spaces and . _ -, "
        "beginning with a letter or a digit; got '*'",
        "    2 | name: '*'",
        "      |       ^",
    ] == str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("version: 1", "version: 2", (1, 10), "version 1 of the format, got 2"),
        ("version: 1", "version: true", (1, 10), "version 1 of the format, got true"),
        ("version: 1\n", "", (1, 1), "this key is required"),
        ("name: small", "name: 3", (2, 7), 'expected text, got 3: write it in quotes, "3"'),
        ("{sex: {}, region: {}}", "[sex]", (6, 15), "expected a mapping (key: value), got a list"),
        ("sex: {}", "sex: ", (6, 20), "got null: write {} for the defaults"),
        ("{sex: {}, region: {}}", "{}", (6, 15), "must not be empty"),
        ("sex: {}", "mean: {}", (6, 16), "'mean' is a column of the estimates table"),
        ("sex: {}", "'a:b': {}", (6, 16), "may not hold a colon"),
        ('["Yes"]', '"Yes"', (8, 30), "expected a list, got 'Yes'"),
        ('["Yes"]', "[]", (8, 30), "must not be empty"),
        ('["Yes"]', "[null]", (8, 31), "expected one answer"),
        ('["Yes"]', "[.nan]", (8, 31), "expected a finite number"),
        ("name: aware, ", "", (8, 7), "a rule needs either 'match' (many columns) or 'name'"),
        ("survey: {", "survey: {missing: dorp, ", (4, 21), "did you mean 'drop'?"),
    ],
)
def test_a_mistake_has_one_message_at_one_place(
    old: str, new: str, place: tuple[int, int], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(MINIMAL.replace(old, new, 1).encode())

    (found,) = caught.value.mistakes
    assert (found.line, found.column) == place
    assert message in found.message


def test_dates_words_and_codes_stay_text() -> None:
    words = '[2026-01-31, yes, No, None, 007, 0x10, 18-24, 1_000, "null"]'
    config = parse_config(MINIMAL.replace('["Yes"]', words).encode())

    assert config.study.outcomes[0].success == (
        "2026-01-31", "yes", "No", "None", "007", "0x10", "18-24", "1_000", "null",
    )  # fmt: skip


def test_numbers_and_truth_values_keep_their_kind() -> None:
    config = parse_config(MINIMAL.replace('["Yes"]', "[1, 2.5, 3.0, -4, true, 1e2]").encode())
    success = config.study.outcomes[0].success

    assert (1, 2.5, 3, -4, True, 100) == success
    assert [int, float, int, int, bool, int] == [type(answer) for answer in success]


def test_levels_may_be_written_as_whole_numbers() -> None:
    config = parse_config(MINIMAL.replace("sex: {}", "sex: {levels: [1, 2]}").encode())

    assert ("1", "2") == config.study.predictors["sex"].levels


def test_a_missing_file_and_a_folder_are_mistakes(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        read_config(tmp_path / "absent.yaml")
    with pytest.raises(ConfigError, match="this is a folder"):
        read_config(tmp_path)


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert parse_config(MINIMAL.encode()) == parse_config(b"\xef\xbb\xbf" + MINIMAL.encode())


def test_line_ends_of_windows_move_no_place() -> None:
    unix = places(TEN)

    assert unix == places(TEN.replace("\n", "\r\n"))


YAML_PIECES = st.sampled_from(
    ["a", "study", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ",", "'", '"', "&a ", "*a", "!x ",
     "|\n", "? ", "#", "%", "1", ".inf", "\\x", "\\U0", "null", "---", "\t", "\x07", "é", "<<"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(YAML_PIECES, max_size=30).map("".join)))
def test_any_text_ends_in_a_config_error(text: str) -> None:
    """Nothing this short is a config, and nothing but a ConfigError ever comes out."""
    with pytest.raises(ConfigError) as caught:
        parse_config(text.encode("utf-8", errors="surrogatepass"))

    assert caught.value.mistakes
