"""The wheel: one importable name, and the project's files beside it as data."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parent.parent


def uv() -> str | None:
    """Return uv: on the path, where its installer puts it, or where `make setup` does."""
    places = (Path.home() / ".local/bin/uv", ROOT / ".uv/bin/uv")
    return shutil.which("uv") or next((str(p) for p in places if os.access(p, os.X_OK)), None)


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[PurePosixPath]:
    """Return the names of the files in a wheel built from a copy of this checkout."""
    program = uv()
    if program is None:
        pytest.skip("uv is not here to build a wheel with")
    work = tmp_path_factory.mktemp("wheel")
    source = work / "source"
    wanted = (
        "sweep",
        "models",
        "configs",
        "pyproject.toml",
        "hatch_build.py",
        "README.md",
        "LICENSE",
    )
    for name in wanted:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        source.mkdir(exist_ok=True)
        copy(ROOT / name, source / name)
    built = subprocess.run(
        [program, "build", "--wheel", "--quiet", "--out-dir", str(work / "out"), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode and any(word in built.stderr for word in ("Failed to fetch", "dns error")):
        pytest.skip("the build backend cannot be fetched: no package index")
    assert 0 == built.returncode, built.stderr
    (wheel,) = (work / "out").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return [PurePosixPath(name) for name in archive.namelist()]


def test_sweep_is_the_only_importable_top_level(names: list[PurePosixPath]) -> None:
    tops = {name.parts[0] for name in names}
    assert {"sweep"} == {top for top in tops if not top.endswith(".dist-info")}


def test_every_module_and_template_is_in_the_wheel(names: list[PurePosixPath]) -> None:
    package = ROOT / "sweep"
    wanted = {
        PurePosixPath(path.relative_to(ROOT).as_posix())
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert set() == wanted - set(names)
    assert PurePosixPath("sweep/py.typed") in names


def test_models_and_configs_ride_along_as_data(names: list[PurePosixPath]) -> None:
    for folder, kind in (("models", "py"), ("configs", "yaml")):
        there = {path.name for path in (ROOT / folder).glob(f"*.{kind}")}
        inside = {n.name for n in names if n.parent == PurePosixPath("sweep/_project", folder)}
        assert there
        assert there <= inside
    assert PurePosixPath("sweep/_project/__init__.py") not in names
    assert PurePosixPath("sweep/_project/models/__init__.py") not in names


def test_nothing_compiled_or_private_is_in_the_wheel(names: list[PurePosixPath]) -> None:
    assert [] == [
        n for n in names if "__pycache__" in n.parts or n.suffix in (".pyc", ".nbc", ".nbi")
    ]
    assert [] == [n for n in names if ".sweep" in n.parts or n.parts[0] == "tests"]
