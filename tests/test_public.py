"""`import sweep` offers exactly what it says, and costs nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

import sweep


def test_the_public_names_are_sorted_and_all_exist() -> None:
    assert sorted(sweep.__all__) == list(sweep.__all__)
    assert set(sweep.__all__) <= {name for name in dir(sweep) if getattr(sweep, name) is not None}


def test_the_public_names_are_these() -> None:
    errors = {"ConfigError", "CorruptArtifact", "DataError", "ModelError", "RunFailed"}
    errors |= {"StoreError", "SweepError", "UsageError"}

    assert errors | {"Run", "explain", "open", "plan", "run", "runs"} == set(sweep.__all__)


def test_verbs_stay_functions_whatever_is_imported() -> None:
    import sweep.cli.app
    import sweep.coordinator.execute  # a submodule of a verb's name would take its place

    assert all(callable(getattr(sweep, name)) for name in sweep.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'fit_all'"):
        sweep.fit_all  # noqa: B018 # the access is what raises


def test_importing_it_imports_nothing_else() -> None:
    code = "import sys, sweep; print(sorted(m for m in sys.modules if m.startswith('sweep.')))"
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )

    assert "[]\n" == done.stdout
