"""What comes before a run: init, check, plan, schema, doctor, help, and wrong usage."""

import io
import json
import re
import sys
from pathlib import Path

import pytest
import typer

from sweep.cli import main
from sweep.cli.app import app
from sweep.config import json_schema, read_config
from sweep.errors import UsageError
from sweep.project import make_project
from tests.cli.conftest import Project, inside, make_small, sweep

VERBS = sorted(
    [
        *("init", "check", "plan", "explain", "run", "fit", "resume", "retry", "cancel"),
        *("status", "runs", "estimates", "report", "logs", "schema", "doctor", "verify", "gc"),
        "bench",
    ]
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_small(tmp_path_factory.mktemp("small"))


def test_every_verb_and_option_has_help() -> None:
    group = typer.main.get_command(app)
    commands = group.commands  # type: ignore[attr-defined] # the app has several commands

    assert VERBS == sorted(commands)
    for name, command in commands.items():
        assert command.help, name
        assert not [p.name for p in command.params if not p.help], name


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    import subprocess

    code = (
        "import sys; sys.argv = ['sweep', '--help']\n"
        "from sweep.cli import main\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        "heavy = {'pandas', 'numpy', 'pydantic', 'rich', 'scipy', 'pymc', 'xarray', 'ruamel'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )

    assert "[]\n" == done.stderr


def test_check_counts_respondents_cells_and_who_was_not_asked(small: Path) -> None:
    ended = inside("check", small, "-o", "json", cwd=small.parent)

    told = json.loads(ended.out)
    dropped = sum(reason["count"] for reason in told["survey"]["dropped"])
    assert 0 == ended.code
    assert told["survey"]["read"] == told["survey"]["kept"] + dropped
    assert 3840 == told["cells"]
    assert 0 < told["occupied"] <= told["survey"]["kept"]
    assert ["trust_norvalik"] == told["nobody_asked"]
    assert 10 == told["outcomes"]
    assert not list((small.parent / ".sweep").glob("fits/*"))


def test_check_shows_what_the_priors_say_of_the_total(small: Path) -> None:
    low, high = json.loads(inside("check", small, "-o", "json", cwd=small.parent).out)[
        "prior_total"
    ]
    assert 0 < low < 0.05
    assert 0.95 < high < 1
    said = f"before any answer the total is {100 * low:.0f} % to {100 * high:.0f} % (90 %)"
    assert said in inside("check", small, cwd=small.parent).out

    refused = inside("check", small, "--set", "priors.intercept=20", cwd=small.parent)
    assert 2 == refused.code
    assert "study.priors.intercept: Normal(0, 20) on the logit scale" in refused.err
    stub = inside("check", small, "--set", "model=stub", "-o", "json", cwd=small.parent)
    assert json.loads(stub.out)["prior_total"] is None


def test_a_plan_counts_actions_and_warns_that_draws_are_not_kept(small: Path) -> None:
    ended = inside("plan", small, "--set", "execution.keep=[estimates]", cwd=small.parent)

    assert "10 outcomes: 9 to be fitted, 1 failed" in ended.out
    assert "new groups will need new fits" in ended.out


def test_a_plan_can_be_limited_and_selected(small: Path) -> None:
    ended = inside(
        "plan", small, "-s", "tag:funnel", "--limit", "2", "-o", "json", cwd=small.parent
    )

    told = json.loads(ended.out)
    assert ["aided_norvalik", "unaided_norvalik"] == [o["outcome"] for o in told["outcomes"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "absent.yaml"], "there is no such file"),
        (["plan", "sweep.yaml", "-s", "aidd_*"], "matches no outcome"),
        (["plan", "sweep.yaml", "--set", "sampler.drows=1"], "drows"),
        (["plan", "sweep.yaml", "--set", "model=mrrp"], "Did you mean 'mrp'?"),
        (["plan", "sweep.yaml", "--limit", "0"], "limit"),
        (["check", "sweep.yaml", "--set", "survey.source=gone.parquet"], "gone.parquet"),
        (["estimates", "--total", "--by", "sex"], "choose one"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_wrong_usage_ends_with_2_a_message_and_no_traceback(
    small: Path, arguments: list[str], message: str
) -> None:
    ended = inside(*arguments, cwd=small.parent)

    assert 2 == ended.code
    assert message in ended.err
    assert "Traceback" not in ended.err
    assert "" == ended.out


def test_a_traceback_is_shown_on_demand(small: Path) -> None:
    ended = sweep("--traceback", "check", "absent.yaml", cwd=small.parent)

    assert "Traceback" in ended.err


def test_schema_is_the_configs(tmp_path: Path) -> None:
    assert json_schema() == json.loads(inside("schema", cwd=tmp_path).out)


def test_version_is_the_distributions(tmp_path: Path) -> None:
    assert re.fullmatch(r"sweep \d+\.\d+\.\d+\S*\n", inside("--version", cwd=tmp_path).out)


def test_doctor_finds_a_sound_machine_and_leaves_nothing(tmp_path: Path) -> None:
    ended = inside("doctor", "-o", "json", cwd=tmp_path)

    states = {f["name"]: f["state"] for f in json.loads(ended.out)}
    assert 0 == ended.code
    assert "ok" == states["store"]
    assert [] == list(tmp_path.iterdir())


def test_doctor_fails_where_the_store_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "tmp").write_text("a file where the store needs a folder")

    ended = inside("doctor", "--store", tmp_path, "-o", "json", cwd=tmp_path)

    states = {f["name"]: f["state"] for f in json.loads(ended.out)}
    assert 1 == ended.code
    assert "fail" == states["store"]


def test_init_makes_a_project_whose_config_is_sound(tmp_path: Path) -> None:
    directory = tmp_path / "new"

    made = inside("init", directory, "--small", cwd=tmp_path)

    config = directory / "sweep.yaml"
    text = config.read_text()
    assert 0 == made.code
    assert "# yaml-language-server: $schema=schema.json" == text.splitlines()[0]
    assert "3 brands x 10 metrics = 30 outcomes" in text
    assert "2,000" in text
    assert "tracker" == read_config(config).name
    assert ".sweep/" in (directory / ".gitignore").read_text().splitlines()
    assert json_schema() == json.loads((directory / "schema.json").read_text())
    assert (directory / "models" / "mrp.py").is_file()
    assert 0 == inside("check", config, cwd=directory).code


def test_init_leaves_a_folder_with_files_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(UsageError, match=r"mine\.txt.*--force"):
        make_project(tmp_path, small=True)
    assert ["mine.txt"] == [p.name for p in tmp_path.iterdir()]


def test_init_minds_what_git_was_told_before(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log")

    make_project(tmp_path, small=True)

    assert "*.log\n.sweep/\n" == (tmp_path / ".gitignore").read_text()


def test_a_name_cannot_drive_the_terminal(tracked: Project) -> None:
    ended = tracked.sweep("logs", "last", "\x1b[2Jgone")

    assert "\x1b" not in ended.err
    assert r"\x1b[2Jgone" in ended.err


def test_a_plan_forecasts_minutes_and_bytes_and_says_what_from(small: Path) -> None:
    """Of 4 chains x 100 draws x 109 parameters of 4 bytes, while nothing is stored."""
    ended = inside("plan", small, "--limit", "2", "-o", "json", cwd=small.parent)

    told = json.loads(ended.out)
    assert (1.0, 0) == (told["seconds_per_fit"], told["fits_measured"])
    assert told["bytes_from"]["fits"].startswith("400 draws x 109 parameters")
    told_of_draws = 2 * 400 * 6  # bytes: what the sampler says of each
    least = 2 * 4 * 400 * 109 + told_of_draws - 1_000
    assert least < told["bytes"]["fits"] < least + 11_000
    assert told["bytes"]["total"] == sum(n for k, n in told["bytes"].items() if k != "total")
    assert min(told["bytes"].values()) > 0
    text = inside("plan", small, "--limit", "2", cwd=small.parent).out
    assert re.search(r"about [\d.]+ [km]B into the store: fits [\d.]+ [km]B, estimates", text, re.I)
    none = inside(
        "plan", small, "--set", "execution.keep=[estimates]", "-o", "json", cwd=small.parent
    )
    assert 0 == json.loads(none.out)["bytes"]["fits"]


def test_explain_of_an_outcome_that_is_not_there_is_refused_with_a_guess(small: Path) -> None:
    ended = inside("explain", small, "aided_norvalk", cwd=small.parent)

    assert 2 == ended.code
    assert "Did you mean 'aided_norvalik'?" in ended.err


def test_explain_tells_outcomes_with_the_same_reasons_together(small: Path) -> None:
    ended = inside("explain", small, cwd=small.parent)

    assert "1 not to be tried: nobody asked\n  trust_norvalik" in ended.out
    assert "9 to be fitted: never fitted: no run in this store has had it" in ended.out
    assert "and 1 more (-v names all)" in ended.out
    assert "more" not in inside("explain", small, "-v", cwd=small.parent).out


def test_what_is_printed_is_utf8_in_every_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    monkeypatch.setattr("sweep.cli.app.app", lambda: sys.stdout.write("Größe → \udcff\n"))
    main()
    sys.stdout.flush()
    assert "Größe → ".encode() + b"\xff\n" == raw.getvalue()
