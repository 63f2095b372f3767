"""Which texts open a store, and which are refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sweep
from sweep.errors import StoreError, UsageError
from sweep.store import open_store

ROOT = Path(sweep.__file__).parents[1]


def test_a_relative_path_starts_from_the_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path.resolve()
    monkeypatch.chdir(tmp_path)
    assert open_store(".sweep").url == str(here / ".sweep")
    assert open_store(".sweep", base=Path("sub")).url == str(here / "sub/.sweep")
    assert open_store(here / "x", base=Path("sub")).url == str(here / "x")


def test_a_file_url_and_a_home_directory_are_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path.resolve()
    monkeypatch.setitem(os.environ, "HOME", str(home))
    assert open_store(f"file://{home}/a%20b").url == f"{home}/a b"
    assert open_store("~/sweeps").url == f"{home}/sweeps"


def test_an_unknown_scheme_names_the_known_ones() -> None:
    with pytest.raises(
        UsageError, match="unknown scheme 'gopher'; known are a plain path and: file, s3"
    ):
        open_store("gopher://x/y")


@pytest.mark.parametrize("url", ["", "a\0b", "file://host/x", "file://x", "file:///x?y=1"])
def test_a_malformed_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="store"):
        open_store(url)


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    with pytest.raises(StoreError, match="not a directory"):
        open_store(tmp_path / "f")


def test_opening_a_store_imports_nothing_heavy(tmp_path: Path) -> None:
    script = """
import sys
from sweep.store import open_store
open_store(sys.argv[1]).put_new("a", b"1")
print(sorted({"numpy", "pandas", "pyarrow", "boto3", "scipy"} & set(sys.modules)))
"""
    command = [sys.executable, "-c", script, str(tmp_path / "s")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
