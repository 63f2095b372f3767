"""What a machine keeps of a shared store: never a wrong byte, never more than the limit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sweep.keys import sha256
from sweep.store import cache as module
from sweep.store.cache import cache_root, is_shared, keep, read_cached, read_kept

DATA = b"design" * 100
NAME = f"designs/{'a' * 40}/frame-{sha256(DATA)[:12]}.npz"
FILE = NAME.rpartition("/")[2]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def unexpected() -> bytes:
    pytest.fail("fetched although it is here")


def test_a_file_is_fetched_once(here: Path) -> None:
    assert read_cached(NAME, lambda: DATA) == DATA
    assert read_cached(NAME, unexpected) == DATA
    assert (here / "blobs" / FILE).stat().st_mode & 0o777 == 0o600
    assert (here / "blobs").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", [b"", DATA[:-1], b"x" + DATA[1:]])
def test_a_damaged_file_is_fetched_again(here: Path, damage: bytes) -> None:
    read_cached(NAME, lambda: DATA)
    (here / "blobs" / FILE).write_bytes(damage)
    assert read_cached(NAME, lambda: DATA) == DATA
    assert read_cached(NAME, unexpected) == DATA


def test_bytes_that_their_name_does_not_fit_are_not_kept(here: Path) -> None:
    assert read_cached(NAME, lambda: b"other") == b"other"
    assert read_kept(FILE) is None


def test_the_longest_unused_leave_first(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 2_500)
    files = {f"x-{sha256(data)[:12]}.npz": data for data in (b"1" * 1000, b"2" * 1000, b"3" * 1000)}
    first, second, third = files
    for age, file in ((300, first), (200, second)):
        path = keep(file, files[file])
        os.utime(path, (path.stat().st_mtime - age,) * 2)
    assert read_kept(first) == files[first]  # used now
    keep(third, files[third])
    assert [read_kept(f) is not None for f in files] == [True, False, True]


def test_a_cache_that_cannot_be_written_costs_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "file"))
    assert read_cached(NAME, lambda: DATA) == DATA


def test_only_payload_files_of_designs_are_shared() -> None:
    assert is_shared(NAME)
    for name in (
        f"designs/{'a' * 40}/done.json",
        NAME.replace("designs", "fits"),
        f"tasks/{'a' * 40}.json",
        f"runs/designs/{FILE}",
    ):
        assert not is_shared(name)


def test_many_processes_share_it(here: Path) -> None:
    script = """
import sys
from sweep.store.cache import read_cached
data = b"design" * 100
assert all(read_cached(sys.argv[1], lambda: data) == data for _ in range(200))
"""
    children = [
        subprocess.Popen([sys.executable, "-c", script, NAME], cwd=Path(__file__).parents[2])
        for _ in range(4)
    ]
    assert [child.wait() for child in children] == [0] * 4
    assert [path.name for path in (here / "blobs").iterdir()] == [FILE]


def test_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_root() == tmp_path / "cache"
    monkeypatch.delenv("SWEEP_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert cache_root() == tmp_path / "x/modelsweep"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_root() == tmp_path / ".cache/modelsweep"
