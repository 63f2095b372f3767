"""The stage for crashes on purpose, set once."""

from collections.abc import Iterator

import pytest

from tests.chaos.host import Host, host
from tests.chaos.scenes import Stage


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with host(tmp_path_factory.mktemp("host")) as running:
        yield running


@pytest.fixture(scope="session")
def stage(
    forks: Host, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Stage:
    def server() -> str:
        return str(request.getfixturevalue("seaweed"))

    return Stage(forks, tmp_path_factory.mktemp("stage"), server)
