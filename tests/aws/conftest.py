"""The emulated cloud: a fresh one for each test that changes it, one process for all."""

from collections.abc import Iterator

import pytest

pytest.importorskip("boto3")
pytest.importorskip("moto")

from tests.aws.cloud import Cloud, emulated


@pytest.fixture(scope="module")
def cloud_process() -> Iterator[Cloud]:
    with emulated() as cloud:
        cloud.set_up("queue", vcpus=4)
        cloud.set_up("on-demand", vcpus=2)
        cloud.define()
        yield cloud


@pytest.fixture
def cloud(cloud_process: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """An emulation without faults; afterwards every answer must have had AWS's shape."""
    cloud_process.control(faults=[], scale=1.0, grace=30.0)
    for name, value in cloud_process.environment().items():
        monkeypatch.setenv(name, value)
    yield cloud_process
    assert [] == cloud_process.control()["misshapen"]
