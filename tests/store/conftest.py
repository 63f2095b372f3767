"""Stores that the contract tests run on: a further store joins by one more entry in OPEN."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from sweep.store import Store, open_store
from tests.faults.servers import BUCKET, aws_settings

type Request = pytest.FixtureRequest


def open_in_directory(request: Request, tmp_path: Path) -> Store:
    return open_store(tmp_path / "store")


def open_on_moto(request: Request, tmp_path: Path) -> Store:
    return open_in_bucket(request, request.getfixturevalue("moto"), tmp_path)


def open_on_seaweed(request: Request, tmp_path: Path) -> Store:
    return open_in_bucket(request, request.getfixturevalue("seaweed"), tmp_path)


def open_in_bucket(request: Request, endpoint: str, tmp_path: Path) -> Store:
    patch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    for name, value in aws_settings(endpoint, tmp_path / "cache").items():
        patch.setenv(name, value)
    return open_store(f"s3://{BUCKET}/{uuid.uuid4().hex}")


OPEN: dict[str, Callable[[Request, Path], Store]] = {
    "directory": open_in_directory,
    "moto": open_on_moto,
    "seaweed": open_on_seaweed,
}
MARKS = {"seaweed": [pytest.mark.slow]}


@pytest.fixture(params=[pytest.param(name, marks=MARKS.get(name, [])) for name in OPEN])
def store(request: Request, tmp_path: Path) -> Store:
    return OPEN[request.param](request, tmp_path)
