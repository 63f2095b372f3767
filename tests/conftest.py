"""Fixtures for every test: a tiny project, fresh or swept once for all."""

import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from sweep.store.cache import cache_root
from tests.faults.servers import BUCKET, aws_settings, moto_server, seaweed_server
from tests.forking import quick_workers, real_workers
from tests.project import Project, Swept, project_in


@pytest.fixture(scope="session", autouse=True)
def _quick_workers() -> Iterator[None]:
    """Start workers as forks of one warm process; see `tests.forking`."""
    with quick_workers():
        yield


@pytest.fixture(autouse=True)
def _starts(request: pytest.FixtureRequest) -> Iterator[None]:
    """Start them as users do where a test is about that."""
    with real_workers() if request.node.get_closest_marker("starts") else nullcontext():
        yield


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return project_in(tmp_path / "project")


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Swept]:
    """Return a project swept by two workers; its store may be added to, never taken from."""
    made = project_in(tmp_path_factory.mktemp("swept") / "project")
    config = made.config(execution={"workers": 2})
    return made, made.sweep(config)


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """Return the address of a moto server with a bucket."""
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a SeaweedFS server with a bucket."""
    with seaweed_server(tmp_path_factory.mktemp("seaweed")) as endpoint:
        yield endpoint


@pytest.fixture
def on_s3(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the URL of a store on S3, and set this process up for its server."""
    for name, value in aws_settings(moto, tmp_path / "cache").items():
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}/{uuid.uuid4().hex}"


@pytest.fixture
def bucket(on_s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a store's URL; the cache is new, but for the machine code in it."""
    own = cache_root()
    monkeypatch.delenv("SWEEP_CACHE")
    usual = cache_root() / "numba"
    monkeypatch.setenv("SWEEP_CACHE", str(own))
    usual.mkdir(parents=True, exist_ok=True)
    own.mkdir(parents=True)
    (own / "numba").symlink_to(usual)
    return on_s3
