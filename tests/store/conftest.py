"""Stores that the contract tests run on: a further store joins by one more entry in OPEN."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sweep.store import Store, open_store


def open_in_directory(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store")


OPEN: dict[str, Callable[[Path], Store]] = {"directory": open_in_directory}


@pytest.fixture(params=sorted(OPEN))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return OPEN[request.param](tmp_path)
