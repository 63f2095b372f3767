"""The verbs that keep a store in order: what they say, and with which exit code they leave."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Project, inside


@pytest.fixture
def project(tracked: Project, tmp_path: Path) -> Path:
    """Return a copy of the project with one run; its store may be damaged."""
    return Path(shutil.copytree(tracked.directory, tmp_path / "project"))


def draws_in(project: Path) -> Path:
    """Return the stored draws of some fit."""
    return sorted(project.glob(".sweep/fits/*/draws-*.npz"))[0]


def test_a_sound_store_is_called_so(project: Path) -> None:
    ended = inside("verify", cwd=project)
    assert 0 == ended.code
    assert "all sound" in ended.out
    assert "fits 3, " in ended.out
    facts = json.loads(inside("verify", "-o", "json", cwd=project).out)
    assert {"fits": 3, "runs": 1} == {k: facts["checked"][k] for k in ("fits", "runs")}
    assert [] == facts["findings"]
    assert facts["bytes"] > 10_000


def test_damage_is_listed_and_moved_aside_on_demand(project: Path) -> None:
    draws = draws_in(project)
    data = draws.read_bytes()
    draws.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
    listed = inside("verify", cwd=project)
    assert 1 == listed.code
    assert f"damaged  fits/{draws.parent.name}/{draws.name}  " in listed.out
    assert re.search(r"^next    \S*sweep verify --quarantine ", listed.out, re.M)
    moved = inside("verify", "--quarantine", "-o", "json", cwd=project)
    facts = json.loads(moved.out)
    assert (1, True, 1) == (moved.code, facts["quarantined"], facts["counts"]["damaged"])
    assert not draws.exists()
    assert list(project.glob(f".sweep/quarantine/fits/{draws.parent.name}/*{draws.name}"))
    again = inside("verify", cwd=project)
    assert 1 == again.code
    assert f"missing  fits/{draws.parent.name}/done.json" in again.out
    assert "--select OUTCOME` samples it anew" in again.out
    assert "damaged" not in again.out


def test_a_missing_file_is_told_with_what_makes_it_anew(project: Path) -> None:
    shutil.rmtree(next(project.glob(".sweep/estimates/*")))
    ended = inside("verify", cwd=project)
    assert 1 == ended.code
    assert "missing  estimates/" in ended.out
    assert "`sweep run CONFIG` makes it anew, and so does `sweep resume " in ended.out


def test_garbage_is_shown_first_and_deleted_on_demand(project: Path) -> None:
    litter = project / ".sweep/fits" / ("0" * 40) / "draws-000000000000.npz"
    litter.parent.mkdir()
    litter.write_bytes(b"litter")
    assert "nothing to delete" in inside("gc", cwd=project).out  # it is young
    shown = inside("gc", "--grace", "0", cwd=project)
    assert 0 == shown.code
    assert re.search(r"^6 B can be deleted: \S*sweep gc --delete$", shown.out, re.M)
    assert litter.exists()
    deleted = inside("gc", "--grace", "0", "--delete", "-o", "json", cwd=project)
    facts = json.loads(deleted.out)
    assert (True, 1, 6) == (facts["deleted"], facts["files"], facts["bytes"])
    assert not litter.exists()
    assert 0 == inside("verify", cwd=project).code
    forgotten = inside("gc", "--grace", "0", "--keep-runs", "0", "--delete", cwd=project)
    assert "runs" in forgotten.out
    assert "no runs yet" in inside("runs", cwd=project).out


@pytest.mark.parametrize("age", ["1", "h", "1x", "-1h", "1.5h", "²h", f"{10**400}d"])
def test_an_age_without_number_or_unit_is_refused(project: Path, age: str) -> None:
    ended = inside("gc", f"--grace={age}", cwd=project)
    assert 2 == ended.code
    assert "write a number up to 999999 and one of s, m, h, d, w" in ended.err


def test_a_store_with_nothing_in_it_is_doubted(tmp_path: Path) -> None:
    for verb in ("verify", "gc"):
        ended = inside(verb, "--store", tmp_path / "typo", cwd=tmp_path)
        assert (2, "") == (ended.code, ended.out)
        assert "is this the store you mean?" in ended.err


def test_damaged_estimates_are_not_served_and_the_message_names_what_mends_them(
    project: Path,
) -> None:
    """While the report is sound, its table is served: the same rows, joined before."""
    sound = inside("estimates", "--total", cwd=project)
    table = next(project.glob(".sweep/estimates/*/estimates-*.parquet"))
    table.write_bytes(table.read_bytes()[:-1])
    assert 0 == sound.code
    assert sound == inside("estimates", "--total", cwd=project)
    for joined in project.glob(".sweep/reports/*/estimates-*.parquet"):
        joined.write_bytes(joined.read_bytes()[:-1])
    ended = inside("estimates", "--total", cwd=project)
    assert (2, "") == (ended.code, ended.out)
    assert table.name in ended.err
    assert "`sweep run CONFIG` or `sweep resume RUN` makes it anew" in ended.err
    assert "Traceback" not in ended.err
