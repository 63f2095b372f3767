"""What a model file imports is part of its keys, or refused: no edit elsewhere goes unnoticed."""

import ast
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from sweep.errors import ModelError
from sweep.model.files import load_model
from sweep.model.imports import distributions_of
from sweep.planning.model_files import project_folder
from sweep.toolchain import identity, toolchain


def found(source: str) -> tuple[str, ...]:
    return distributions_of(ast.parse(source), "models/mine.py")


def test_the_standard_library_and_sweep_need_no_version() -> None:
    assert () == found(
        "import os, json.tool\nfrom collections import abc\nimport sweep.model.terms\n"
    )


def test_installed_packages_are_named_by_their_distribution_wherever_they_are_imported() -> None:
    source = "import numpy.linalg as la\ndef f():\n    if 1:\n        from yaml import load\n"
    assert ("PyYAML", "numpy") == found(source)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import nowhere_at_all", "line 1: imports 'nowhere_at_all', which is not an installed"),
        ("\nfrom tests.project import Project", "line 2: imports 'tests', which is not an inst"),
        ("def f():\n    import models.mrp", "line 2: imports 'models', which is not an installed"),
        ("from . import helper", "line 1: has a relative import, and a model is one file"),
        ("from ..x import helper", "line 1: has a relative import"),
        ("import importlib", "line 1: imports modules by names that no key would hold"),
        ("x = __import__('helper')", "line 1: imports modules by names that no key would hold"),
        ("import __main__", "line 1: imports '__main__'"),
    ],
)
def test_whatever_else_is_imported_is_refused_with_its_line(source: str, message: str) -> None:
    with pytest.raises(ModelError) as refused:
        found(source)
    assert f"models/mine.py, {message}" in str(refused.value)


def test_a_folder_that_stands_before_an_installed_package_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The distribution is installed; the module of that name comes from elsewhere."""
    site, here = tmp_path / "site", tmp_path / "here"
    (site / "shadowed-1.0.dist-info").mkdir(parents=True)
    (site / "shadowed-1.0.dist-info" / "METADATA").write_text("Name: shadowed\nVersion: 1.0\n")
    (site / "shadowed.py").write_text("x = 1\n")
    here.mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    assert ("shadowed",) == found("import shadowed")
    (here / "shadowed.py").write_text("x = 2\n")
    monkeypatch.setattr(sys, "path", [str(here), *sys.path])
    with pytest.raises(ModelError, match="imports 'shadowed', which is not an installed package"):
        found("import shadowed")


def test_a_refused_file_is_not_executed(tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    source = f"open({str(mark)!r}, 'w')\nimport nowhere_at_all\n"
    with pytest.raises(ModelError, match="nowhere_at_all"):
        load_model("mine", source.encode())
    assert not mark.exists()


def test_the_versions_of_what_a_general_model_imports_are_in_its_toolchain() -> None:
    file = load_model("pymc_mrp", (project_folder("models") / "pymc_mrp.py").read_bytes())
    assert f"{version('xarray')} " in str(toolchain("general", file.packages)["xarray"])
    assert "xarray" not in toolchain("general")


def test_a_package_that_changes_without_its_version_is_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    made = tmp_path / "priors_of_ours-0.1.dist-info"
    made.mkdir()
    (tmp_path / "priors_of_ours.py").touch()
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: priors-of-ours\nVersion: 0.1\n")
    found = []
    for code, place in (("AAAA", "bin/a"), ("AAAA", "elsewhere/a"), ("BBBB", "bin/a")):
        record = f"priors_of_ours.py,sha256={code},9\n../../{place},sha256=CCCC,9\n"
        (made / "RECORD").write_text(record)
        identity.cache_clear()
        found.append(toolchain("general", ["priors-of-ours"])["priors-of-ours"])
    assert found[0] == found[1] != found[2]
    assert all(str(one).startswith("0.1 ") for one in found)
